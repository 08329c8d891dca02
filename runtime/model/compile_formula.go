package model

import (
	"errors"
	"slices"
	"strings"

	"weft/runtime/formula"
	"weft/runtime/query"
	"weft/schemas"
)

// scope lets a formula see the fields of its entity, and those across one reference.
type scope struct{ entity *Entity }

func (s scope) Kind(path string) (query.Kind, bool) {
	_, f, ok := s.entity.follow(path)
	return f.Kind, ok
}

// follow resolves a path, own ("amount") or across one reference
// ("account.sector"); via is the reference field, nil for an own field. Created
// by and updated by have no field of their own, so nothing is read across them.
func (e *Entity) follow(path string) (via *Field, f query.Field, ok bool) {
	key, rest, crossed := strings.Cut(path, ".")
	f, ok = e.Lookup(key)
	if !ok || !crossed {
		return nil, f, ok
	}
	if f.Target == nil || f.Kind != query.Key {
		return nil, query.Field{}, false
	}
	if via = e.ByKey[key]; via == nil {
		return nil, query.Field{}, false
	}
	f, ok = f.Target.Lookup(rest)
	return via, f, ok
}

// formulas parses the formulas and puts them into the order of computing.
func (c *compiler) formulas() {
	c.missingResults()
	for _, e := range c.order {
		for _, f := range e.Fields {
			if f.Def.FieldType == schemas.TypeFormula && f.Def.Formula != "" {
				c.formula(f)
			}
		}
	}
	c.cycles()
}

// missingResults gives computed fields whose x-result is missing or wrong, which
// is a problem already, the kind that their formula or roll-up has, so that
// what reads them is not refused for the same reason again.
func (c *compiler) missingResults() {
	for again := true; again; {
		again = false
		for _, e := range c.order {
			for _, f := range e.Fields {
				again = f.takeResult() || again
			}
		}
	}
}

func (f *Field) takeResult() bool {
	kind := query.Kind(0)
	switch {
	case slices.Contains(resultTypes, f.Def.Result):
		return false
	case f.RollUp != nil && f.RollUp.Of != nil:
		kind = f.RollUp.Of.Kind
	case f.Def.FieldType == schemas.TypeFormula:
		x, err := formula.Parse(f.Def.Formula, scope{f.Entity})
		if err != nil {
			return false
		}
		kind = x.Result()
		if _, ok := x.As(query.Number); ok && kind == query.Decimal {
			kind = query.Number // amounts and numbers mix in formulas
		}
	}
	for _, result := range resultTypes {
		if types[result].Kind(f.Def) == kind {
			def := *f.Def
			def.Result = result
			f.Def, f.Kind = &def, kind
			known := f.Entity.lookup[f.Key]
			known.Kind = kind
			f.Entity.lookup[f.Key] = known
			return true
		}
	}
	return false
}

// formula parses one formula. The revision of a record and who wrote it when
// are only known once everything is computed, so that no formula can read them.
func (c *compiler) formula(f *Field) {
	here := at(f.Entity.Def, "properties", f.Key)
	x, err := formula.Parse(f.Def.Formula, scope{f.Entity})
	if err != nil {
		c.syntax(here+"/x-formula", err)
		return
	}
	as, ok := x.As(f.Kind)
	if !ok {
		c.fail(here+"/x-result", "wrong_result", "want", kindName(f.Kind), "have", kindName(x.Result()))
		return
	}
	f.Formula = as
	for _, path := range x.Paths() {
		via, of, ok := f.Entity.follow(path)
		switch of.Key {
		case "rev", "updated_at", "updated_by":
			c.fail(here+"/x-formula", "formula_unsteady", "field", path)
		}
		if ok && via != nil && !IsSystem(of.Key) {
			target := via.Target
			target.DependentFormulas = append(target.DependentFormulas, DependentFormula{Formula: f, Via: via, Source: target.ByKey[of.Key]})
		}
	}
}

// syntax reports where a formula cannot be understood.
func (c *compiler) syntax(here string, err error) {
	var wrong *formula.SyntaxError
	if errors.As(err, &wrong) {
		c.problems = append(c.problems, wrong.Problem(here))
		return
	}
	c.fail(here, "formula_syntax", "offset", 0, "message", err.Error())
}
