package access_test

import (
	"slices"
	"testing"

	"weft/runtime/access"
	"weft/runtime/query"
	"weft/schemas"
)

// inScope reads one scope of a grant by walking up from the row's owner.
func (w *world) inScope(s schemas.Scope, me *access.Person, row map[string]any) bool {
	owner := w.person(row["owner"])
	switch s.Type {
	case "all":
		return true
	case "own":
		return owner != nil && owner.ID == me.ID
	case "department":
		return owner != nil && me.Department != "" && owner.Department == me.Department
	case "department_below":
		return owner != nil && me.Department != "" && w.isUnder(owner.Department, me.Department)
	case "subordinates":
		return owner != nil && owner.ID != me.ID && w.reportsTo(owner, me.ID)
	}
	switch string(s.Where) {
	case `["f0","=","a"]`:
		return row["f0"] == "a"
	case `["f1","!=","a"]`:
		return row["f1"] != "a"
	case `["owner","=",{"me":true}]`:
		return row["owner"] == me.ID
	}
	return owner != nil && owner.Name == "n1"
}

func (w *world) isUnder(department, top string) bool {
	for range len(w.units) + 1 {
		if department == "" || department == top {
			return department == top
		}
		department = w.units[slices.IndexFunc(w.units, func(d access.Department) bool { return d.ID == department })].Parent
	}
	return false
}

func (w *world) reportsTo(p *access.Person, boss string) bool {
	for range len(w.people) + 1 {
		if p == nil || p.Superior == "" {
			return false
		}
		if p.Superior == boss {
			return true
		}
		p = w.person(p.Superior)
	}
	return false
}

// allowed asks the grants one by one: op on row, and if field is not "" the
// field by the same grant.
func (w *world) allowed(me *access.Person, op schemas.Operation, row map[string]any, field string, write bool) bool {
	for _, role := range me.Roles {
		for _, g := range w.model.Roles[role].Def.Grants {
			set := g.Read
			if write {
				set = g.Write
			}
			if !slices.Contains(g.Operations, op) || field != "" && !set.Has(field) {
				continue
			}
			if slices.ContainsFunc(g.Scopes, func(s schemas.Scope) bool { return w.inScope(s, me, row) }) {
				return true
			}
		}
	}
	return false
}

func (w *world) get(collection, id string) map[string]any {
	doc, _ := w.lookup(collection, id)
	return doc
}

func (w *world) compareRow(t *testing.T, at string, r *access.Rights, a *access.Actor, row map[string]any) {
	t.Helper()
	me := w.person(a.UserID)
	for _, op := range operations {
		want := w.allowed(me, op, row, "", false)
		if op == schemas.OpExport {
			want = want && w.allowed(me, schemas.OpRead, row, "", false)
		}
		if got := r.Can("deal", op, row); got != want {
			t.Errorf("%s: Can %s = %v, want %v", at, op, got, want)
		}
		if got := query.Matches(r.Scope("deal", op), row, w.get); got != want {
			t.Errorf("%s: Scope %s matches = %v, want %v: %v", at, op, got, want, r.Scope("deal", op))
		}
		if want && !r.Allowed("deal", op) {
			t.Errorf("%s: %s is allowed here, but not somewhere", at, op)
		}
	}
	for _, f := range fields {
		if got, want := r.ReadMask("deal", row).Has(f), w.allowed(me, schemas.OpRead, row, f, false); got != want {
			t.Errorf("%s: reads %s = %v, want %v", at, f, got, want)
		}
		for _, op := range []schemas.Operation{schemas.OpCreate, schemas.OpUpdate} {
			if got, want := r.WriteMask("deal", op, row).Has(f), w.allowed(me, op, row, f, true); got != want {
				t.Errorf("%s: %s writes %s = %v, want %v", at, op, f, got, want)
			}
		}
		w.comparePath(t, at, r, me, row, f)
	}
}

// comparePath checks that a query sees a value exactly on the rows on which
// the field is readable.
func (w *world) comparePath(t *testing.T, at string, r *access.Rights, me *access.Person, row map[string]any, field string) {
	t.Helper()
	e := w.model.Entities["deal"]
	want := w.allowed(me, schemas.OpRead, row, field, false)
	path, ok := r.RestrictPath(e, query.Path{Field: field, Kind: query.Text})
	seen := ok && query.Matches(r.Scope("deal", schemas.OpRead), row, w.get) &&
		(path.Visible == nil || query.Matches(path.Visible, row, w.get))
	if seen != want {
		t.Errorf("%s: a query sees %s = %v, want %v: %v", at, field, seen, want, path.Visible)
	}
	if ok != r.Readable("deal", field) {
		t.Errorf("%s: Path and Readable differ on %s", at, field)
	}
	far, ok := r.RestrictPath(e, query.Path{Through: "user", Via: field, Field: "email", Kind: query.Text})
	if ok {
		t.Errorf("%s: a member reads the e-mail of a user through %s: %v", at, field, far)
	}
}

func (w *world) compareUniform(t *testing.T, r *access.Rights) {
	t.Helper()
	mask, uniform := r.UniformRead("deal")
	if !uniform {
		return
	}
	for _, row := range w.rows {
		if !r.Can("deal", schemas.OpRead, row) {
			continue
		}
		for _, f := range fields {
			if mask.Has(f) != r.ReadMask("deal", row).Has(f) {
				t.Errorf("the uniform mask is wrong on %s of %v", f, row)
			}
		}
	}
}
