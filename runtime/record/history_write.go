package record

import (
	"encoding/json"
	"strconv"

	"weft/runtime/jsontext"
	"weft/runtime/model"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// historyID names the history row of a record's revision; ids of one record
// sort by revision.
func historyID(record string, rev int64) string {
	b := make([]byte, 0, len(record)+11)
	b = append(b, record...)
	b = append(b, ':')
	digits := strconv.FormatInt(rev, 10)
	for range 10 - len(digits) {
		b = append(b, '0')
	}
	return string(append(b, digits...))
}

// historyOp is the history row of one change: who changed which fields, from
// what to what (see historyValue), from which source and under which version.
func (bb batchBuilder) historyOp(ch *change, n int64, changed []*model.Field) store.Op {
	id := historyID(ch.id, n)
	b := make([]byte, 0, 512)
	b = append(b, '{')
	b = appendMember(b, "id", id)
	b = appendMember(b, "rev", int64(1))
	b = appendMember(b, "entity", ch.entity.Key)
	b = appendMember(b, "record", ch.id)
	b = appendMember(b, "n", n)
	b = appendMember(b, "op", ch.op)
	b = appendMember(b, "at", bb.stamp)
	b = jsontext.AppendText(b, "by", bb.call.Actor.UserID)
	b = appendMember(b, "source", string(bb.call.Source))
	b = jsontext.AppendText(b, "cause", bb.call.Cause)
	b = appendMember(b, "depth", int64(bb.call.Depth))
	b = appendMember(b, "version", bb.model.Version)
	b = jsontext.AppendText(b, "comment", ch.comment)
	b = jsontext.AppendText(b, "import", bb.call.Import)
	if bb.call.Historical {
		b = appendMember(b, "historical", true)
	}
	b = jsontext.AppendText(b, "deletion", ch.deletion)
	b = jsontext.AppendText(b, "merged_into", ch.mergedInto)
	if len(ch.merged) > 0 {
		b = appendMember(b, "merged", storedForm(ch.merged))
	}
	b = appendString(b, "changes")
	b = append(b, ':')
	b = ch.appendChanges(b, changed)
	b = append(b, '}')
	return store.Op{Kind: store.Insert, Collection: HistoryCollection,
		Doc: store.Doc{ID: id, Rev: 1, Body: json.RawMessage(b)}}
}

// appendChanges writes {field:{from,to}}; a value that is unset is left out. A
// changed set of child rows shows the ids of its rows.
func (ch *change) appendChanges(b []byte, changed []*model.Field) []byte {
	b = append(b, '{')
	for _, f := range changed {
		from, to := read.HistoryMember(f, ch.before), read.HistoryMember(f, ch.after)
		if ch.op == opRestore {
			from = read.HistoryMember(f, ch.beforeRestore)
		}
		if f.Def.FieldType == schemas.TypeChildRows {
			from, to = storedForm(ch.rowsBefore[f.Key]), storedForm(ch.rowsAfter[f.Key])
		}
		b = appendString(b, f.Key)
		b = append(b, ':', '{')
		b = appendSide(b, "from", from)
		b = appendSide(b, "to", to)
		b = append(closeObject(b), ',')
	}
	return closeObject(b)
}

func appendSide(b []byte, side string, v any) []byte {
	if v == nil {
		return b
	}
	return appendMember(b, side, v)
}
