package comment

import (
	"context"

	"weft/runtime/model"
	"weft/runtime/record"
	"weft/runtime/store"
)

// Merged is the effect of merging records: comments follow their record into the one
// that is kept, in the same commit.
type Merged struct{ Store store.Store }

// Jobs gives the operations that move the comments of a record that is merged away.
func (e Merged) Jobs(ctx context.Context, _ record.Call, _ *model.Model, ev *record.Event) ([]store.Op, error) {
	if ev.MergedInto == "" {
		return nil, nil
	}
	var ops []store.Op
	for c, err := range comments.Each(ctx, e.Store, of(ev.Entity, ev.ID)) {
		if err != nil {
			return nil, err
		}
		c.Record = ev.MergedInto
		op, err := comments.Put(c)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return ops, nil
}
