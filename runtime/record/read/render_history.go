package read

import (
	"cmp"
	"encoding/json"
	"strings"

	"weft/runtime/access"
	"weft/runtime/jsontext"
	"weft/runtime/model"
	"weft/runtime/query"
)

// historyRow is a stored row of history; see historyOp.
type historyRow struct {
	N          int64
	Op         string
	At, By     string
	Source     string
	Door       string // Source in rows of versions before 2026-12
	Cause      string
	Depth      int64
	Version    int64
	Comment    string
	Historical bool
	Import     string
	Merged     []string
	MergedInto string                                `json:"merged_into"`
	Changes    map[string]map[string]json.RawMessage // field → from, to
}

// renderHistory writes one row in wire form: {rev, op, at, by, source, cause,
// depth, version, comment, historical, import, merged, merged_into, changes}.
func renderHistory(e *model.Entity, mask *access.Mask, h *historyRow) json.RawMessage {
	b := append(make([]byte, 0, 512), '{')
	b = jsontext.AppendMember(b, "rev", h.N)
	b = jsontext.AppendText(b, "op", h.Op)
	b = jsontext.AppendMember(b, "at", h.At)
	b = jsontext.AppendText(b, "by", h.By)
	b = jsontext.AppendMember(b, "source", cmp.Or(h.Source, h.Door))
	b = jsontext.AppendText(b, "cause", h.Cause)
	b = jsontext.AppendMember(b, "depth", h.Depth)
	b = jsontext.AppendMember(b, "version", h.Version)
	if mayShowComments(e, mask) {
		b = jsontext.AppendText(b, "comment", h.Comment)
	}
	if h.Historical {
		b = jsontext.AppendMember(b, "historical", true)
	}
	b = jsontext.AppendText(b, "import", h.Import)
	b = jsontext.AppendText(b, "merged_into", h.MergedInto)
	if len(h.Merged) > 0 {
		b = jsontext.AppendMember(b, "merged", h.Merged)
	}
	b = jsontext.AppendString(b, "changes")
	b = appendChanges(append(b, ':'), e, mask, h.Changes)
	return append(b, '}')
}

// appendChanges writes the readable changes in the order of the entity's
// fields; what fields held that are gone by now is not shown.
func appendChanges(b []byte, e *model.Entity, mask *access.Mask, changes map[string]map[string]json.RawMessage) []byte {
	b = append(b, '{')
	for _, f := range e.Fields {
		change, changed := changes[f.Key]
		if !changed || !mask.Has(f.Key) {
			continue
		}
		b = append(jsontext.AppendString(b, f.Key), ':', '{')
		for _, side := range [...]string{"from", "to"} {
			raw, set := change[side]
			if !set {
				continue
			}
			b = append(jsontext.AppendString(b, side), ':')
			if f.Kind == query.Decimal && isStoredDecimal(strings.Trim(string(raw), `"`)) {
				b = appendWireDecimal(b, raw)
			} else {
				b = append(b, raw...)
			}
			b = append(b, ',')
		}
		b = append(jsontext.CloseObject(b), ',')
	}
	return jsontext.CloseObject(b)
}

// mayShowComments tells whether comments may be shown: they repeat what moves
// write into reason fields.
func mayShowComments(e *model.Entity, mask *access.Mask) bool {
	for _, m := range e.Machines {
		for _, t := range m.Transitions {
			if t.Def.Reason != nil && t.Def.Reason.Field != "" && !mask.Has(t.Def.Reason.Field) {
				return false
			}
		}
	}
	return true
}
