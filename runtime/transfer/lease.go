package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
)

// A lease says that some process works on an import. It is renewed while the
// work goes on; once it has run out, another process may take the work over.
// Should their clocks differ by more than leaseSlack, the revision of the
// import still lets only one of them go on.
const (
	leaseTime  = 15 * time.Second
	leaseRenew = 5 * time.Second
	leaseSlack = 5 * time.Second
	// filesWait is how long after its beginning an import may wait for the process
	// that has its files.
	filesWait = 24 * time.Hour
)

type leaseDoc struct {
	ID    string `json:"id"`
	Rev   int64  `json:"rev"`
	Until string `json:"until"`
}

// leaseOp takes or renews a lease that has revision rev, 0 for a new one.
func (s *Service) leaseOp(id string, rev int64) (store.Op, error) {
	d := leaseDoc{ID: id, Rev: rev + 1, Until: formatInstant(s.Now().Add(leaseTime))}
	body, err := json.Marshal(d)
	if err != nil {
		return store.Op{}, fmt.Errorf("encode lease: %w", err)
	}
	op := store.Op{Kind: store.Insert, Collection: leaseCollection, Doc: store.Doc{ID: id, Rev: d.Rev, Body: body}, OldRev: rev}
	if rev > 0 {
		op.Kind = store.Replace
	}
	return op, nil
}

// launch runs work in the background under the lease that has revision rev.
func (s *Service) launch(t *task, rev int64, work func(context.Context) error) {
	s.mu.Lock()
	s.running[t.progress.ID] = t
	s.mu.Unlock()
	s.tasks.Go(func() {
		ctx, cancel := context.WithCancel(s.base)
		renewed := make(chan int64, 1)
		go func() { renewed <- s.renew(ctx, cancel, t.progress.ID, rev) }()
		var err error
		select {
		case s.workers <- struct{}{}:
			err = work(ctx)
			<-s.workers
		case <-ctx.Done():
		}
		cancel()
		rev := <-renewed
		if err != nil && !errors.Is(err, context.Canceled) {
			s.Logger.Error("import stopped", "import", t.progress.ID, "error", err)
		}
		s.release(t.progress.ID, rev)
		s.mu.Lock()
		delete(s.running, t.progress.ID)
		s.mu.Unlock()
		close(t.done)
	})
}

// renew keeps the lease until ctx ends, and stops the work when it is lost. It
// returns the revision that the lease has then.
func (s *Service) renew(ctx context.Context, lost func(), id string, rev int64) int64 {
	tick := time.NewTicker(leaseRenew)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return rev
		case <-tick.C:
		}
		op, err := s.leaseOp(id, rev)
		if err == nil {
			err = s.Store.Commit(ctx, &store.Batch{Ops: []store.Op{op}})
		}
		switch {
		case err == nil:
			rev++
		case errors.Is(err, store.ErrConflict):
			lost()
			return rev
		}
	}
}

// release drops the lease, so that a stopped import can be gone on with at once,
// unless it is somebody else's by now.
func (s *Service) release(id string, rev int64) {
	ctx, cancel := context.WithTimeout(context.Background(), leaseRenew)
	defer cancel()
	err := s.Store.Commit(ctx, &store.Batch{Ops: []store.Op{
		{Kind: store.Delete, Collection: leaseCollection, Doc: store.Doc{ID: id}, OldRev: rev}}})
	if err != nil && !errors.Is(err, store.ErrConflict) {
		s.Logger.Warn("import lease stays until it runs out", "import", id, "error", err)
	}
}

// Start looks for work that others left behind, now and every few seconds until
// Close. It returns at once. A server starts it; a single command does not.
func (s *Service) Start() {
	s.tasks.Go(func() {
		tick := time.NewTicker(leaseTime)
		defer tick.Stop()
		for {
			if err := s.Resume(s.base); err != nil && s.base.Err() == nil {
				s.Logger.Warn("interrupted imports could not be looked for", "error", err)
			}
			select {
			case <-s.base.Done():
				return
			case <-tick.C:
			}
		}
	})
}

// Resume goes on with imports and undos that nobody works on: after a crash,
// once their lease has run out.
func (s *Service) Resume(ctx context.Context) error {
	where := query.Cmp{Path: query.Path{Field: "state", Kind: query.Key}, Op: query.In, Value: []any{string(Queued), string(Running), string(Undoing)}}
	return eachDoc(ctx, s.Store, importCollection, where, func(d store.Doc) error {
		rev, free, err := s.leaseOf(ctx, d.ID)
		if err != nil || !free {
			return err
		}
		if ours, err := s.hasFiles(d); err != nil || !ours {
			return err
		}
		op, err := s.leaseOp(d.ID, rev)
		if err != nil {
			return err
		}
		if err := s.Store.Commit(ctx, &store.Batch{Ops: []store.Op{op}}); err != nil {
			var twice *store.UniqueError
			if errors.Is(err, store.ErrConflict) || errors.As(err, &twice) {
				return nil // somebody else was faster
			}
			return fmt.Errorf("resume import: %w", err)
		}
		return s.resumeImport(ctx, d.ID, rev+1)
	})
}

// leaseOf tells whether an import is free to be taken over.
func (s *Service) leaseOf(ctx context.Context, id string) (rev int64, free bool, err error) {
	d, err := s.Store.Get(ctx, leaseCollection, id)
	if errors.Is(err, store.ErrNotFound) {
		return 0, true, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("read lease: %w", err)
	}
	var l leaseDoc
	if err := json.Unmarshal(d.Body, &l); err != nil {
		return 0, false, fmt.Errorf("decode lease: %w", err)
	}
	return d.Rev, l.Until < formatInstant(s.Now().Add(-leaseSlack)), nil
}

// hasFiles tells whether this process has what an import still reads: the
// folder of the one that began it may be on another machine. After a day
// nobody is thought to come back with the files, and the import fails.
func (s *Service) hasFiles(d store.Doc) (bool, error) {
	var doc storedImport
	if err := json.Unmarshal(d.Body, &doc); err != nil {
		return false, fmt.Errorf("decode import %s: %w", d.ID, err)
	}
	if doc.State == Undoing || doc.At < formatInstant(s.Now().Add(-filesWait)) {
		return true, nil
	}
	for _, in := range doc.Inputs {
		if _, err := os.Stat(s.inputPath(in)); err != nil {
			return false, nil
		}
	}
	return true, nil
}

// resumeImport runs an interrupted import again from its document.
func (s *Service) resumeImport(ctx context.Context, id string, lease int64) error {
	doc, err := s.load(ctx, id)
	if err != nil {
		return err
	}
	t, err := s.rebuildTask(ctx, doc)
	if err != nil { // the person, the rights or the model are no longer what they were
		t = s.newTask(doc, nil)
		reason := err
		s.launch(t, lease, func(ctx context.Context) error { return t.end(ctx, reason) })
		return nil
	}
	work := t.importAll
	if doc.State == Undoing {
		work = t.undoAll
	}
	s.launch(t, lease, work)
	return nil
}

// rebuildTask makes the task of an interrupted import or undo.
func (s *Service) rebuildTask(ctx context.Context, doc storedImport) (*task, error) {
	actor, err := s.actorOf(ctx, &doc)
	if err != nil {
		return nil, err
	}
	if doc.State == Undoing {
		return s.newTask(doc, actor), nil
	}
	rights, err := s.Access.Rights(ctx, actor)
	if err != nil {
		return nil, err
	}
	mapping, problems := DecodeMapping(doc.Mapping)
	if len(problems) > 0 {
		return nil, problem.Of(problem.Invalid, problems...)
	}
	t, err := s.task(doc, mapping, actor, rights)
	if err != nil {
		return nil, err
	}
	t.resumed = true
	return t, nil
}

// actorOf finds the person who started an import, with no more than the role of
// the token that was used.
func (s *Service) actorOf(ctx context.Context, doc *storedImport) (*access.Actor, error) {
	if doc.By == "" {
		return access.System(), nil
	}
	actor, err := s.Access.ActorOf(ctx, doc.By)
	if err != nil || doc.TokenRole == "" {
		return actor, err
	}
	limited := *actor
	limited.Token, limited.TokenRole, limited.Roles = doc.Token, doc.TokenRole, []string{doc.TokenRole}
	limited.Admin = actor.Admin && doc.TokenRole == access.RoleAdmin
	return &limited, nil
}
