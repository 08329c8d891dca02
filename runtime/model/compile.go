package model

import (
	"regexp"
	"slices"

	"weft/runtime/problem"
	"weft/schemas"
)

// Compile turns a set of definitions into a Model with the given version
// number, or finds everything that is wrong with them. The built-in entities
// are added. Paths of problems begin with kind and key of the definition:
// /entity/opportunity/properties/amount/maximum. The definitions belong to the
// Model from then on and must not be changed. What works but should be mended
// is told by Model.Warnings.
func Compile(set *schemas.Set, version int64) (*Model, []problem.Field) {
	return newCompiler(set, version).compile()
}

// CompilePublished compiles a set that was published before. What an earlier
// weft published and this one would refuse keeps the meaning that it had, with a
// warning, so that an upgrade never keeps an organisation from its records.
func CompilePublished(set *schemas.Set, version int64) (*Model, []problem.Field) {
	c := newCompiler(set, version)
	c.published = true
	return c.compile()
}

func newCompiler(set *schemas.Set, version int64) *compiler {
	if set == nil {
		set = &schemas.Set{}
	}
	in := force(set)
	return &compiler{set: in.set, in: in, problems: in.problems, m: &Model{
		Version: version, Set: set, InForce: in.set,
		Entities: map[string]*Entity{}, Roles: map[string]*Role{}, Views: map[string]*View{},
		Forms: map[string]*schemas.Form{}, Dashboards: map[string]*schemas.Dashboard{}, PublicForms: map[string]*PublicForm{},
		AssignmentRules: map[string]*AssignmentRule{},
	}}
}

func (c *compiler) compile() (*Model, []problem.Field) {
	c.checkKeys()
	c.entities()
	c.links()
	c.rollUps()
	c.clockFields()
	c.formulas()
	c.clocks()
	c.conditions()
	c.machines()
	c.clockStages()
	c.roles()
	c.memberGrants()
	c.views()
	c.forms()
	c.dashboards()
	c.assignmentRules()
	c.triggers()
	c.scripts()
	c.templates()
	if len(c.problems) == 0 {
		c.triggerCycles()
	}
	for _, list := range [][]problem.Field{c.problems, c.m.Warnings} {
		for i := range list {
			list[i].Path = c.in.locate(list[i].Path)
		}
	}
	if len(c.problems) > 0 {
		sortProblems(c.problems)
		return nil, c.problems
	}
	c.secrecy()
	c.ownScopes()
	c.checkIndexes()
	return c.m, nil
}

// compiler gathers the Model and every problem on the way to it. A definition
// that cannot be understood is left out, and what refers to it is checked on.
type compiler struct {
	set      *schemas.Set // what is in force
	in       *inForce
	m        *Model
	order    []*Entity      // built-in first, then in the order of the set
	planned  []plannedQuery // by views and widgets
	problems []problem.Field
	// published says that the set was published before; see CompilePublished.
	published bool
}

// failNew reports what earlier versions of weft published: a problem, or for a
// set that is published already a warning.
func (c *compiler) failNew(at, code string, params ...any) {
	if c.published {
		c.m.Warnings = append(c.m.Warnings, problem.At(at, code, params...))
		return
	}
	c.fail(at, code, params...)
}

func (c *compiler) fail(at, code string, params ...any) {
	c.problems = append(c.problems, problem.At(at, code, params...))
}

// add takes over problems whose paths are relative to at.
func (c *compiler) add(at string, ps []problem.Field) {
	c.problems = append(c.problems, prefixed(at, ps)...)
}

// sortProblems orders by path, keeps the order of finding within one, and
// drops doubles.
func sortProblems(ps []problem.Field) {
	slices.SortStableFunc(ps, func(a, b problem.Field) int {
		switch {
		case a.Path < b.Path:
			return -1
		case a.Path > b.Path:
			return 1
		}
		return 0
	})
}

// at is the path of a definition.
func at(d schemas.Definition, parts ...any) string {
	return problem.Pointer(append([]any{d.DefinitionKind(), d.DefinitionKey()}, parts...)...)
}

var (
	keyForm      = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	templateForm = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)
)

// checkKeys checks that every definition has a valid and unique key.
func (c *compiler) checkKeys() {
	type name struct {
		kind schemas.Kind
		key  string
	}
	seen := map[name]bool{}
	for _, d := range c.m.Set.All() {
		n := name{d.DefinitionKind(), d.DefinitionKey()}
		form := keyForm
		if n.kind == schemas.KindTemplate {
			form = templateForm
		}
		switch {
		case !form.MatchString(n.key):
			c.fail(at(d, "key"), "bad_key")
		case seen[n]:
			c.fail(at(d, "key"), "defined_twice", "key", n.key)
		case n.kind == schemas.KindEntity && reserved(n.key), n.kind == schemas.KindRole && n.key == RoleAdmin:
			c.fail(at(d, "key"), "reserved_key", "key", n.key)
		}
		seen[n] = true
	}
}
