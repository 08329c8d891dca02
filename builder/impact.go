package builder

import (
	"context"
	"fmt"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// Impact says what publishing a set would hit.
type Impact struct {
	Changes []Change `json:"changes"`
	Effects []Effect `json:"effects"`
}

// Effect is one consequence. Code is that of the problem it can become, or
// becomes_required, becomes_unique, rule_changed, or renewed_later: search
// tokens, sort keys and computed values of present records are recomputed in the
// background after publishing; Recomputing tells the progress.
type Effect struct {
	Path string `json:"path"`
	Code string `json:"code"`
	// Records is how many present records are affected: those that would lose a
	// value, lack a required one, or were accepted under the old rule.
	Records int64 `json:"records"`
	// Definitions, as kind/key, mention what is removed or changed; for a field
	// that becomes required they are the forms that do not show it.
	Definitions []string `json:"definitions,omitempty"`
}

// Impact counts what publishing set would hit, in records and definitions.
func (b *Builder) Impact(ctx context.Context, set *schemas.Set) (*Impact, error) {
	changes, err := diff(b.Published(), set)
	if err != nil {
		return nil, err
	}
	out := &Impact{Changes: changes, Effects: []Effect{}}
	for _, l := range b.removals(set) {
		if err := b.effect(ctx, out, l, mentions(set, l.collection, l.field)); err != nil {
			return nil, err
		}
	}
	m := b.current.Model()
	if m == nil {
		return out, nil
	}
	for _, now := range set.Entities {
		if e, ok := m.Entity(now.Key); ok && !e.BuiltIn {
			if err := b.tightened(ctx, out, e, now, set); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// effect counts the records of a loss.
func (b *Builder) effect(ctx context.Context, out *Impact, l removal, definitions []string) error {
	n, err := b.store.Count(ctx, l.collection, l.where, 0)
	if err != nil {
		return fmt.Errorf("builder: records of %s: %w", l.collection, err)
	}
	out.Effects = append(out.Effects, Effect{Path: l.at, Code: l.code, Records: n, Definitions: definitions})
	return nil
}

// tightened finds rules that did not exist when present records were written.
func (b *Builder) tightened(ctx context.Context, out *Impact, e *model.Entity, now *schemas.Entity, set *schemas.Set) error {
	required := map[string]bool{}
	for _, key := range now.Required {
		required[key] = true
	}
	for _, f := range now.Properties {
		old := e.ByKey[f.Key]
		l := removal{at: problem.Pointer(schemas.KindEntity, e.Key, "properties", f.Key), collection: e.Key}
		if required[f.Key] && (old == nil || !old.Required) {
			if l.code = "becomes_required"; old != nil {
				l.where = query.Cmp{Path: old.Path(), Op: query.Empty}
			}
			if err := b.effect(ctx, out, l, formsWithout(set, e.Key, f.Key)); err != nil {
				return err
			}
		}
		if computed, text := model.NeedsRecomputation(old, f); computed || text {
			l.code, l.where = "renewed_later", nil
			if err := b.effect(ctx, out, l, nil); err != nil {
				return err
			}
		}
		if old == nil {
			continue
		}
		l.where = query.Cmp{Path: old.Path(), Op: query.Present}
		if f.Unique && !old.Def.Unique {
			l.code = "becomes_unique"
		} else if ruleChanged(old.Def, f) {
			l.code = "rule_changed"
		} else {
			continue
		}
		if err := b.effect(ctx, out, l, nil); err != nil {
			return err
		}
	}
	return nil
}

// ruleChanged tells whether f refuses values that old accepted, as far as the
// rule itself shows.
func ruleChanged(old, f *schemas.Field) bool {
	return f.Pattern != "" && f.Pattern != old.Pattern ||
		lowered(old.MaxLength, f.MaxLength) || raised(old.MinLength, f.MinLength) ||
		lowered(old.Maximum, f.Maximum) || raised(old.Minimum, f.Minimum) ||
		lowered(old.MaxItems, f.MaxItems) || raised(old.MinItems, f.MinItems)
}

// lowered and raised compare bounds; nil is no bound.
func lowered[N int | float64](old, now *N) bool { return now != nil && (old == nil || *now < *old) }

func raised[N int | float64](old, now *N) bool { return now != nil && (old == nil || *now > *old) }
