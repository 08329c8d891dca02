package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/schemas"
)

const (
	undoCallers = 32   // concurrent deletions share commits
	maxKept     = 1000 // kept records that a report names
)

// deleteCreated deletes what the import created. Records that others of the same
// import refer to are tried again as long as a round deletes any.
func (t *task) deleteCreated(ctx context.Context, created map[string][]string, report *UndoReport) error {
	order := t.order(created)
	var stuck map[string]map[string]*problem.Error
	for progress := true; progress; {
		progress, stuck = false, map[string]map[string]*problem.Error{}
		for _, entity := range order {
			if len(created[entity]) == 0 {
				continue
			}
			deleted, left, err := t.deleteAll(ctx, entity, created[entity])
			if err != nil {
				return err
			}
			report.Deleted[entity] += deleted
			progress = progress || len(left) > 0 && len(left) < len(created[entity])
			stuck[entity], created[entity] = left, created[entity][:0]
			for id := range left {
				created[entity] = append(created[entity], id)
			}
		}
	}
	for _, entity := range order {
		for id, p := range stuck[entity] {
			report.keep(entity, id, p)
		}
	}
	return nil
}

// deleteAll deletes records concurrently; left are those whose deletion is
// refused. A record that no longer exists needs none.
func (t *task) deleteAll(ctx context.Context, entity string, ids []string) (deleted int, left map[string]*problem.Error, err error) {
	left = map[string]*problem.Error{}
	var mu sync.Mutex
	var failed error
	var next atomic.Int64
	var callers sync.WaitGroup
	for range min(undoCallers, len(ids)) {
		callers.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(ids) || ctx.Err() != nil {
					return
				}
				err := t.deleteOne(ctx, entity, ids[i])
				mu.Lock()
				switch p := asProblem(err); {
				case err == nil:
					deleted++
				case p == nil || p.Code.Status() >= 500: // an error of the store
					failed = err
				case p.Code != problem.NotFound:
					left[ids[i]] = p
				}
				mu.Unlock()
			}
		})
	}
	callers.Wait()
	if failed == nil && ctx.Err() != nil {
		failed = ctx.Err()
	}
	if failed != nil {
		return deleted, left, fmt.Errorf("undo import of %s: %w", entity, failed)
	}
	return deleted, left, nil
}

// deleteOne deletes a record that nobody worked on since the import.
func (t *task) deleteOne(ctx context.Context, entity, id string) error {
	for range restoreTries {
		call := t.undoCall()
		d, err := t.service.Store.Get(ctx, entity, id)
		if errors.Is(err, store.ErrNotFound) {
			return problem.New(problem.NotFound, "", nil)
		}
		if err == nil && !t.doc.UndoAll {
			call.IfMatch = d.Rev
			if d.Rev != t.lastChange[id] { // history rows are numbered by revisions
				err = t.workedOn(ctx, id)
			}
		}
		if err != nil || t.preview {
			return err
		}
		_, err = t.service.Records.Delete(ctx, call, entity, id)
		if p := asProblem(err); p == nil || p.Code != problem.Stale {
			return err
		}
	}
	return problem.New(problem.Conflict, "import_worked_on", nil)
}

// workedOn is a conflict when the history of a created record holds a later
// change than those of the import and its undo.
func (t *task) workedOn(ctx context.Context, id string) error {
	from, to := fmt.Sprintf("%s:%010d", id, t.lastChange[id]+1), id+":;" // ";" follows the digits
	where := query.Cmp{Path: query.Path{Field: idField, Kind: query.Key}, Op: query.Between, Value: []any{from, to}}
	return eachDoc(ctx, t.service.Store, record.HistoryCollection, where, func(d store.Doc) error {
		var h struct{ Import string }
		if err := json.Unmarshal(d.Body, &h); err != nil {
			return fmt.Errorf("read history %s: %w", d.ID, err)
		}
		if h.Import != t.progress.ID {
			return problem.New(problem.Conflict, "import_worked_on", nil)
		}
		return nil
	})
}

// keep reports a record that the undo does not change.
func (r *UndoReport) keep(entity, id string, p *problem.Error) {
	if r.KeptCount++; len(r.Kept) >= maxKept {
		return
	}
	f := failureOf(p)
	if len(f.Errors) > 0 && f.Errors[0].Path == "" {
		f.Code, f.Texts = f.Errors[0].Code, f.Errors[0].Texts
	}
	r.Kept = append(r.Kept, KeptRecord{Entity: entity, ID: id, Code: f.Code,
		Texts: schemas.Title{ZhCN: f.Texts.ZhCN, En: f.Texts.En}})
}
