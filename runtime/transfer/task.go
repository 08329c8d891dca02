package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"weft/runtime/access"
	"weft/runtime/record"
)

// groupRows is how many rows are imported together, a multiple of what
// record.Service commits at once; progress is written after each group.
const groupRows = 800

// smallRows is what an HTTP request waits for.
const smallRows = 5000

// task is one running import or undo.
type task struct {
	service    *Service
	doc        storedImport
	resumed    bool             // continues an interrupted run
	preview    bool             // of an undo: changes nothing
	lastChange map[string]int64 // see importChanges.last
	actor      *access.Actor
	steps      []*step
	resolver   *resolver
	progress   *Progress
	groups     *problemGroups
	began      time.Time
	logins     map[string]bool     // made by this import
	merged     map[string][]binRow // by entity
	mergedInto map[string]string
	files      map[string]*os.File // local copies of inputs, by their ids
	deferred   []deferredRef

	total   int           // rows of all files; fixed once counted is closed
	counted chan struct{} // closed once the rows are counted
	done    chan struct{} // closed at the end
}

// run imports all rows.
func (t *task) run(ctx context.Context) error {
	if err := t.scan(ctx); err != nil {
		return err
	}
	for _, f := range t.progress.Files {
		t.total += f.Rows
	}
	close(t.counted)
	t.progress.State = Running
	if err := t.save(ctx, nil); err != nil {
		return err
	}
	for _, s := range t.steps {
		if err := t.runStep(ctx, s); err != nil {
			return err
		}
	}
	return t.fillDeferred(ctx)
}

// runStep reads the file again and imports its rows in groups. After an
// interruption it starts from the first row: rows that were imported before are
// found by their key or id and change nothing.
func (t *task) runStep(ctx context.Context, s *step) error {
	f, err := t.file(ctx, s.input)
	if err != nil {
		return err
	}
	tab, err := openTable(f, s.tableOptions())
	if err != nil {
		return err
	}
	defer tab.Close()
	keys := map[any]seenKey{}
	file := &t.progress.Files[s.index]
	var group []*row
	for {
		cells, err := tab.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		end := err != nil
		if !end {
			r := t.read(s, cells)
			s.rejectDuplicate(keys, r)
			group = append(group, r)
		}
		if len(group) == groupRows || (end && len(group) > 0) {
			if err := t.runGroup(ctx, s, file, group); err != nil {
				return err
			}
			group = group[:0]
		}
		if end {
			return nil
		}
	}
}

// seenKey is the first row with a key.
type seenKey struct {
	row         int
	fingerprint string
}

// rejectDuplicate finds a second row with the same key: it is merged into the first where
// the mapping says distinct and both say the same, a problem otherwise.
func (s *step) rejectDuplicate(keys map[any]seenKey, r *row) {
	if r.key == nil {
		return
	}
	first, twice := keys[r.key]
	print := ""
	if s.mapping.Distinct {
		print = r.fingerprint(s)
	}
	if !twice {
		keys[r.key] = seenKey{r.number, print}
		return
	}
	if s.mapping.Distinct && print == first.fingerprint {
		r.merged = true
		return
	}
	r.fail(s.keyColumn(), *cellProblem("import_key_twice", "first", first.row))
}

// runGroup imports a group of rows, then writes progress and problems together.
func (t *task) runGroup(ctx context.Context, s *step, file *FileProgress, group []*row) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	if err := t.prepare(ctx, s, group); err != nil {
		return err
	}
	if err := t.send(ctx, s, file, group); err != nil {
		return err
	}
	var problems []RowProblem
	for _, r := range group {
		problems = append(problems, r.problems...)
		if len(r.problems) > 0 {
			file.Failed++
		} else if r.merged {
			file.Merged++
		} else {
			t.deferred = append(t.deferred, r.deferred...)
		}
	}
	file.Read += len(group)
	return t.save(ctx, &problemPage{step: s, row: group[0].number, problems: problems})
}

// send imports the rows without problems.
func (t *task) send(ctx context.Context, s *step, file *FileProgress, group []*row) error {
	var rows []record.Row
	var from []*row
	for _, r := range group {
		if len(r.problems) > 0 || r.merged {
			continue
		}
		x := record.Row{Values: r.values, Visits: r.visits, NewID: r.newID}
		if r.existing != nil {
			x.ID, x.NewID = r.existing.id, ""
			s.keepNumbers(r)
		}
		rows, from = append(rows, x), append(from, r)
	}
	if len(rows) == 0 {
		return nil
	}
	results, err := t.importRows(ctx, t.call(s.historical), s.entity.Key, rows)
	if err != nil {
		return err
	}
	for i, x := range results {
		t.countResult(s, file, from[i], x)
	}
	return t.assignRoles(ctx, s, from, results)
}

// importRows imports rows. An error of the store is no problem of a row: it stops
// the import.
func (t *task) importRows(ctx context.Context, c record.Call, entity string, rows []record.Row) ([]record.RowResult, error) {
	results, err := t.service.Records.ImportRows(ctx, c, entity, rows, t.progress.DryRun)
	for i := 0; err == nil && i < len(results); i++ {
		if p := results[i].Problem; p != nil && p.Code.Status() >= 500 {
			err = p
		}
	}
	if err != nil {
		return nil, fmt.Errorf("import rows of %s: %w", entity, err)
	}
	return results, nil
}

// countResult counts the result of a row.
func (t *task) countResult(s *step, file *FileProgress, r *row, x record.RowResult) {
	switch {
	case x.Problem != nil:
		r.problems = append(r.problems, t.relevant(r, rowProblems(r.number, x.Problem, s.column(r)))...)
		if len(r.problems) == 0 { // a dry run asked for what later rows bring
			file.Created++
		}
	case x.Created, r.existing != nil && r.existing.id == r.newID && t.resumed && !s.mapping.Create:
		file.Created++
	case x.Unchanged:
		file.Unchanged++
	default:
		file.Updated++
	}
	for i := range r.deferred {
		r.deferred[i].record = x.ID
	}
}

// relevant leaves out problems that a dry run has only because earlier rows were
// not written.
func (t *task) relevant(r *row, problems []RowProblem) []RowProblem {
	if !t.progress.DryRun {
		return problems
	}
	kept := problems[:0]
	for _, p := range problems {
		comes := slices.ContainsFunc(r.deferred, func(x deferredRef) bool { return x.column.spec.Field == p.Field })
		if p.Code != "required" || !comes {
			kept = append(kept, p)
		}
	}
	return kept
}

func (t *task) rowID(s *step, number int) string {
	return rowID(t.progress.ID, t.began, s.index, number)
}

func (t *task) call(historical bool) record.Call {
	return record.Call{Actor: t.actor, Source: record.SourceImport, Import: t.progress.ID, Historical: historical}
}
