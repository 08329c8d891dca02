package builder

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// Impact says what publishing a set would hit.
type Impact struct {
	Changes []Change `json:"changes"`
	Effects []Effect `json:"effects"`
}

// Effect is one consequence. Code is that of the problem it can become, or
// becomes_required, becomes_unique, rule_changed, converted, role_removed,
// role_changed, or renewed_later: search tokens, sort keys and computed values of
// present records are recomputed in the background after publishing; Recomputing
// tells the progress.
type Effect struct {
	Path string `json:"path"`
	Code string `json:"code"`
	// Records is how many present records are affected: those that would lose a
	// value, lack a required one, or violate the new rule.
	Records int64 `json:"records"`
	// Message says it in both languages.
	Message schemas.Title `json:"message"`
	// People is how many users hold a role that is removed or changed.
	People int64 `json:"people,omitempty"`
	// Samples are values that violate the rule or do not fit the type, doubles of
	// a unique key, or logins of people.
	Samples any `json:"samples,omitempty"`
	// Definitions, as kind/key, mention what is removed or changed; for a field
	// that becomes required they are the forms that do not show it.
	Definitions []string `json:"definitions,omitempty"`
}

// add appends an effect with its message.
func (i *Impact) add(e Effect) {
	f := problem.At(e.Path, "impact_"+e.Code, "records", e.Records, "people", e.People)
	e.Message = schemas.Title{ZhCN: f.Message("zh-CN"), En: f.Message("en")}
	i.Effects = append(i.Effects, e)
}

// Impact counts what publishing set would hit, in records, people and definitions.
func (b *Builder) Impact(ctx context.Context, set *schemas.Set, how Conversions) (*Impact, error) {
	changes, err := diff(b.Published(), set)
	if err != nil {
		return nil, err
	}
	out := &Impact{Changes: changes, Effects: []Effect{}}
	working := model.WithBuiltIn(set)
	ev, err := b.evolve(ctx, working, how)
	if err != nil {
		return nil, err
	}
	for _, l := range ev.removals {
		if err := b.effect(ctx, out, l, mentions(set, l.collection, l.field)); err != nil {
			return nil, err
		}
	}
	reports, err := b.reports(ctx, ev)
	if err != nil {
		return nil, err
	}
	for _, r := range reports {
		out.add(Effect{Path: r.Path, Code: "converted", Records: r.Records, Samples: r})
	}
	m := b.current.Model()
	if m == nil {
		return out, nil
	}
	for _, now := range working.Entities {
		if e, ok := m.Entity(now.Key); ok {
			if err := b.tightened(ctx, out, e, now, working); err != nil {
				return nil, err
			}
		}
	}
	written := model.Locator(set)
	for i := range out.Effects {
		out.Effects[i].Path = written(out.Effects[i].Path)
	}
	return out, b.rolesChanged(ctx, out, set)
}

// rolesChanged counts the people who hold a role that is removed or changed.
func (b *Builder) rolesChanged(ctx context.Context, out *Impact, set *schemas.Set) error {
	changes, err := diff(model.InForce(b.Published()), model.InForce(set))
	if err != nil {
		return err
	}
	for _, c := range changes {
		if c.Kind != schemas.KindRole || c.Op == changeAdded {
			continue
		}
		where := query.Cmp{Path: query.Path{Field: "role", Kind: query.Text}, Op: query.Eq, Value: c.Key}
		n, err := b.store.Count(ctx, string(AssignmentKind), where, 0)
		if err != nil {
			return fmt.Errorf("builder: role assignments: %w", err)
		}
		logins, err := b.loginsWith(ctx, where)
		if err != nil {
			return err
		}
		e := Effect{Path: problem.Pointer(c.Kind, c.Key), Code: "role_" + c.Op, People: n}
		if len(logins) > 0 {
			e.Samples = logins
		}
		out.add(e)
	}
	return nil
}

// loginsWith gives the logins of some users whose role assignment matches.
func (b *Builder) loginsWith(ctx context.Context, where query.Expr) ([]string, error) {
	docs, err := b.store.Find(ctx, string(AssignmentKind), store.Find{Where: where, Limit: maxSamples})
	if err != nil {
		return nil, fmt.Errorf("builder: role assignments: %w", err)
	}
	ids := make([]string, len(docs))
	for i, d := range docs {
		var a struct{ User string }
		if err := json.Unmarshal(d.Body, &a); err != nil {
			return nil, fmt.Errorf("builder: role assignment %s: %w", d.ID, err)
		}
		ids[i] = a.User
	}
	users, err := b.store.GetMany(ctx, "user", ids)
	if err != nil {
		return nil, fmt.Errorf("builder: users: %w", err)
	}
	var logins []string
	for _, d := range users {
		var u struct{ Login string }
		if err := json.Unmarshal(d.Body, &u); err != nil {
			return nil, fmt.Errorf("builder: user %s: %w", d.ID, err)
		}
		logins = append(logins, u.Login)
	}
	return logins, nil
}

// effect counts the records of a removal.
func (b *Builder) effect(ctx context.Context, out *Impact, l removal, definitions []string) error {
	n, err := b.store.Count(ctx, l.collection, l.where, 0)
	if err != nil {
		return fmt.Errorf("builder: records of %s: %w", l.collection, err)
	}
	out.add(Effect{Path: l.at, Code: l.code, Records: n, Definitions: definitions})
	return nil
}

// tightened finds rules that did not exist when present records were written.
func (b *Builder) tightened(ctx context.Context, out *Impact, e *model.Entity, now *schemas.Entity, set *schemas.Set) error {
	for _, f := range now.Properties {
		old := e.ByKey[f.Key]
		at := problem.Pointer(schemas.KindEntity, e.Key, "properties", f.Key)
		l := removal{at: at, collection: e.Key}
		if slices.Contains(now.Required, f.Key) && (old == nil || !old.Required) {
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
		if old == nil || old.Def.FieldType != f.FieldType {
			continue
		}
		if f.Unique && !old.Def.Unique {
			if err := b.becomesUnique(ctx, out, e, old, at); err != nil {
				return err
			}
		}
		if ruleChanged(old.Def, f) {
			if err := b.violators(ctx, out, old, f, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// becomesUnique counts the records that share a value with another one.
func (b *Builder) becomesUnique(ctx context.Context, out *Impact, e *model.Entity, f *model.Field, at string) error {
	samples, err := b.doublesOf(ctx, e, model.UniqueKey{Fields: []*model.Field{f}})
	if err != nil {
		return err
	}
	effect := Effect{Path: at, Code: "becomes_unique"}
	for _, d := range samples {
		effect.Records += d.Records
	}
	if len(samples) > 0 {
		effect.Samples = samples
	}
	out.add(effect)
	return nil
}

// violators counts the records whose value the new rule of a field refuses.
func (b *Builder) violators(ctx context.Context, out *Impact, old *model.Field, now *schemas.Field, at string) error {
	f := model.FieldOf(now.Key, now)
	if f == nil {
		return nil
	}
	effect, values := Effect{Path: at, Code: "rule_changed"}, map[string]*UnfitValue{}
	err := b.eachValue(ctx, old.Entity.Key, old.Key, query.Cmp{Path: old.Path(), Op: query.Present}, func(id string, v any) {
		wire := old.Type.Wire(old, v)
		if _, problems := f.FromWire(wire); len(problems) > 0 {
			effect.Records++
			countValue(values, id, wire)
		}
	})
	if samples := mostFrequent(values); len(samples) > 0 {
		effect.Samples = samples
	}
	if effect.Records > 0 {
		out.add(effect)
	}
	return err
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
