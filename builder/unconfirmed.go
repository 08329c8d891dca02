package builder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"weft/runtime/problem"
	"weft/runtime/store"
	"weft/schemas"
)

// unconfirmed is a definition that a package brought and that gives rights or
// runs code: it waits here until somebody confirms it. Its role is published
// without grants meanwhile, so that guards and forms can name it.
type unconfirmed struct {
	ID         string          `json:"id"` // kind/key
	Rev        int64           `json:"rev"`
	Package    string          `json:"package"`
	Definition json.RawMessage `json:"definition"`
}

// needsConfirming tells which kinds have an effect of their own (S-20, H-12).
func needsConfirming(d schemas.Definition) bool {
	switch d := d.(type) {
	case *schemas.Role:
		return len(d.Grants) > 0
	case *schemas.Trigger, *schemas.Script:
		return true
	}
	return false
}

// harmless is what is published in place of an unconfirmed definition: a role
// as it is present, or without grants; nothing instead of a trigger or script.
func harmless(d schemas.Definition, present *schemas.Set) schemas.Definition {
	if old, ok := present.Get(d.DefinitionKind(), d.DefinitionKey()); ok {
		return old
	}
	if r, ok := d.(*schemas.Role); ok {
		return &schemas.Role{Kind: r.Kind, Key: r.Key, Title: r.Title, Grants: []schemas.Grant{}}
	}
	return nil
}

// withhold puts aside what waits for confirming and gives the operations that
// keep it. What is present unchanged has been confirmed before.
func (b *Builder) withhold(ctx context.Context, p *Package, merged *schemas.Set) ([]store.Op, error) {
	var ops []store.Op
	present := b.present()
	for _, d := range p.Set.All() {
		now, ok := merged.Get(d.DefinitionKind(), d.DefinitionKey())
		if !ok || !needsConfirming(d) {
			continue
		}
		if old, ok := present.Get(d.DefinitionKind(), d.DefinitionKey()); ok {
			same, err := equal(old, now)
			if err != nil {
				return nil, err
			}
			if same {
				continue
			}
		}
		op, news, err := b.keep(ctx, p.Manifest.Key, d)
		if err != nil {
			return nil, err
		}
		if news {
			ops = append(ops, op)
		}
		if h := harmless(d, present); h != nil {
			merged.Add(h)
		} else {
			merged.Remove(d.DefinitionKind(), d.DefinitionKey())
		}
	}
	return ops, nil
}

// keep makes the operation that stores d as unconfirmed; news is false when it
// lies there already.
func (b *Builder) keep(ctx context.Context, key string, d schemas.Definition) (op store.Op, news bool, err error) {
	data, err := schemas.Encode(d)
	if err != nil {
		return store.Op{}, false, fmt.Errorf("builder: %s: %w", name(d), err)
	}
	old, err := b.store.Get(ctx, withheldCollection, name(d))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return store.Op{}, false, fmt.Errorf("builder: %s: %w", name(d), err)
	}
	saved, err := doc(name(d), old.Rev, unconfirmed{ID: name(d), Rev: old.Rev, Package: key, Definition: data})
	if err != nil || old.Rev > 0 && string(saved.Body) == string(old.Body) {
		return store.Op{}, false, err
	}
	saved, err = doc(name(d), old.Rev+1, unconfirmed{ID: name(d), Rev: old.Rev + 1, Package: key, Definition: data})
	return replaceOp(withheldCollection, saved, old.Rev), true, err
}

// Unconfirmed lists, by package, the definitions that wait for confirming.
func (b *Builder) Unconfirmed(ctx context.Context) (map[string][]schemas.Definition, error) {
	docs, err := b.store.Find(ctx, withheldCollection, store.Find{Limit: maxFiles})
	if err != nil {
		return nil, fmt.Errorf("builder: unconfirmed definitions: %w", err)
	}
	out := map[string][]schemas.Definition{}
	for _, d := range docs {
		u, err := read[unconfirmed](d)
		if err != nil {
			return nil, err
		}
		def, problems := schemas.Decode(u.Definition)
		if len(problems) > 0 {
			return nil, fmt.Errorf("builder: unconfirmed %s: %w", u.ID, problem.Of(problem.Invalid, problems...))
		}
		out[u.Package] = append(out[u.Package], def)
	}
	return out, nil
}

func (b *Builder) withheldBy(ctx context.Context, key string) ([]schemas.Definition, error) {
	all, err := b.Unconfirmed(ctx)
	return all[key], err
}

// Confirm publishes what package key brought and nobody has confirmed: from
// then on its roles give rights and its triggers and scripts run. It does
// nothing when nothing waits.
func (b *Builder) Confirm(ctx context.Context, by, key string) (int64, error) {
	ctx, leave, err := b.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	waiting, err := b.withheldBy(ctx, key)
	if err != nil {
		return 0, err
	}
	if len(waiting) == 0 {
		return b.version(), nil
	}
	set := b.present().Clone()
	var ops []store.Op
	for _, d := range waiting {
		set.Add(d)
		ops = append(ops, store.Op{Kind: store.Delete, Collection: withheldCollection, Doc: store.Doc{ID: name(d)}})
	}
	return b.publishLocked(ctx, publication{by: by, cause: "confirm", of: key, set: set, ops: ops})
}

// version is the number in force.
func (b *Builder) version() int64 {
	if m := b.current.Model(); m != nil {
		return m.Version
	}
	return 0
}
