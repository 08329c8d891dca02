package record

import (
	"context"
	"errors"
	"runtime"
	"slices"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/store"
	"weft/schemas"
)

// importGroup is how many rows are committed together.
const importGroup = 200

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
	groups := (len(rows) + importGroup - 1) / importGroup
	for range groups {
		run.done = append(run.done, make(chan struct{}))
	}
	inParallel(groups, runtime.GOMAXPROCS(0), func(g int) {
		run.group(ctx, g, g*importGroup, min((g+1)*importGroup, len(rows)))
	})
	if dryRun {
		run.markTwins()
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
	keys, files twins
	done        []chan struct{} // closed when a group and all before it are through
}

// groupTries is how often a group is made again before its rows go one by one.
const groupTries = 4

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
	at := place{q: &r.s.queues}
	for try := 1; try < groupTries && errors.Is(err, store.ErrConflict); try++ {
		r.s.waitFor(ctx, err, try, &at)
		if g, err = r.prepareGroup(ctx, from, to); err == nil {
			err = r.commit(ctx, g, true)
		}
	}
	at.leave()
	if err == nil {
		r.oneByOne(ctx, g.alone)
		return
	}
	rest := append(g.alone, g.together...)
	slices.Sort(rest)
	if p := problemOf(storeProblem(err)); p.Code.Status() >= 503 {
		for _, i := range rest { // the store is in trouble: the rows alone would be too
			r.results[i] = RowResult{ID: r.rows[i].ID, Problem: p}
		}
		return
	}
	r.oneByOne(ctx, rest)
}

func (r *importRun) oneByOne(ctx context.Context, rows []int) {
	for _, i := range rows {
		r.results[i] = r.single(ctx, i)
	}
}

// importedGroup is a group that is ready for its commit: the rows that are in
// it, and those that cannot be in one commit with them.
type importedGroup struct {
	unit            *unit
	batch           *store.Batch
	together, alone []int
}

func (r *importRun) prepareGroup(ctx context.Context, from, to int) (importedGroup, error) {
	joint, err := r.s.newUnit(ctx, r.call, r.numbers)
	g := importedGroup{unit: joint}
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
		u := joint.split(r.ids[i])
		it, err := r.prepare(ctx, u, r.rows[i])
		switch {
		case err != nil:
			r.results[i] = RowResult{ID: r.rows[i].ID, Problem: problemOf(storeProblem(err))}
		case r.dryRun:
			r.results[i] = r.judged(ctx, u, it, i)
		case joint.joins(u):
			g.together = append(g.together, i)
			r.results[i] = RowResult{ID: it.id, Created: it.op == opCreate}
		default:
			g.alone = append(g.alone, i)
		}
	}
	if err := joint.settleAll(ctx); err != nil {
		return g, err
	}
	g.batch, err = joint.seal(ctx)
	return g, err
}

// commit writes a group and completes the results of its rows.
func (r *importRun) commit(ctx context.Context, g importedGroup, inLine bool) error {
	if len(g.batch.Ops) > 0 {
		if err := r.s.commit(ctx, g.batch, inLine); err != nil {
			return err
		}
	}
	for _, i := range g.together {
		it := g.unit.index[docKey{r.entity.Key, r.results[i].ID}]
		rev, _ := it.after["rev"].(float64)
		r.results[i].Rev, r.results[i].Unchanged = int64(rev), it.op == ""
	}
	return nil
}

// prefetch reads the present records of a group at once.
func (r *importRun) prefetch(ctx context.Context, u *unit, from, to int) error {
	var ids []string
	for _, row := range r.rows[from:to] {
		if row.ID != "" {
			ids = append(ids, row.ID)
		}
	}
	u.seen = map[docKey]*seenDoc{}
	if len(ids) == 0 {
		return nil
	}
	docs, err := r.s.store.GetMany(ctx, r.entity.Key, ids)
	for _, d := range docs {
		u.seen[docKey{r.entity.Key, d.ID}] = &seenDoc{rev: d.Rev, body: d.Body}
	}
	return err
}

// prepare brings one row to the point where only roll-ups of others and the
// commit are left.
func (r *importRun) prepare(ctx context.Context, u *unit, row Row) (*item, error) {
	it, err := r.fill(ctx, u, row)
	if err != nil {
		return nil, err
	}
	if err := u.verdict(); err != nil {
		return nil, err
	}
	if err := u.settleOwn(ctx, it); err != nil {
		return nil, err
	}
	return it, u.judge(ctx)
}

// fill is the work of one row.
func (r *importRun) fill(ctx context.Context, u *unit, row Row) (*item, error) {
	var it *item
	if row.ID == "" {
		e, err := u.writable(r.entity.Key, schemas.OpCreate)
		if err != nil {
			return nil, err
		}
		it = u.newItem(e)
		it.direct = true
	} else {
		var err error
		if it, err = u.open(ctx, r.entity.Key, row.ID, schemas.OpUpdate); err != nil {
			return nil, err
		}
	}
	if u.call.Historical && row.Visits != nil && it.entity.Machine != nil {
		it.visits = u.historicVisits(it, row.Visits)
	}
	return it, u.enter(ctx, it, row.Values)
}

// single brings one row through the door by itself.
func (r *importRun) single(ctx context.Context, i int) RowResult {
	res, err := r.s.run(ctx, r.call, func(ctx context.Context, u *unit) (*item, error) {
		u.ids = []string{r.ids[i]}
		return r.fill(ctx, u, r.rows[i])
	})
	if err != nil {
		return RowResult{ID: r.rows[i].ID, Problem: problemOf(err)}
	}
	return RowResult{ID: res.ID, Rev: res.Rev, Created: r.rows[i].ID == "", Unchanged: res.Unchanged}
}
