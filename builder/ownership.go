package builder

import (
	"context"
	"slices"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/store"
	"weft/runtime/store/table"
	"weft/schemas"
)

// ownership tells which definitions belong to the other installed packages while one
// package is installed.
type ownership struct {
	rows  []Installed       // without the package's own
	owner map[string]string // package by definition, as kind/key
	takes []string          // packages whose definitions the package takes over
	take  []string          // definitions taken by name
}

func (b *Builder) ownership(ctx context.Context, p *Package, o InstallOptions) (*ownership, error) {
	rows, err := b.Packages(ctx)
	if err != nil {
		return nil, err
	}
	own := &ownership{owner: map[string]string{}, takes: p.Manifest.TakesOver, take: o.Take}
	for _, row := range rows {
		if row.ID == p.Manifest.Key {
			continue
		}
		own.rows = append(own.rows, row)
		for n := range row.Definitions {
			own.owner[n] = row.ID
		}
	}
	return own, nil
}

// moves tells whether a definition of another package becomes one of this package.
func (own *ownership) moves(n string) bool {
	return own.owner[n] != "" && (slices.Contains(own.takes, own.owner[n]) || slices.Contains(own.take, n))
}

// belongs tells whether a definition of the package belongs to another one and stays there.
func (own *ownership) belongs(n string) bool { return own.owner[n] != "" && !own.moves(n) }

// brought is the digest of a definition as the package that it is taken over from had it.
func (own *ownership) brought(n string) string {
	if !slices.Contains(own.takes, own.owner[n]) {
		return ""
	}
	for _, row := range own.rows {
		if row.ID == own.owner[n] {
			return row.Definitions[n]
		}
	}
	return ""
}

// ops takes the definitions that move away from the packages that had them.
func (own *ownership) ops(p *Package) ([]store.Op, error) {
	var ops []store.Op
	for _, row := range own.rows {
		moved := false
		for _, d := range p.Set.All() {
			if n := name(d); own.owner[n] == row.ID && own.moves(n) {
				delete(row.Definitions, n)
				moved = true
			}
		}
		if !moved {
			continue
		}
		op, err := packages.Put(row)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return ops, nil
}

// extensionProblems finds what extends a definition of a package that is not required.
func (own *ownership) extensionProblems(p *Package, set *schemas.Set) []problem.Field {
	needed := requiredBy(set, p.Manifest)
	var problems []problem.Field
	for _, d := range p.Set.All() {
		base := model.Extended(d)
		owner := own.owner[string(d.DefinitionKind())+"/"+base]
		if base == "" || owner == "" || needed[owner] || slices.Contains(d.DefinitionWhen(), owner) {
			continue
		}
		problems = append(problems, problem.At(problem.Pointer(d.DefinitionKind(), d.DefinitionKey(), "extends"), "extends_not_required", "key", base, "template", owner))
	}
	return problems
}

// requiredBy are the packages that a package requires, directly or through others.
func requiredBy(set *schemas.Set, t *schemas.Template) map[string]bool {
	found := map[string]bool{}
	waiting := []*schemas.Template{t}
	for len(waiting) > 0 {
		next := waiting[0]
		waiting = waiting[1:]
		for _, r := range next.Requires {
			key, _ := schemas.Requirement(r)
			d, ok := set.Get(schemas.KindTemplate, key)
			if ok && !found[key] {
				waiting = append(waiting, d.(*schemas.Template))
			}
			found[key] = true
		}
	}
	return found
}

// neededBy finds the packages that require a package.
func (b *Builder) neededBy(key string) []problem.Field {
	var problems []problem.Field
	for _, t := range b.Published().Templates {
		for i, r := range t.Requires {
			if required, _ := schemas.Requirement(r); required == key {
				problems = append(problems, problem.At(problem.Pointer(schemas.KindTemplate, t.Key, "requires", i), "needed_by", "template", t.Key))
			}
		}
	}
	return problems
}

// confirmedOps delete the unconfirmed definitions of a package, and of those that it
// takes over.
func (b *Builder) confirmedOps(ctx context.Context, p *Package, own *ownership) ([]store.Op, error) {
	all, err := b.Unconfirmed(ctx)
	if err != nil {
		return nil, err
	}
	var ops []store.Op
	for key, waiting := range all {
		for _, d := range waiting {
			if key == p.Manifest.Key || own.moves(name(d)) {
				ops = append(ops, table.Delete(withheldCollection, name(d)))
			}
		}
	}
	return ops, nil
}
