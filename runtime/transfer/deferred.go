package transfer

import (
	"context"

	"weft/runtime/problem"
	"weft/runtime/record"
)

// fillDeferred sets the references to rows that came after their referrers.
func (t *task) fillDeferred(ctx context.Context) error {
	if t.progress.DryRun {
		return nil
	}
	for len(t.deferred) > 0 {
		group := sameStep(t.deferred[:min(groupRows, len(t.deferred))])
		if err := t.patchDeferred(ctx, group); err != nil {
			return err
		}
		t.deferred = t.deferred[len(group):]
	}
	return nil
}

// sameStep is the first part of the list, up to another step.
func sameStep(list []deferredRef) []deferredRef {
	for i := range list {
		if list[i].step != list[0].step {
			return list[:i]
		}
	}
	return list
}

func (t *task) patchDeferred(ctx context.Context, group []deferredRef) error {
	texts := map[*boundColumn][]string{}
	for _, x := range group {
		texts[x.column] = append(texts[x.column], x.text)
	}
	for c, list := range texts {
		if err := t.resolver.load(ctx, c, list); err != nil {
			return err
		}
	}
	s := group[0].step
	page := &problemPage{step: s, row: group[0].row, later: true}
	var rows []record.Row
	var from []deferredRef
	for _, x := range group {
		id, o := t.resolver.id(s, x.column, x.text)
		if o != resolved {
			page.problems = append(page.problems, x.problem(o))
			continue
		}
		rows = append(rows, record.Row{ID: x.record, Values: map[string]any{x.column.spec.Field: id}})
		from = append(from, x)
	}
	if err := t.sendDeferred(ctx, page, rows, from); err != nil {
		return err
	}
	return t.save(ctx, page)
}

func (t *task) sendDeferred(ctx context.Context, page *problemPage, rows []record.Row, from []deferredRef) error {
	if len(rows) == 0 {
		return nil
	}
	results, err := t.importRows(ctx, t.call(false), page.step.entity.Key, rows)
	if err != nil {
		return err
	}
	for i, r := range results {
		if r.Problem != nil {
			x := from[i]
			column := func(string) (string, string) { return x.column.header, x.text }
			page.problems = append(page.problems, rowProblems(x.row, r.Problem, column)...)
		}
	}
	return nil
}

// problem says why the reference stays unset; the record itself is imported.
func (x deferredRef) problem(o outcome) RowProblem {
	p := problemOf(o, x.column)
	if o == deferred {
		p = cellProblem("import_row_failed")
	}
	return RowProblem{Row: x.row, Column: x.column.header, Field: x.column.spec.Field,
		Path: problem.Pointer(x.column.spec.Field), Problem: string(problem.Invalid), Value: truncate(x.text), Code: p.Code, Texts: textsOf(*p)}
}
