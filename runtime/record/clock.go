package record

import (
	"context"
	"fmt"
	"time"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// computeClock brings a clock of a record up to date and tells whether it is another
// one now. It follows from the fields of the record, the stages that it has been
// through and the calendar alone, so that a recomputation gives the same as the
// changes did one by one.
func (df *derivedFields) computeClock(ctx context.Context, ch *change, k *model.Clock) (changed bool, err error) {
	if k.NeedsStays() && !df.clockMoves(ch, k) {
		return false, nil
	}
	var stays []model.StageStay
	if k.NeedsStays() {
		if stays, err = df.stageStays(ctx, ch, k); err != nil {
			return false, err
		}
	}
	return k.Compute(ch.after, stays, df.s.calendar()), nil
}

// clockMoves tells whether a clock that needs the stages of a record has to be
// computed: most changes have nothing to do with it.
func (df *derivedFields) clockMoves(ch *change, k *model.Clock) bool {
	if ch.before == nil || ch.visits != nil || len(ch.moves) > 0 || df.silent {
		return true
	}
	for _, f := range k.Inputs() {
		if !sameValue(ch.before[f.Key], ch.after[f.Key]) {
			return true
		}
	}
	return false
}

// stageStays are the stays of a record in the stages of a clock, with those that this
// change makes.
func (df *derivedFields) stageStays(ctx context.Context, ch *change, k *model.Clock) ([]model.StageStay, error) {
	m := ch.entity.MachineOf(k.Stage.Key)
	if m == nil {
		return nil, nil
	}
	visits, err := df.visitsSoFar(ctx, ch)
	if err != nil {
		return nil, err
	}
	var stays []model.StageStay
	for _, doc := range visits {
		if m.Stages[text(doc, "stage")] != nil {
			stays = append(stays, model.StageStay{Stage: text(doc, "stage"), From: instant(doc, "entered_at"), To: instant(doc, "left_at")})
		}
	}
	if ch.visits != nil {
		return stays, nil
	}
	now := text(ch.before, m.Field.Key)
	enter := func(stage string) {
		if stage == now || stage == "" {
			return
		}
		now = stage
		if n := len(stays); n > 0 && stays[n-1].To.IsZero() {
			stays[n-1].To = df.at
		}
		next := model.StageStay{Stage: stage}
		if !df.call.Historical { // an import of history does not know when
			next.From = df.at
		}
		stays = append(stays, next)
	}
	if ch.op != opRestore {
		for _, move := range ch.moves {
			if move.machine == m {
				enter(move.To)
			}
		}
		enter(text(ch.after, m.Field.Key))
	}
	return stays, nil
}

// visitsSoFar are the stage visits of a record before this change, oldest first; those
// that an import of history brings take their place.
func (df *derivedFields) visitsSoFar(ctx context.Context, ch *change) ([]map[string]any, error) {
	switch {
	case ch.visits != nil:
		return ch.visits, nil
	case ch.op == opCreate:
		return nil, nil
	case ch.op == opRestore:
		var docs []map[string]any
		for _, raw := range ch.binVisits {
			if doc, ok := raw.(map[string]any); ok {
				docs = append(docs, doc)
			}
		}
		return docs, nil
	}
	if _, known := df.visits[ch.id]; !known {
		if err := df.prefetchVisits(ctx, []string{ch.id}); err != nil {
			return nil, err
		}
	}
	return df.visits[ch.id], nil
}

// prefetchVisits reads the stage visits of records at once. What they say cannot
// change without their record.
func (df *derivedFields) prefetchVisits(ctx context.Context, ids []string) error {
	if df.visits == nil {
		df.visits = map[string][]map[string]any{}
	}
	list := make([]any, len(ids))
	for i, id := range ids {
		df.visits[id], list[i] = nil, id
	}
	find := store.Find{Where: query.Cmp{Path: visitRecordPath, Op: query.In, Value: list}, Limit: maxChildRows}
	for d, err := range store.Each(ctx, df.s.store, visitEntity, find) {
		if err != nil {
			return fmt.Errorf("record: stage visits: %w", err)
		}
		doc, err := read.Decode(d)
		if err != nil {
			return err
		}
		id := text(doc, "record")
		df.visits[id] = append(df.visits[id], doc)
	}
	return nil
}

// instant reads a stored instant; the zero time when it is unset.
func instant(doc map[string]any, key string) time.Time {
	at, err := query.ParseInstant(text(doc, key))
	if err != nil {
		return time.Time{}
	}
	return at
}
