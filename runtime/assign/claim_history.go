package assign

import (
	"encoding/json"
	"maps"
	"time"

	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// justNow is how long somebody who saw a record in the pool is told that it was
// claimed, when the record is out of that person's sight since.
const justNow = time.Hour

// beforeOwner is the record as it was before it got an owner, so far as that was
// just now; otherwise as it is.
func (d *decision) beforeOwner() map[string]any {
	id, _ := d.record["id"].(string)
	rows, err := d.from.Find(d.ctx, record.HistoryCollection, store.Find{Where: query.All{
		query.Cmp{Path: idPath, Op: query.Gt, Value: id + ":"}, query.Cmp{Path: idPath, Op: query.Lt, Value: id + ";"},
	}, IDDesc: true, Limit: 10})
	if err != nil {
		d.err = err
		return d.record
	}
	before := maps.Clone(d.record)
	for _, row := range rows {
		var h struct {
			Op, At  string
			Changes map[string]struct{ From any }
		}
		at, err := time.Time{}, json.Unmarshal(row.Body, &h)
		if err == nil {
			at, err = query.ParseInstant(h.At)
		}
		if err != nil || h.Op != "update" || d.env.Now.Sub(at) > justNow {
			break
		}
		d.undo(before, h.Changes)
		if before[d.rule.Owner.Key] == nil {
			return before
		}
	}
	return d.record
}

func (d *decision) undo(doc map[string]any, changes map[string]struct{ From any }) {
	for key, change := range changes {
		f := d.rule.Entity.ByKey[key]
		if f == nil {
			continue
		}
		if doc[key] = read.ParseHistoryValue(f, change.From); doc[key] == nil {
			delete(doc, key)
		}
	}
}
