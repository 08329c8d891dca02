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

// resultWriter renders the outcome of a changeset.
type resultWriter struct{ *changeset }

// answers are the outcomes of a built changeset for the changes that it is about.
func (aw resultWriter) answers(ctx context.Context, roots []*change, unchanged bool) ([]Result, error) {
	list := make([]Result, len(roots))
	for i, ch := range roots {
		r, err := aw.answer(ctx, ch, unchanged)
		if err != nil {
			return nil, err
		}
		list[i] = *r
	}
	return list, nil
}

// answer is the outcome of a built changeset for one of its changes.
func (aw resultWriter) answer(ctx context.Context, ch *change, unchanged bool) (*Result, error) {
	if ch == nil {
		return &Result{Unchanged: unchanged}, nil
	}
	r := &Result{ID: ch.id, Rev: ch.rev, Unchanged: unchanged, Warnings: aw.warningList(aw.call.language())}
	if ch.after == nil {
		r.Rev = ch.rev + 1
		return r, nil
	}
	if rev, ok := ch.after["rev"].(float64); ok {
		r.Rev = int64(rev)
	}
	var err error
	r.Record, err = aw.render(ctx, ch)
	return r, err
}

// render writes a record in wire form, cut to what the caller may read on it;
// a caller who may write but not read gets its id and revision.
func (aw resultWriter) render(ctx context.Context, ch *change) (json.RawMessage, error) {
	seen, err := aw.mayRead(ctx, ch.entity, ch.after)
	if err != nil {
		return nil, err
	}
	if !seen {
		b := append([]byte{'{'}, appendMember(nil, "id", ch.id)...)
		return closeObject(appendMember(b, "rev", ch.after["rev"])), nil
	}
	return aw.renderDoc(ctx, ch, aw.rights.ReadMask(ch.entity.Key, ch.after))
}

func (aw resultWriter) renderDoc(ctx context.Context, ch *change, mask *access.Mask) (json.RawMessage, error) {
	ch.entity.ComputeClockFormulas(ch.after, aw.now())
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
			if b, err = aw.appendRows(ctx, b, ch, f); err != nil {
				return nil, err
			}
			continue
		}
		b = read.AppendField(b, f, ch.after, aw.s.calendar(), aw.at)
	}
	return closeObject(b), nil
}

// appendRows appends the child rows as they will be, each cut to the reader;
// no rows are an unset field.
func (aw resultWriter) appendRows(ctx context.Context, b []byte, parent *change, f *model.Field) ([]byte, error) {
	child := f.Target
	if child == nil || child.Child == nil {
		return b, nil
	}
	if _, err := aw.childRows(ctx, child, parent); err != nil {
		return nil, err
	}
	var rows []*change
	for _, ch := range aw.changes {
		if ch.entity == child && text(ch.after, child.Child.Field.Key) == parent.id &&
			aw.rights.Can(child.Key, schemas.OpRead, ch.after) {
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
		b = aw.appendRow(b, row)
	}
	return append(b, ']', ','), nil
}

// appendRow appends a child row as reads show it inside its parent: id and own
// fields (see ownFields), so that it can be given back as it is.
func (aw resultWriter) appendRow(b []byte, row *change) []byte {
	own, mask := read.ChildRowFields(row.entity), aw.rights.ReadMask(row.entity.Key, row.after)
	row.entity.ComputeClockFormulas(row.after, aw.now())
	b = appendMember(append(b, '{'), "id", row.id)
	for _, f := range row.entity.Fields {
		if own[f.Key] && mask.Has(f.Key) {
			b = read.AppendField(b, f, row.after, aw.s.calendar(), aw.at)
		}
	}
	return closeObject(b)
}

// language of texts that are part of a good answer.
func (c Call) language() string {
	if c.Lang == "" {
		return "zh-CN"
	}
	return c.Lang
}

// requestProblem is a request whose shape is wrong at one place.
func requestProblem(path, code string, params ...any) *problem.Error {
	return problem.Of(problem.Invalid, problem.At(path, code, params...))
}
