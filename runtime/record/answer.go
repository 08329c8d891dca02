package record

import (
	"context"
	"encoding/json"
	"sort"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// answer is the outcome of a sealed unit for the item it was about.
func (u *unit) answer(ctx context.Context, it *item, unchanged bool) (*Result, error) {
	if it == nil {
		return &Result{Unchanged: unchanged}, nil
	}
	r := &Result{ID: it.id, Rev: it.rev, Unchanged: unchanged, Warnings: u.warningList()}
	if it.after == nil {
		r.Rev = it.rev + 1
		return r, nil
	}
	if rev, ok := it.after["rev"].(float64); ok {
		r.Rev = int64(rev)
	}
	var err error
	r.Record, err = u.render(ctx, it)
	return r, err
}

// render writes a record in wire form, cut to what the person may read on it;
// who may write but not read gets its id and revision.
func (u *unit) render(ctx context.Context, it *item) (json.RawMessage, error) {
	seen, err := u.mayRead(ctx, it.entity, it.after)
	if err != nil {
		return nil, err
	}
	if !seen {
		b := append([]byte{'{'}, appendMember(nil, "id", it.id)...)
		return closeObject(appendMember(b, "rev", it.after["rev"])), nil
	}
	return u.renderDoc(ctx, it, u.rights.ReadMask(it.entity.Key, it.after))
}

func (u *unit) renderDoc(ctx context.Context, it *item, mask *access.Mask) (json.RawMessage, error) {
	it.entity.ComputeClockFormulas(it.after, u.now())
	b := make([]byte, 0, 512)
	b = append(b, '{')
	for _, k := range systemKeys {
		if v := it.after[k]; v != nil {
			b = appendMember(b, k, v)
		}
	}
	for _, f := range it.entity.Fields {
		if !mask.Has(f.Key) {
			continue
		}
		if f.Def.FieldType == schemas.TypeChildRows {
			var err error
			if b, err = u.appendRows(ctx, b, it, f); err != nil {
				return nil, err
			}
			continue
		}
		if v := it.after[f.Key]; v != nil {
			b = appendWire(b, f, v)
		}
	}
	return closeObject(b), nil
}

// appendWire appends a stored value as it looks on the wire: only decimals
// differ, see docs/stored-form.md.
func appendWire(b []byte, f *model.Field, v any) []byte {
	s, ok := v.(string)
	if f.Kind != query.Decimal || !ok {
		return appendMember(b, f.Key, v)
	}
	b = appendString(b, f.Key)
	b = append(b, ':', '"')
	b = query.AppendDecimal(b, s)
	return append(b, '"', ',')
}

// appendRows appends the child rows as they will be, each cut to the reader;
// no rows are an unset field.
func (u *unit) appendRows(ctx context.Context, b []byte, parent *item, f *model.Field) ([]byte, error) {
	child := f.Target
	if child == nil || child.Child == nil {
		return b, nil
	}
	if _, err := u.childRows(ctx, child, parent); err != nil {
		return nil, err
	}
	var rows []*item
	for _, it := range u.items {
		if it.entity == child && text(it.after, child.Child.Field.Key) == parent.id &&
			u.rights.Can(child.Key, schemas.OpRead, it.after) {
			rows = append(rows, it)
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
		b = u.appendRow(b, row)
	}
	return append(b, ']', ','), nil
}

// appendRow appends a child row as reads show it inside its parent: id and own
// fields (see ownFields), so that it can be given back as it is.
func (u *unit) appendRow(b []byte, row *item) []byte {
	own, mask := ownFields(row.entity), u.rights.ReadMask(row.entity.Key, row.after)
	row.entity.ComputeClockFormulas(row.after, u.now())
	b = appendMember(append(b, '{'), "id", row.id)
	for _, f := range row.entity.Fields {
		if v := row.after[f.Key]; v != nil && own[f.Key] && mask.Has(f.Key) {
			b = appendWire(b, f, v)
		}
	}
	return closeObject(b)
}

// warningList is what was odd but accepted: [{path, code, message}], messages
// in the caller's language.
func (u *unit) warningList() json.RawMessage {
	if len(u.warnings) == 0 {
		return nil
	}
	sortProblems(u.warnings)
	b := []byte{'['}
	for i, w := range u.warnings {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '{')
		b = appendMember(b, "path", w.Path)
		b = appendMember(b, "code", w.Code)
		b = closeObject(appendMember(b, "message", w.Message(u.call.language())))
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
