package record

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"weft/runtime/model"
	"weft/schemas"
)

// setDefaults fills fields that a create left out. A field that was given as
// null stays unset.
func (cs *changeset) setDefaults(ch *change) {
	for _, f := range ch.entity.Fields {
		if len(f.Def.Default) == 0 || ch.after[f.Key] != nil || ch.given[f.Key] {
			continue
		}
		if v := cs.defaultOf(f); v != nil {
			ch.after[f.Key] = v
		}
	}
	if m := ch.entity.Machine; m != nil && ch.after[m.Field.Key] == nil {
		ch.after[m.Field.Key] = m.Def.Initial
	}
}

// defaultCache keeps the stored form of the defaults of one model's fields.
type defaultCache struct {
	model *model.Model
	known sync.Map // *model.Field → any
}

// defaultsOf gives the cache of a model; that of an earlier one is let go.
func (s *Service) defaultsOf(m *model.Model) *defaultCache {
	if c := s.defaults.Load(); c != nil && c.model == m {
		return c
	}
	c := &defaultCache{model: m}
	s.defaults.Store(c)
	return c
}

// defaultOf is the stored default of a field: a constant, or the person
// ({"me":true}), the moment ({"now":""}) or the day ({"today":true}).
func (cs *changeset) defaultOf(f *model.Field) any {
	cache := cs.s.defaultsOf(cs.model)
	v, ok := cache.known.Load(f)
	if !ok {
		v = readDefault(f)
		cache.known.Store(f, v)
	}
	if word, ok := v.(relativeDefault); ok {
		return cs.relative(f, string(word))
	}
	return v
}

// readDefault turns a default into stored form; the model has checked it.
func readDefault(f *model.Field) any {
	dec := json.NewDecoder(bytes.NewReader(f.Def.Default))
	dec.UseNumber()
	var wire any
	if dec.Decode(&wire) != nil || wire == nil {
		return nil
	}
	if m, ok := wire.(map[string]any); ok && len(m) == 1 {
		for word := range m {
			if word == "me" || word == "now" || word == "today" {
				return relativeDefault(word)
			}
		}
	}
	stored, ps := f.Type.Normalise(f, wire)
	if len(ps) > 0 {
		return nil
	}
	return storedForm(stored)
}

// relativeDefault is me, now or today.
type relativeDefault string

func (cs *changeset) relative(f *model.Field, word string) any {
	switch {
	case word == "me" && cs.call.Actor.UserID != "":
		return cs.call.Actor.UserID
	case word == "me":
		return nil
	case word == "today" || f.Def.FieldType == schemas.TypeDate:
		return cs.at.In(cs.s.zone).Format("2006-01-02")
	}
	return cs.stamp
}

// numbers hands out running numbers; what is handed out and not used is a gap.
type numbers interface {
	next(ctx context.Context, f *model.Field) (int64, error)
}

// singleNumbers takes each number from the store when it is wanted, and gives
// the same one again when the attempt is repeated.
type singleNumbers struct {
	s     *Service
	taken map[*model.Field][]int64
	used  map[*model.Field]int
}

func (n *singleNumbers) next(ctx context.Context, f *model.Field) (int64, error) {
	if n.taken == nil {
		n.taken, n.used = map[*model.Field][]int64{}, map[*model.Field]int{}
	}
	i := n.used[f]
	n.used[f]++
	if i < len(n.taken[f]) {
		return n.taken[f][i], nil
	}
	v, err := n.s.store.Increment(ctx, CounterCollection, counterID(f), 1)
	if err == nil {
		n.taken[f] = append(n.taken[f], v)
	}
	return v, err
}

// restart starts a new attempt with the numbers taken so far.
func (n *singleNumbers) restart() { clear(n.used) }

func counterID(f *model.Field) string { return f.Entity.Key + "." + f.Key }

// setAutoNumbers gives a new record its running numbers.
func (cs *changeset) setAutoNumbers(ctx context.Context, ch *change) error {
	for _, f := range ch.entity.Fields {
		if f.Def.FieldType != schemas.TypeAutoNumber || ch.after[f.Key] != nil || cs.dryRun {
			continue
		}
		n, err := cs.numbers.next(ctx, f)
		if err != nil {
			return fmt.Errorf("record: running number of %s: %w", counterID(f), err)
		}
		ch.after[f.Key] = model.AutoNumber(f, n)
	}
	return nil
}
