package record

import (
	"context"
	"encoding/json"
	"sort"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record/read"
	"weft/schemas"
)

// answer is the outcome of a sealed unit for the item it was about.
func (cs *changeset) answer(ctx context.Context, ch *change, unchanged bool) (*Result, error) {
	if ch == nil {
		return &Result{Unchanged: unchanged}, nil
	}
	r := &Result{ID: ch.id, Rev: ch.rev, Unchanged: unchanged, Warnings: cs.warningList()}
	if ch.after == nil {
		r.Rev = ch.rev + 1
		return r, nil
	}
	if rev, ok := ch.after["rev"].(float64); ok {
		r.Rev = int64(rev)
	}
	var err error
	r.Record, err = cs.render(ctx, ch)
	return r, err
}

// render writes a record in wire form, cut to what the person may read on it;
// who may write but not read gets its id and revision.
func (cs *changeset) render(ctx context.Context, ch *change) (json.RawMessage, error) {
	seen, err := cs.mayRead(ctx, ch.entity, ch.after)
	if err != nil {
		return nil, err
	}
	if !seen {
		b := append([]byte{'{'}, appendMember(nil, "id", ch.id)...)
		return closeObject(appendMember(b, "rev", ch.after["rev"])), nil
	}
	return cs.renderDoc(ctx, ch, cs.rights.ReadMask(ch.entity.Key, ch.after))
}

func (cs *changeset) renderDoc(ctx context.Context, ch *change, mask *access.Mask) (json.RawMessage, error) {
	ch.entity.ComputeClockFormulas(ch.after, cs.now())
	b := make([]byte, 0, 512)
	b = append(b, '{')
	for _, k := range read.SystemKeys {
		if v := ch.after[k]; v != nil {
			b = appendMember(b, k, v)
		}
	}
	for _, f := range ch.entity.Fields {
		if !mask.Has(f.Key) {
			continue
		}
		if f.Def.FieldType == schemas.TypeChildRows {
			var err error
			if b, err = cs.appendRows(ctx, b, ch, f); err != nil {
				return nil, err
			}
			continue
		}
		if v := ch.after[f.Key]; v != nil {
			b = read.AppendWire(b, f, v)
		}
	}
	return closeObject(b), nil
}

// appendRows appends the child rows as they will be, each cut to the reader;
// no rows are an unset field.
func (cs *changeset) appendRows(ctx context.Context, b []byte, parent *change, f *model.Field) ([]byte, error) {
	child := f.Target
	if child == nil || child.Child == nil {
		return b, nil
	}
	if _, err := cs.childRows(ctx, child, parent); err != nil {
		return nil, err
	}
	var rows []*change
	for _, ch := range cs.changes {
		if ch.entity == child && text(ch.after, child.Child.Field.Key) == parent.id &&
			cs.rights.Can(child.Key, schemas.OpRead, ch.after) {
			rows = append(rows, ch)
		}
	}
	if len(rows) == 0 {
		return b, nil
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i].id < rows[j].id })
	b = appendString(b, f.Key)
	b = append(b, ':', '[')
	for i, row := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = cs.appendRow(b, row)
	}
	return append(b, ']', ','), nil
}

// appendRow appends a child row as reads show it inside its parent: id and own
// fields (see ownFields), so that it can be given back as it is.
func (cs *changeset) appendRow(b []byte, row *change) []byte {
	own, mask := read.OwnFields(row.entity), cs.rights.ReadMask(row.entity.Key, row.after)
	row.entity.ComputeClockFormulas(row.after, cs.now())
	b = appendMember(append(b, '{'), "id", row.id)
	for _, f := range row.entity.Fields {
		if v := row.after[f.Key]; v != nil && own[f.Key] && mask.Has(f.Key) {
			b = read.AppendWire(b, f, v)
		}
	}
	return closeObject(b)
}

// warningList is what was odd but accepted: [{path, code, message}], messages
// in the caller's language.
func (cs *changeset) warningList() json.RawMessage {
	if len(cs.warnings) == 0 {
		return nil
	}
	sortProblems(cs.warnings)
	b := []byte{'['}
	for i, w := range cs.warnings {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '{')
		b = appendMember(b, "path", w.Path)
		b = appendMember(b, "code", w.Code)
		b = closeObject(appendMember(b, "message", w.Message(cs.call.language())))
	}
	return append(b, ']')
}

// language of texts that are part of a good answer.
func (c Call) language() string {
	if c.Lang == "" {
		return "zh-CN"
	}
	return c.Lang
}

// badEnvelope is a request whose shape is wrong at one place.
func badEnvelope(path, code string, params ...any) *problem.Error {
	return problem.Of(problem.Invalid, problem.At(path, code, params...))
}
