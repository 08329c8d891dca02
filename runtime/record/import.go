package record

import (
	"context"
	"errors"
	"runtime"
	"slices"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// importGroupSize is how many rows are committed together.
const importGroupSize = 200

// Row is one record of an import: a new one, or a patch of the record ID.
type Row struct {
	Values map[string]any // wire form
	ID     string
	// NewID is the id of a new record, "" for one of the door's choice. An import
	// that was interrupted finds by it what it has made already.
	NewID string
	// Visits are the stages the record has been through, oldest first; only a
	// historical import may give them. nil leaves the visits to the door.
	Visits []Visit
}

// RowResult is the outcome for one row. In a dry run the ID of a new record is "".
type RowResult struct {
	ID                 string
	Rev                int64
	Created, Unchanged bool
	Problem            *problem.Error
}

// ImportRows brings each row through the door. Rows are prepared on all cores
// and committed in groups; when a group is refused its rows are committed one
// by one, so a bad row never stops the others. A row may not rely on another
// one of the same call. New ids follow the order of the rows. A dry run does
// everything but the commit, and looks for unique keys that are taken in the
// store or twice among the rows, and for files that are named in several rows. Needs the right to import.
func (s *Service) ImportRows(ctx context.Context, c Call, entity string, rows []Row, dryRun bool) ([]RowResult, error) {
	rights, err := s.rights(ctx, c)
	if err != nil {
		return nil, err
	}
	e, ok := rights.Model.Entity(entity)
	if !ok {
		return nil, problem.New(problem.NotFound, "no_such_entity", map[string]any{"entity": entity})
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
		numbers: &blockNumbers{s: s},
	}
	for i := range rows {
		if run.ids[i] = rows[i].NewID; run.ids[i] == "" {
			run.ids[i] = newID()
		}
	}
	groups := (len(rows) + importGroupSize - 1) / importGroupSize
	for range groups {
		run.done = append(run.done, make(chan struct{}))
	}
	inParallel(groups, runtime.GOMAXPROCS(0), func(g int) {
		run.group(ctx, g, g*importGroupSize, min((g+1)*importGroupSize, len(rows)))
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
	numbers numbers
	dryRun  bool
	// keys and files are what rows of a dry run want to have for themselves.
	keys, files duplicates
	done        []chan struct{} // closed when a group and all before it are through
}

// maxGroupTries is how often a group is made again before its rows go one by one.
const maxGroupTries = 4

// group brings the rows from..to in. They are prepared beside other groups and
// committed in their turn, so that of two rows that want the same key the
// earlier one has it. A group that lost against another change waits in line
// and is made again; when it is refused its rows go one by one.
func (r *importRun) group(ctx context.Context, n, from, to int) {
	g, err := r.prepareGroup(ctx, from, to)
	if n > 0 {
		<-r.done[n-1]
	}
	defer close(r.done[n])
	if err == nil {
		err = r.commit(ctx, g, false)
	}
	at := queuePosition{queues: &r.s.contention}
	for try := 1; try < maxGroupTries && errors.Is(err, store.ErrConflict); try++ {
		r.s.waitForTurn(ctx, err, try, &at)
		if g, err = r.prepareGroup(ctx, from, to); err == nil {
			err = r.commit(ctx, g, true)
		}
	}
	at.leave()
	if err == nil {
		r.importEachAlone(ctx, g.alone)
		return
	}
	rest := append(g.alone, g.together...)
	slices.Sort(rest)
	if p := problemOf(read.StoreProblem(err)); p.Code.Status() >= 503 {
		for _, i := range rest { // the store is in trouble: the rows alone would be too
			r.results[i] = RowResult{ID: r.rows[i].ID, Problem: p}
		}
		return
	}
	r.importEachAlone(ctx, rest)
}

func (r *importRun) importEachAlone(ctx context.Context, rows []int) {
	for _, i := range rows {
		r.results[i] = r.importAlone(ctx, i)
	}
}

// importGroup is a group that is ready for its commit: the rows that are in
// it, and those that cannot be in one commit with them.
type importGroup struct {
	changeset       *changeset
	batch           *store.Batch
	together, alone []int
}

func (r *importRun) prepareGroup(ctx context.Context, from, to int) (importGroup, error) {
	joint, err := r.s.newChangeset(ctx, r.call, r.numbers)
	g := importGroup{changeset: joint}
	if err == nil {
		err = r.prefetch(ctx, joint, from, to)
	}
	if err != nil {
		for i := from; i < to; i++ {
			g.alone = append(g.alone, i)
		}
		return g, err
	}
	joint.dryRun = r.dryRun
	for i := from; i < to; i++ {
		cs := joint.forRow(r.ids[i])
		ch, err := r.prepare(ctx, cs, r.rows[i])
		switch {
		case err != nil:
			r.results[i] = RowResult{ID: r.rows[i].ID, Problem: problemOf(read.StoreProblem(err))}
		case r.dryRun:
			r.results[i] = r.dryRunResult(ctx, cs, ch, i)
		case joint.join(cs):
			g.together = append(g.together, i)
			r.results[i] = RowResult{ID: ch.id, Created: ch.op == opCreate}
		default:
			g.alone = append(g.alone, i)
		}
	}
	if err := joint.recomputeAll(ctx); err != nil {
		return g, err
	}
	g.batch, err = joint.buildBatch(ctx)
	return g, err
}

// commit writes a group and completes the results of its rows.
func (r *importRun) commit(ctx context.Context, g importGroup, inLine bool) error {
	if len(g.batch.Ops) > 0 {
		if err := r.s.commit(ctx, g.batch, inLine); err != nil {
			return err
		}
	}
	for _, i := range g.together {
		ch := g.changeset.index[docKey{r.entity.Key, r.results[i].ID}]
		rev, _ := ch.after["rev"].(float64)
		r.results[i].Rev, r.results[i].Unchanged = int64(rev), ch.op == ""
	}
	return nil
}

// prefetch reads the present records of a group at once.
func (r *importRun) prefetch(ctx context.Context, cs *changeset, from, to int) error {
	var ids []string
	for _, row := range r.rows[from:to] {
		if row.ID != "" {
			ids = append(ids, row.ID)
		}
	}
	cs.cached = map[docKey]*cachedDoc{}
	if len(ids) == 0 {
		return nil
	}
	docs, err := r.s.store.GetMany(ctx, r.entity.Key, ids)
	for _, d := range docs {
		cs.cached[docKey{r.entity.Key, d.ID}] = &cachedDoc{rev: d.Rev, body: d.Body}
	}
	return err
}

// prepare brings one row to the point where only roll-ups of others and the
// commit are left.
func (r *importRun) prepare(ctx context.Context, cs *changeset, row Row) (*change, error) {
	ch, err := r.applyRow(ctx, cs, row)
	if err != nil {
		return nil, err
	}
	if err := cs.err(); err != nil {
		return nil, err
	}
	if err := cs.recomputeOwn(ctx, ch); err != nil {
		return nil, err
	}
	return ch, cs.validate(ctx)
}

// applyRow is the work of one row.
func (r *importRun) applyRow(ctx context.Context, cs *changeset, row Row) (*change, error) {
	var ch *change
	if row.ID == "" {
		e, err := cs.writable(r.entity.Key, schemas.OpCreate)
		if err != nil {
			return nil, err
		}
		ch = cs.newChange(e)
		ch.direct = true
	} else {
		var err error
		if ch, err = cs.open(ctx, r.entity.Key, row.ID, schemas.OpUpdate); err != nil {
			return nil, err
		}
	}
	if cs.call.Historical && row.Visits != nil && ch.entity.Machine != nil {
		ch.visits = cs.importedVisits(ch, row.Visits)
	}
	return ch, cs.applyInput(ctx, ch, row.Values)
}

// importAlone brings one row through the door by itself.
func (r *importRun) importAlone(ctx context.Context, i int) RowResult {
	res, err := r.s.run(ctx, r.call, func(ctx context.Context, cs *changeset) (*change, error) {
		cs.ids = []string{r.ids[i]}
		return r.applyRow(ctx, cs, r.rows[i])
	})
	if err != nil {
		return RowResult{ID: r.rows[i].ID, Problem: problemOf(err)}
	}
	return RowResult{ID: res.ID, Rev: res.Rev, Created: r.rows[i].ID == "", Unchanged: res.Unchanged}
}
