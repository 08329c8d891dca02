package transfer

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"weft/runtime/problem"
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
				_, err := t.service.Records.Delete(ctx, t.undoCall(), entity, ids[i])
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

// keep reports a record that the undo does not change.
func (r *UndoReport) keep(entity, id string, p *problem.Error) {
	if len(r.Kept) >= maxKept {
		return
	}
	f := failureOf(p)
	if len(f.Errors) > 0 && f.Errors[0].Path == "" {
		f.Code, f.Texts = f.Errors[0].Code, f.Errors[0].Texts
	}
	r.Kept = append(r.Kept, KeptRecord{Entity: entity, ID: id, Code: f.Code,
		Texts: schemas.Title{ZhCN: f.Texts.ZhCN, En: f.Texts.En}})
}
