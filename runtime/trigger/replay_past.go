package trigger

import (
	"context"
	"encoding/json"
	"maps"
	"time"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// walk goes through the history of the entity, record by record, and notes the
// events of the trigger.
func (p *replay) walk(ctx context.Context) error {
	visits, err := p.visits(ctx)
	if err != nil {
		return err
	}
	w := &historyWalk{replay: p, entity: p.trigger.Entity, visits: visits}
	where := query.Cmp{Path: query.Path{Field: "entity", Kind: query.Key}, Op: query.Eq, Value: w.entity.Key}
	for d, err := range store.Each(ctx, p.o.Store, record.HistoryCollection, store.Find{Where: where, Limit: 5000}) {
		if err != nil {
			return read.StoreProblem(err)
		}
		var row pastChange
		if err := json.Unmarshal(d.Body, &row); err != nil {
			return err
		}
		if err := w.row(&row); err != nil {
			return err
		}
	}
	return w.endRecord()
}

// stay is a stage visit.
type stay struct {
	Field     string `json:"field"`
	Record    string `json:"record"`
	Stage     string `json:"stage"`
	EnteredAt string `json:"entered_at"`
	LeftAt    string `json:"left_at"`
	By        string `json:"by"`
	Reason    string `json:"reason"`
}

// visits are the stage visits of the entity by record, in the order in which the
// stages were entered; none when the trigger does not listen to moves and times.
func (p *replay) visits(ctx context.Context) (map[string][]stay, error) {
	out := map[string][]stay{}
	if p.trigger.Entity.Machine == nil {
		return out, nil
	}
	where := query.Cmp{Path: query.Path{Field: "entity", Kind: query.Text}, Op: query.Eq, Value: p.trigger.Entity.Key}
	for d, err := range store.Each(ctx, p.o.Store, model.EntityStageVisit, store.Find{Where: where, Limit: 5000}) {
		if err != nil {
			return nil, read.StoreProblem(err)
		}
		var v stay
		if err := json.Unmarshal(d.Body, &v); err != nil {
			return nil, err
		}
		out[v.Record] = append(out[v.Record], v)
	}
	return out, nil
}

// historyWalk builds the states of one record after the other from its history.
type historyWalk struct {
	*replay
	entity *model.Entity
	visits map[string][]stay
	id     string
	doc    map[string]any // as it is after the rows so far
	since  time.Time      // when it became so
	noted  time.Time      // the last time of a timer that was noted
}

// row takes the next row of history.
func (w *historyWalk) row(row *pastChange) error {
	at, err := query.ParseInstant(row.At)
	if err != nil {
		return nil
	}
	if row.Record != w.id {
		if err := w.endRecord(); err != nil {
			return err
		}
		w.id, w.doc, w.since, w.noted = row.Record, nil, at, time.Time{}
	} else if err := w.reached(at); err != nil {
		return err
	}
	if row.Op == "create" && row.Historical {
		return w.historical(row, at)
	}
	before := w.doc
	w.doc, w.since = w.after(row, at), at
	ev := pastEvent{Event: record.Event{Op: row.Op, Entity: w.entity.Key, ID: row.Record, Before: before, After: w.doc, At: at}, by: row.By, source: record.Source(row.Source), imp: row.Import}
	switch row.Op {
	case "delete":
		ev.After, w.doc = nil, before
	case "restore":
		ev.Before = nil
	default:
		w.changed(&ev, row)
	}
	w.add(ev)
	return nil
}

// after is the record after a row.
func (w *historyWalk) after(row *pastChange, at time.Time) map[string]any {
	doc := row.done(w.entity, w.doc)
	doc["id"], doc["updated_at"], doc["rev"] = row.Record, row.At, float64(row.N)
	if row.By != "" {
		doc["updated_by"] = row.By
	}
	if row.Op == "create" {
		doc["created_at"] = query.FormatInstant(at)
		if row.By != "" {
			doc["created_by"] = row.By
		}
	}
	return doc
}

// changed fills in the changed fields and the moves of an event.
func (w *historyWalk) changed(ev *pastEvent, row *pastChange) {
	for key := range row.Changes {
		if f := w.entity.ByKey[key]; f != nil {
			ev.Changed = append(ev.Changed, f)
		}
	}
	for _, m := range w.entity.Machines {
		from, _ := ev.Before[m.Field.Key].(string)
		to, _ := ev.After[m.Field.Key].(string)
		if from != to && to != "" {
			ev.Moves = append(ev.Moves, record.StageMove{Field: m.Field.Key, From: from, To: to})
		}
	}
}

// historical makes events of the stages that a record of a historical import has been
// through. Its other values are those that the import brought; what is computed is
// computed for each.
func (w *historyWalk) historical(row *pastChange, at time.Time) error {
	final := w.after(row, at)
	w.doc, w.since = final, at
	var before map[string]any
	for _, v := range w.visits[row.Record] {
		entered := v.entered(at)
		field := v.Field
		if field == "" {
			field = w.entity.Machine.Field.Key
		}
		doc := maps.Clone(final)
		if before == nil {
			doc["created_at"] = query.FormatInstant(entered)
		} else {
			doc["created_at"] = before["created_at"]
		}
		doc[field] = v.Stage
		w.entity.ComputeFormulas(doc, w.docs.get, entered.In(w.o.Effect.zone()))
		ev := pastEvent{Event: record.Event{Op: "update", Entity: w.entity.Key, ID: row.Record, Before: before, After: doc, At: entered}, by: v.By, source: record.SourceTransition}
		if before == nil {
			ev.Op = "create"
		}
		from, _ := before[field].(string)
		ev.Moves = []record.StageMove{{Field: field, From: from, To: v.Stage, Reason: v.Reason}}
		if f := w.entity.ByKey[field]; f != nil {
			ev.Changed = []*model.Field{f}
		}
		w.add(ev)
		before = doc
	}
	return w.docs.err
}

// entered is when the stage was entered; where nobody knows, when it was left, or when
// the import brought the record.
func (v *stay) entered(imported time.Time) time.Time {
	for _, s := range []string{v.EnteredAt, v.LeftAt} {
		if at, err := query.ParseInstant(s); err == nil {
			return at
		}
	}
	return imported
}

// reached notes the time of a timer that lies between the last change and now.
func (w *historyWalk) reached(now time.Time) error {
	name := w.trigger.Def.On.Event
	if name != schemas.EventDateReached && name != schemas.EventSilence || w.doc == nil {
		return nil
	}
	due, ok, err := w.o.Effect.due(w.trigger, w.doc, w.since)
	if err != nil || !ok || due.After(now) || due.Equal(w.noted) {
		return err
	}
	w.noted = due
	if due.Before(w.since) { // the date was moved there
		due = w.since
	}
	by, _ := w.doc["updated_by"].(string)
	w.add(pastEvent{Event: record.Event{Op: "update", Entity: w.entity.Key, ID: w.id, Before: w.doc, After: w.doc, At: due}, by: by, name: name})
	return nil
}

// endRecord ends the record whose rows were taken: it is as it was until now.
func (w *historyWalk) endRecord() error { return w.reached(w.now()) }
