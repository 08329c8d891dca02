package record

import (
	"context"
	"errors"
	"maps"

	"weft/runtime/problem"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// importGroup is the rows from..to of an import, which are committed together.
type importGroup struct {
	*attempts
	run      *importRun
	from, to int
	// alone are rows that cannot be in one commit with the others: they change
	// the same record, or are refused together with them.
	alone     map[int]bool
	changeset *changeset
	batch     *store.Batch
	inputs    []*rowInput // the rows in the changeset
}

// rowInput is one row while its values are applied, in a changeset of its own
// that joins the one of the group when nothing is wrong with it.
type rowInput struct {
	row       int
	cs        *changeset
	ch        *change
	childRows []inputRows
}

var errRowsRefused = errors.New("record: rows of the group are refused")

// prepare builds the changeset of the group. Rows that are refused together
// with the others are left out, and decided alone.
func (g *importGroup) prepare(ctx context.Context) error {
	for {
		if err := g.build(ctx); !errors.Is(err, errRowsRefused) {
			return err
		}
	}
}

func (g *importGroup) build(ctx context.Context) error {
	g.changeset.releaseNumbers()
	cc, err := g.s.newCallContext(ctx, g.run.call)
	if err != nil {
		return err
	}
	cc.dryRun = g.run.dryRun
	g.changeset = newChangeset(cc)
	if err := g.prefetch(ctx); err != nil {
		return err
	}
	g.applyRows(ctx)
	if err := g.changeset.complete(ctx, g.validate); err != nil {
		return err
	}
	if g.run.dryRun {
		for _, in := range g.inputs {
			g.run.results[in.row] = g.run.dryRunResult(ctx, in)
		}
		g.batch = &store.Batch{}
		return nil
	}
	g.batch, err = g.attempts.build(ctx, g.changeset)
	return err
}

// prefetch reads the present records of the group at once.
func (g *importGroup) prefetch(ctx context.Context) error {
	var ids []string
	for _, row := range g.run.rows[g.from:g.to] {
		if row.ID != "" {
			ids = append(ids, row.ID)
		}
	}
	g.changeset.cached = map[docKey]*cachedDoc{} // shared by the changesets of the rows
	return g.changeset.prefetch(ctx, g.run.entity.Key, ids)
}

// applyRows applies the values of all rows and joins those without a problem.
func (g *importGroup) applyRows(ctx context.Context) {
	var inputs []*rowInput
	g.inputs = nil
	for i := g.from; i < g.to; i++ {
		if g.alone[i] {
			continue
		}
		in := &rowInput{row: i, cs: g.changeset.forRow(g.run.ids[i])}
		var err error
		if in.ch, err = g.run.openRow(ctx, in.cs, i); err != nil {
			g.refuse(i, err)
			continue
		}
		in.childRows = in.cs.beginInput(in.ch, g.run.rows[i].Values)
		inputs = append(inputs, in)
	}
	failed := g.runHooks(ctx, inputs)
	for n, in := range inputs {
		err := failed[n]
		if err == nil {
			err = in.cs.finishInput(ctx, in.ch, in.childRows)
		}
		if err == nil {
			err = in.cs.err()
		}
		switch {
		case err != nil:
			g.refuse(in.row, err)
		case g.changeset.join(in.cs):
			g.inputs = append(g.inputs, in)
			g.run.results[in.row] = RowResult{ID: in.ch.id, Created: in.ch.op == opCreate}
		default:
			g.alone[in.row] = true
		}
	}
}

func (g *importGroup) refuse(row int, err error) {
	g.run.results[row] = RowResult{ID: g.run.rows[row].ID, Problem: problemOf(read.StoreProblem(err))}
}

// runHooks calls the hooks with all rows at once; when that fails, with each
// row, to find the one that it is about.
func (g *importGroup) runHooks(ctx context.Context, inputs []*rowInput) []error {
	failed := make([]error, len(inputs))
	targets := make([]hookTarget, 0, len(inputs))
	for _, in := range inputs {
		if len(in.cs.problems) == 0 {
			targets = append(targets, hookTarget{in.cs, in.ch})
		}
	}
	if runHooks(ctx, &g.changeset.snapshot, targets) == nil {
		return failed
	}
	for n, in := range inputs {
		if len(in.cs.problems) == 0 {
			failed[n] = in.cs.runHooks(ctx, in.ch)
		}
	}
	return failed
}

// validate checks each row. A row that is refused may be right without the
// others, so it is left out and decided alone.
func (g *importGroup) validate(ctx context.Context) error {
	refused := false
	for _, in := range g.inputs {
		if err := g.changeset.validate(ctx, in.cs.changes); err != nil {
			g.alone[in.row], refused = true, true
			g.changeset.problemList = problemList{}
			if problem.As(err) == nil {
				return err
			}
		}
	}
	if refused {
		return errRowsRefused
	}
	var others []*change // records that follow the rows; which row is refused is found row by row
	for _, ch := range g.changeset.changes {
		if !ch.direct {
			others = append(others, ch)
		}
	}
	return g.changeset.validate(ctx, others)
}

// commit writes the group and completes the results of its rows.
func (g *importGroup) commit(ctx context.Context) error {
	if err := g.attempts.commit(ctx, g.changeset, g.batch); err != nil {
		return err
	}
	for _, in := range g.inputs {
		if g.run.dryRun {
			continue
		}
		rev, _ := in.ch.after["rev"].(float64)
		r := &g.run.results[in.row]
		r.Rev, r.Unchanged = int64(rev), in.ch.op == ""
	}
	return nil
}

// openRow finds the record of a row, or begins a new one.
func (r *importRun) openRow(ctx context.Context, cs *changeset, i int) (*change, error) {
	var ch *change
	var err error
	if r.rows[i].ID == "" {
		ch, err = cs.create(r.entity.Key)
	} else {
		ch, err = cs.open(ctx, r.entity.Key, r.rows[i].ID, schemas.OpUpdate)
	}
	if err == nil && cs.call.Historical && r.rows[i].Visits != nil && ch.entity.Machine != nil {
		ch.visits = cs.importedVisits(ch, r.rows[i].Visits)
	}
	return ch, err
}

// dryRunAlone makes the change of one row up to its commit.
func (r *importRun) dryRunAlone(ctx context.Context, i int) (*rowInput, error) {
	cc, err := r.s.newCallContext(ctx, r.call)
	if err != nil {
		return nil, err
	}
	cc.dryRun, cc.ids = true, []string{r.ids[i]}
	in := &rowInput{row: i, cs: newChangeset(cc)}
	if in.ch, err = r.openRow(ctx, in.cs, i); err != nil {
		return nil, err
	}
	if err := in.cs.applyInput(ctx, in.ch, r.rows[i].Values); err != nil {
		return nil, err
	}
	if err := in.cs.err(); err != nil {
		return nil, err
	}
	return in, in.cs.complete(ctx, func(ctx context.Context) error { return in.cs.validate(ctx, in.cs.changes) })
}

// dryRunResult is the outcome of a row in a dry run.
func (r *importRun) dryRunResult(ctx context.Context, in *rowInput) RowResult {
	ch := in.ch
	res := RowResult{ID: r.rows[in.row].ID, Rev: ch.rev, Created: ch.op == opCreate}
	res.Unchanged = ch.op == opUpdate && len(ch.diff()) == 0
	var taken []problem.Field
	for _, k := range ch.entity.Unique {
		holder, err := in.cs.holder(ctx, ch, k)
		if err != nil {
			res.Problem = problemOf(read.StoreProblem(err))
			return res
		}
		if holder != "" {
			taken = append(taken, uniqueFields(ch, k)...)
		}
		r.keys.addKey(ch, k, in.row)
	}
	r.files.addFiles(in.cs, in.row)
	if len(taken) > 0 {
		res.Problem = problem.Of(problem.Unique, taken...)
	}
	return res
}

// forRow makes a changeset for one row that shares what the group has read.
func (cs *changeset) forRow(id string) *changeset {
	cc := cs.callContext
	cc.ids = []string{id}
	row := newChangeset(cc)
	row.cached = cs.cached
	return row
}

// join takes a row's changeset into the group; false when both change the same
// record or take the same file.
func (cs *changeset) join(row *changeset) bool {
	for k := range row.index {
		if cs.index[k] != nil {
			return false
		}
	}
	if cs.sharesFiles(&row.fileLinks) {
		return false
	}
	maps.Copy(cs.index, row.index)
	cs.changes = append(cs.changes, row.changes...)
	cs.joinLinks(&row.fileLinks)
	for k, rev := range row.relied {
		cs.expectRevision(k, rev)
	}
	return true
}
