package record

import (
	"encoding/json"
	"strconv"

	"weft/runtime/model"
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

// historyOp is the history row of one item: who changed which fields, from
// what to what (see historyValue), through which door and under which version.
func (u *unit) historyOp(it *item, n int64, changed []*model.Field) store.Op {
	id := historyID(it.id, n)
	b := make([]byte, 0, 512)
	b = append(b, '{')
	b = appendMember(b, "id", id)
	b = appendMember(b, "rev", int64(1))
	b = appendMember(b, "entity", it.entity.Key)
	b = appendMember(b, "record", it.id)
	b = appendMember(b, "n", n)
	b = appendMember(b, "op", it.op)
	b = appendMember(b, "at", u.stamp)
	b = appendIf(b, "by", u.call.Actor.UserID)
	b = appendMember(b, "door", u.call.Source)
	b = appendIf(b, "cause", u.call.Cause)
	b = appendMember(b, "depth", int64(u.call.Depth))
	b = appendMember(b, "version", u.model.Version)
	b = appendIf(b, "comment", it.comment)
	b = appendIf(b, "import", u.call.Import)
	if u.call.Historical {
		b = appendMember(b, "historical", true)
	}
	b = appendIf(b, "deletion", u.deletionOf(it))
	b = appendIf(b, "merged_into", it.mergedInto)
	if len(it.merged) > 0 {
		b = appendMember(b, "merged", storedForm(it.merged))
	}
	b = appendString(b, "changes")
	b = append(b, ':')
	b = it.appendChanges(b, changed)
	b = append(b, '}')
	return store.Op{Kind: store.Insert, Collection: HistoryCollection,
		Doc: store.Doc{ID: id, Rev: 1, Body: json.RawMessage(b)}}
}

func (u *unit) deletionOf(it *item) string {
	if it.op == opDelete {
		return u.deletion
	}
	return ""
}

func appendIf(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	return appendMember(b, key, value)
}

// appendChanges writes {field:{from,to}}; a value that is unset is left out. A
// changed set of child rows shows the ids of its rows.
func (it *item) appendChanges(b []byte, changed []*model.Field) []byte {
	b = append(b, '{')
	for _, f := range changed {
		from, to := it.before[f.Key], it.after[f.Key]
		if it.op == opRestore {
			from = it.binned[f.Key]
		}
		if f.Def.FieldType == schemas.TypeChildRows {
			from, to = storedForm(it.rowsBefore[f.Key]), storedForm(it.rowsAfter[f.Key])
		}
		b = appendString(b, f.Key)
		b = append(b, ':', '{')
		b = appendSide(b, "from", f, from)
		b = appendSide(b, "to", f, to)
		b = append(closeObject(b), ',')
	}
	return closeObject(b)
}

func appendSide(b []byte, side string, f *model.Field, v any) []byte {
	if v == nil {
		return b
	}
	return appendMember(b, side, historyValue(f, v))
}
