package leaktest

import (
	"slices"
	"strings"
)

// The oracle: a slow and simple evaluation of the role documents.

// inScope tells whether a row is in one row scope of a user.
func (fx *fixture) inScope(p *user, r *row, s scope) bool {
	owner := fx.userByID(r.values["owner"])
	if r.entity == "line" || r.entity == "team" {
		owner = nil // created by the administrator, who is in nobody's scope
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

// has tells whether the set contains a field.
func (s fieldSet) has(key string) bool {
	if s.All {
		return !slices.Contains(s.Except, key)
	}
	return slices.Contains(s.Only, key)
}

// may tells whether a single grant of the user allows the operation on the row
// and, if key is not empty, on the field.
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

// sees tells whether the user may see the row (key "") or one of its cells. A
// line is visible only where its matter's set of lines is.
func (fx *fixture) sees(p *user, r *row, key string) bool {
	switch {
	case r.entity == "user":
		return key == ""
	case r.entity == "line":
		if parent := fx.byID[asText(r.values["matter"])]; parent == nil || !fx.sees(p, parent, "lines") {
			return false
		}
	case key == "fee": // a formula of worth is as secret as worth
		return fx.may(p, "read", r, "fee") && fx.may(p, "read", r, "worth")
	case key == "reason": // comments repeat the value of the reason field
		return fx.may(p, "read", r, "lost_reason")
	}
	return fx.may(p, "read", r, key)
}

// canSum tells whether the user could compute an account's roll-up from visible cells.
func (fx *fixture) canSum(p *user, account *row) bool {
	for _, r := range fx.rows["matter"] {
		if !r.deleted && r.values["account"] == account.id && !(fx.sees(p, r, "account") && fx.sees(p, r, "amount")) {
			return false
		}
	}
	return true
}

// readsSomewhere tells whether some grant lets the user read the field on some row.
func (fx *fixture) readsSomewhere(p *user, entity, key string) bool {
	if key == "fee" && !fx.readsSomewhere(p, entity, "worth") {
		return false
	}
	return slices.ContainsFunc(fx.roles[p.role], func(g grant) bool {
		return g.Entity == entity && slices.Contains(g.Operations, "read") && g.Read.has(key) && len(g.Scopes) > 0
	})
}

// allowed tells whether the user may see a secret value or an id.
func (fx *fixture) allowed(p *user, needle string) bool {
	return slices.ContainsFunc(fx.secrets[needle], func(c cell) bool {
		return fx.sees(p, c.row, c.field) || c.field == "revenue" && fx.canSum(p, c.row)
	})
}

// visible are the undeleted rows of an entity that the user sees.
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

// shown is the value of a cell in the user's answers: nil when it is hidden.
func (fx *fixture) shown(p *user, r *row, key string) any {
	if !fx.sees(p, r, key) {
		return nil
	}
	return r.values[key]
}
