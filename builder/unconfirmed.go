package builder

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"weft/runtime/problem"
	"weft/runtime/store"
	"weft/runtime/store/table"
	"weft/schemas"
)

// unconfirmedRow is a definition of a package that gives rights or runs code and
// has not been confirmed. A role is published without grants meanwhile, so that
// guards and forms can name it.
type unconfirmedRow struct {
	ID         string          `json:"id"` // kind/key
	Rev        int64           `json:"rev"`
	Package    string          `json:"package"`
	Definition json.RawMessage `json:"definition"`
}

// needsConfirming tells whether a definition gives rights or runs code.
func needsConfirming(d schemas.Definition) bool {
	switch d := d.(type) {
	case *schemas.Role:
		return len(d.Grants) > 0
	case *schemas.Trigger, *schemas.Script:
		return true
	}
	return false
}

// placeholder is what is published instead of an unconfirmed definition: the
// published one, a role without grants, or nothing.
func placeholder(d schemas.Definition, published *schemas.Set) schemas.Definition {
	if old, ok := published.Get(d.DefinitionKind(), d.DefinitionKey()); ok {
		return old
	}
	if r, ok := d.(*schemas.Role); ok {
		return &schemas.Role{Kind: r.Kind, Key: r.Key, Title: r.Title, Grants: []schemas.Grant{}, Extends: r.Extends, When: r.When}
	}
	return nil
}

// withhold replaces in merged the definitions that wait for confirmation, and
// gives the operations that store them. A definition that is published with the
// same content was confirmed before.
func (b *Builder) withhold(ctx context.Context, p *Package, merged *schemas.Set) ([]store.Op, error) {
	var ops []store.Op
	published := b.Published()
	for _, d := range p.Set.All() {
		now, ok := merged.Get(d.DefinitionKind(), d.DefinitionKey())
		if !ok || !needsConfirming(d) {
			continue
		}
		if old, ok := published.Get(d.DefinitionKind(), d.DefinitionKey()); ok {
			same, err := equal(old, now)
			if err != nil {
				return nil, err
			}
			if same {
				continue
			}
		}
		op, changed, err := b.saveUnconfirmed(ctx, p.Manifest.Key, d)
		if err != nil {
			return nil, err
		}
		if changed {
			ops = append(ops, op)
		}
		if h := placeholder(d, published); h != nil {
			merged.Add(h)
		} else {
			merged.Remove(d.DefinitionKind(), d.DefinitionKey())
		}
	}
	return ops, nil
}

// saveUnconfirmed makes the operation that stores d as unconfirmed; news is false when it is
// stored already.
func (b *Builder) saveUnconfirmed(ctx context.Context, key string, d schemas.Definition) (op store.Op, changed bool, err error) {
	data, err := schemas.Encode(d)
	if err != nil {
		return store.Op{}, false, fmt.Errorf("builder: %s: %w", name(d), err)
	}
	var compact bytes.Buffer // as it is stored
	if err := json.Compact(&compact, data); err != nil {
		return store.Op{}, false, fmt.Errorf("builder: %s: %w", name(d), err)
	}
	row, err := withheld.Get(ctx, b.store, name(d))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return store.Op{}, false, fmt.Errorf("builder: %w", err)
	}
	if row.Rev > 0 && row.Package == key && bytes.Equal(row.Definition, compact.Bytes()) {
		return store.Op{}, false, nil
	}
	row.ID, row.Package, row.Definition = name(d), key, compact.Bytes()
	op, err = withheld.Put(row)
	return op, true, err
}

// Unconfirmed lists, by package, the definitions that are not confirmed.
func (b *Builder) Unconfirmed(ctx context.Context) (map[string][]schemas.Definition, error) {
	rows, err := withheld.Find(ctx, b.store, store.Find{Limit: maxFiles})
	if err != nil {
		return nil, fmt.Errorf("builder: %w", err)
	}
	out := map[string][]schemas.Definition{}
	for _, u := range rows {
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

// Confirm publishes the unconfirmed definitions of package key: from then on its
// roles give rights and its triggers and scripts run. With names, as kind/key,
// only those are confirmed. It does nothing when none are unconfirmed.
func (b *Builder) Confirm(ctx context.Context, by, key string, names ...string) (int64, error) {
	ctx, unlock, err := b.lockPublishing(ctx)
	if err != nil {
		return 0, err
	}
	defer unlock()
	waiting, err := b.withheldBy(ctx, key)
	if err != nil {
		return 0, err
	}
	if len(names) > 0 {
		waiting = slices.DeleteFunc(waiting, func(d schemas.Definition) bool { return !slices.Contains(names, name(d)) })
	}
	if len(waiting) == 0 {
		return b.version(), nil
	}
	set := b.Published().Clone()
	var ops []store.Op
	for _, d := range waiting {
		set.Add(d)
		ops = append(ops, table.Delete(withheldCollection, name(d)))
	}
	return b.publishLocked(ctx, publication{by: by, cause: "confirm", of: key, set: set, ops: ops})
}

// version is the published version number.
func (b *Builder) version() int64 {
	if m := b.current.Model(); m != nil {
		return m.Version
	}
	return 0
}
