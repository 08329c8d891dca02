package leaktest

import (
	"slices"
	"strings"
)

// The oracle: a slow and simple reading of the role documents.

// inScope tells whether a row lies in one scope of a person.
func (w *world) inScope(p *person, r *row, s scope) bool {
	owner := w.person(r.values["owner"])
	if r.entity == "line" || r.entity == "team" {
		owner = nil // made by the administrator, and theirs is nobody else
	}
	switch s.Type {
	case "all":
		return true
	case "own":
		return owner == p
	case "department":
		return owner != nil && owner.unit == p.unit
	case "department_below":
		return owner != nil && w.under(owner.unit, p.unit)
	case "subordinates":
		return owner != nil && owner != p && w.reports(owner, p)
	}
	switch string(s.Where) {
	case levelIsA:
		return r.values["level"] == "a"
	case helperIsMe:
		return r.values["helper"] == p.ID
	case ownSector:
		return r.values["sector"] == "x"
	case sectorIsX:
		account := w.byID[asText(r.values["account"])]
		return account != nil && account.values["sector"] == "x"
	}
	panic("no such scope: " + s.Type)
}

func asText(v any) string {
	s, _ := v.(string)
	return s
}

func (w *world) under(unit, top string) bool {
	for unit != "" && unit != top {
		unit = w.units[unit]
	}
	return unit == top
}

func (w *world) reports(p, boss *person) bool {
	for p != nil && p.superior != boss.ID {
		p = w.person(p.superior)
	}
	return p != nil
}

// has tells whether a set of fields names one.
func (s fieldSet) has(key string) bool {
	if s.All {
		return !slices.Contains(s.Except, key)
	}
	return slices.Contains(s.Only, key)
}

// may tells whether one grant of the person gives the operation on the row,
// and the field, if one is named, by the same grant.
func (w *world) may(p *person, op string, r *row, key string) bool {
	for _, g := range w.roles[p.role] {
		if g.Entity != r.entity || !slices.Contains(g.Operations, op) {
			continue
		}
		set := g.Read
		if op == "create" || op == "update" {
			set = g.Write
		}
		if (key == "" || set.has(key)) && slices.ContainsFunc(g.Scopes, func(s scope) bool { return w.inScope(p, r, s) }) {
			return true
		}
	}
	return false
}

// sees tells whether the person may see the row (key "") or one of its cells. A
// line is seen only where the set of lines of its matter is.
func (w *world) sees(p *person, r *row, key string) bool {
	switch {
	case r.entity == "user":
		return key == ""
	case r.entity == "line":
		if parent := w.byID[asText(r.values["matter"])]; parent == nil || !w.sees(p, parent, "lines") {
			return false
		}
	case key == "reason": // comments repeat what stands in the field of reasons
		return w.may(p, "read", r, "lost_reason")
	}
	return w.may(p, "read", r, key)
}

// sums tells whether the person can add up himself what an account sums up.
func (w *world) sums(p *person, account *row) bool {
	for _, r := range w.rows["matter"] {
		if !r.deleted && r.values["account"] == account.id && !(w.sees(p, r, "account") && w.sees(p, r, "amount")) {
			return false
		}
	}
	return true
}

// knows tells whether some grant lets the person read the field on some row.
func (w *world) knows(p *person, entity, key string) bool {
	return slices.ContainsFunc(w.roles[p.role], func(g grant) bool {
		return g.Entity == entity && slices.Contains(g.Operations, "read") && g.Read.has(key) && len(g.Scopes) > 0
	})
}

// allowed tells whether the person may be shown a canary or an id.
func (w *world) allowed(p *person, needle string) bool {
	return slices.ContainsFunc(w.needles[needle], func(c cell) bool {
		return w.sees(p, c.row, c.field) || c.field == "revenue" && w.sums(p, c.row)
	})
}

// visible are the living rows of an entity that the person sees.
func (w *world) visible(p *person, entity string) []*row {
	var list []*row
	for _, r := range w.rows[entity] {
		if !r.deleted && w.sees(p, r, "") {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b *row) int { return strings.Compare(a.id, b.id) })
	return list
}

// shown is the value of a cell as the person sees it: nil where he does not.
func (w *world) shown(p *person, r *row, key string) any {
	if !w.sees(p, r, key) {
		return nil
	}
	return r.values[key]
}
