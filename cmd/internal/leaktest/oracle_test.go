package leaktest

import (
	"slices"
	"strings"
)

// The oracle: a slow and simple reading of the role documents.

// inScope tells whether a row lies in one scope of a person.
func (fx *fixture) inScope(p *user, r *row, s scope) bool {
	owner := fx.userByID(r.values["owner"])
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
		return owner != nil && fx.under(owner.unit, p.unit)
	case "subordinates":
		return owner != nil && owner != p && fx.reports(owner, p)
	}
	switch string(s.Where) {
	case levelIsA:
		return r.values["level"] == "a"
	case helperIsMe:
		return r.values["helper"] == p.ID
	case ownSector:
		return r.values["sector"] == "x"
	case sectorIsX:
		account := fx.byID[asText(r.values["account"])]
		return account != nil && account.values["sector"] == "x"
	}
	panic("no such scope: " + s.Type)
}

func asText(v any) string {
	s, _ := v.(string)
	return s
}

func (fx *fixture) under(unit, top string) bool {
	for unit != "" && unit != top {
		unit = fx.units[unit]
	}
	return unit == top
}

func (fx *fixture) reports(p, boss *user) bool {
	for p != nil && p.superior != boss.ID {
		p = fx.userByID(p.superior)
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
func (fx *fixture) may(p *user, op string, r *row, key string) bool {
	for _, g := range fx.roles[p.role] {
		if g.Entity != r.entity || !slices.Contains(g.Operations, op) {
			continue
		}
		set := g.Read
		if op == "create" || op == "update" {
			set = g.Write
		}
		if (key == "" || set.has(key)) && slices.ContainsFunc(g.Scopes, func(s scope) bool { return fx.inScope(p, r, s) }) {
			return true
		}
	}
	return false
}

// sees tells whether the person may see the row (key "") or one of its cells. A
// line is seen only where the set of lines of its matter is.
func (fx *fixture) sees(p *user, r *row, key string) bool {
	switch {
	case r.entity == "user":
		return key == ""
	case r.entity == "line":
		if parent := fx.byID[asText(r.values["matter"])]; parent == nil || !fx.sees(p, parent, "lines") {
			return false
		}
	case key == "reason": // comments repeat what stands in the field of reasons
		return fx.may(p, "read", r, "lost_reason")
	}
	return fx.may(p, "read", r, key)
}

// canSum tells whether the person can add up himself what an account sums up.
func (fx *fixture) canSum(p *user, account *row) bool {
	for _, r := range fx.rows["matter"] {
		if !r.deleted && r.values["account"] == account.id && !(fx.sees(p, r, "account") && fx.sees(p, r, "amount")) {
			return false
		}
	}
	return true
}

// readsSomewhere tells whether some grant lets the person read the field on some row.
func (fx *fixture) readsSomewhere(p *user, entity, key string) bool {
	return slices.ContainsFunc(fx.roles[p.role], func(g grant) bool {
		return g.Entity == entity && slices.Contains(g.Operations, "read") && g.Read.has(key) && len(g.Scopes) > 0
	})
}

// allowed tells whether the person may be shown a canary or an id.
func (fx *fixture) allowed(p *user, needle string) bool {
	return slices.ContainsFunc(fx.secrets[needle], func(c cell) bool {
		return fx.sees(p, c.row, c.field) || c.field == "revenue" && fx.canSum(p, c.row)
	})
}

// visible are the living rows of an entity that the person sees.
func (fx *fixture) visible(p *user, entity string) []*row {
	var list []*row
	for _, r := range fx.rows[entity] {
		if !r.deleted && fx.sees(p, r, "") {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(tr, b *row) int { return strings.Compare(tr.id, b.id) })
	return list
}

// shown is the value of a cell as the person sees it: nil where he does not.
func (fx *fixture) shown(p *user, r *row, key string) any {
	if !fx.sees(p, r, key) {
		return nil
	}
	return r.values[key]
}
