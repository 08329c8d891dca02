package record

import (
	"context"
	"errors"
	"runtime"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record/read"
	"weft/schemas"
)

// importGroupSize is how many rows are committed together.
const importGroupSize = 200

// Row is one record of an import: a new one, or a patch of the record ID.
type Row struct {
	Values map[string]any // wire form
	ID     string
	// NewID is the id of a new record, "" for one that the service chooses. An import
	// that was interrupted finds by it what it has made already.
	NewID string
	// Visits are the stages the record has been through, oldest first; only a
	// historical import may give them. nil leaves the visits to the stage machine.
	Visits []Visit
}

// RowResult is the outcome for one row. In a dry run the ID of a new record is "".
type RowResult struct {
	ID                 string
	Rev                int64
	Created, Unchanged bool
	Problem            *problem.Error
}

// ImportRows creates or updates a record for each row. Rows are prepared on all
// cores and committed in groups; a row that cannot be committed with its group
// is committed alone, so a bad row never stops the others. A row may not rely on
// another one of the same call. New ids follow the order of the rows. A dry run
// does everything but the commit, and looks for unique keys that are taken in
// the store or twice among the rows, and for files that are named in several
// rows. Needs the right to import.
func (s *Service) ImportRows(ctx context.Context, c Call, entity string, rows []Row, dryRun bool) ([]RowResult, error) {
	if err := c.noOps(); err != nil {
		return nil, err
	}
	rights, err := s.rights(ctx, c)
	if err != nil {
		return nil, err
	}
	e, ok := rights.Model.Entity(entity)
	if !ok {
		return nil, rights.NoEntity(entity)
	}
	if !rights.Allowed(entity, schemas.OpImport) {
		return nil, problem.New(problem.Forbidden, "no_right", nil)
	}
	if c.Historical && !rights.Allowed(entity, schemas.OpImportHistory) {
		return nil, problem.New(problem.Forbidden, "no_right_history", nil)
	}
	c.Key, c.IfMatch = "", 0
	run := &importRun{
		s: s, call: c, entity: e, rows: rows, dryRun: dryRun,
		ids: make([]string, len(rows)), results: make([]RowResult, len(rows)),
	}
	for i := range rows {
		if run.ids[i] = rows[i].NewID; run.ids[i] == "" {
			run.ids[i] = newID()
		}
	}
	groups := (len(rows) + importGroupSize - 1) / importGroupSize
	turns := make([]chan struct{}, groups+1) // closed when all groups before are through
	for i := range turns {
		turns[i] = make(chan struct{})
	}
	close(turns[0])
	inParallel(groups, runtime.GOMAXPROCS(0), func(g int) {
		defer close(turns[g+1])
		from := g * importGroupSize
		run.group(ctx, turns[g], from, min(from+importGroupSize, len(rows)))
	})
	if dryRun {
		run.refuseDuplicates()
	}
	return run.results, ctx.Err()
}

// importRun is one call of ImportRows.
type importRun struct {
	s       *Service
	call    Call
	entity  *model.Entity
	rows    []Row
	ids     []string
	results []RowResult
	dryRun  bool
	// keys and files are what only one row of a dry run can have.
	keys, files duplicates
}

// maxGroupTries is how often a group is built again before its rows are
// committed alone.
const maxGroupTries = 4

// group imports the rows from..to. They are prepared concurrently with other
// groups and committed in their turn, so that of two rows with the same unique
// key the earlier one has it.
func (r *importRun) group(ctx context.Context, turn <-chan struct{}, from, to int) {
	g := &importGroup{attempts: r.s.newAttempts(), run: r, from: from, to: to, alone: map[int]bool{}, changeset: &changeset{}}
	defer g.end(ctx)
	prepared := recovered(func() error { return g.prepare(ctx) })
	<-turn
	err := g.retry(ctx, maxGroupTries, func() error {
		if g.queued || errors.Is(prepared, errReserved) {
			prepared = recovered(func() error { return g.prepare(ctx) })
		}
		if prepared != nil {
			return prepared
		}
		return g.commit(ctx)
	})
	g.changeset.releaseNumbers()
	down := err != nil && problemOf(read.StoreProblem(err)).Code.Status() >= 503
	for i := from; i < to; i++ {
		switch {
		case !g.alone[i] && (err == nil || r.results[i].Problem != nil):
		case down: // the store is in trouble: a row alone would be too
			r.results[i] = RowResult{ID: r.rows[i].ID, Problem: problemOf(read.StoreProblem(err))}
		default:
			r.results[i] = r.importAlone(ctx, i)
		}
	}
}

// importAlone makes the change of one row by itself.
func (r *importRun) importAlone(ctx context.Context, i int) RowResult {
	failed := func(err error) RowResult {
		return RowResult{ID: r.rows[i].ID, Problem: problemOf(read.StoreProblem(err))}
	}
	if r.dryRun {
		in, err := r.dryRunAlone(ctx, i)
		if err != nil {
			return failed(err)
		}
		return r.dryRunResult(ctx, in)
	}
	var res *Result
	err := recovered(func() error {
		var err error
		res, err = r.s.runOne(ctx, r.call, func(ctx context.Context, cs *changeset) (*change, error) {
			cs.ids = []string{r.ids[i]}
			ch, err := r.openRow(ctx, cs, i)
			if err != nil {
				return nil, err
			}
			return ch, cs.applyInput(ctx, ch, r.rows[i].Values)
		})
		return err
	})
	if err != nil {
		return failed(err)
	}
	return RowResult{ID: res.ID, Rev: res.Rev, Created: r.rows[i].ID == "", Unchanged: res.Unchanged}
}
