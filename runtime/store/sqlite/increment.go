package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	"weft/runtime/store"
)

// Increment adds to the counter id, a document {"id","rev","value"} that is
// created when first used.
func (s *Store) Increment(ctx context.Context, collection, id string, by int64) (int64, error) {
	k, err := s.catalog.get(collection)
	if err != nil {
		return 0, err
	}
	if id == "" {
		return 0, fmt.Errorf("sqlite: a counter of %s has no id", collection)
	}
	var value int64
	err = s.writer.do(ctx, &request{ops: 1, run: func(t *tx) error {
		value, err = t.increment(k, id, by)
		return err
	}})
	return value, err
}

func (t *tx) increment(k *collection, id string, by int64) (int64, error) {
	if err := t.fault(); err != nil {
		return 0, err
	}
	ch := change{coll: k, kind: store.Replace, doc: store.Doc{ID: id}}
	rev, err := t.before(&ch)
	if err != nil {
		return 0, err
	}
	var counter struct {
		ID    string `json:"id"`
		Rev   int64  `json:"rev"`
		Value int64  `json:"value"`
	}
	if rev > 0 {
		if err := json.Unmarshal(ch.before, &counter); err != nil {
			return 0, &refusal{fmt.Errorf("sqlite: %s/%s is not a counter: %w", k.Name, id, err)}
		}
	}
	counter.ID, counter.Rev, counter.Value = id, rev+1, counter.Value+by
	body, err := json.Marshal(counter)
	if err != nil {
		return 0, err
	}
	op := preparedOp{coll: k, Op: store.Op{Kind: store.Replace, Doc: store.Doc{ID: id, Rev: rev + 1, Body: body}}}
	if rev == 0 {
		op.Kind = store.Insert
		return counter.Value, t.insert(&op)
	}
	if err := t.update(&op, ch.seq); err != nil {
		return 0, err
	}
	ch.doc = op.Doc
	t.changes = append(t.changes, ch)
	return counter.Value, nil
}
