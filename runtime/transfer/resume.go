package transfer

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store/lease"
)

// releaseTimeout bounds the release of a lease when the Service is closed.
const releaseTimeout = 5 * time.Second

// leaseName names the lease of the process that works on an import or its undo.
// A lease makes double work rare; the revision of the import's row excludes it.
func leaseName(id string) string { return "import:" + id }

// launch runs work in the background under l and releases it at the end.
func (s *Service) launch(t *task, l *lease.Lease, work func(context.Context) error) {
	s.mu.Lock()
	s.running[t.progress.ID] = t
	s.mu.Unlock()
	s.tasks.Go(func() {
		ctx, stop := l.Keep(s.base)
		err := s.limited(ctx, work)
		t.closeFiles()
		stop()
		if err != nil && !errors.Is(err, context.Canceled) {
			s.Logger.Error("import stopped", "import", t.progress.ID, "error", err)
		}
		s.release(l, t.progress.ID)
		s.mu.Lock()
		delete(s.running, t.progress.ID)
		s.mu.Unlock()
		close(t.done)
	})
}

// limited calls work when one of the workers is free.
func (s *Service) limited(ctx context.Context, work func(context.Context) error) error {
	select {
	case s.workers <- struct{}{}:
		defer func() { <-s.workers }()
		return work(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// release lets another process continue a stopped import at once.
func (s *Service) release(l *lease.Lease, id string) {
	ctx, cancel := context.WithTimeout(context.Background(), releaseTimeout)
	defer cancel()
	if err := l.Release(ctx); err != nil {
		s.Logger.Warn("the lease of an import ends by itself", "import", id, "error", err)
	}
}

// recovered calls fn; a panic of it becomes an error, so that one bad import
// does not end the process.
func recovered(fn func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return fn()
}

// Start looks for interrupted imports, now and every few seconds until Close. A
// server calls it; a single command does not.
func (s *Service) Start() { s.resumer.Start() }

// Resume continues the imports and undos that no process works on: at once when
// their lease was released, after its life when their process died.
func (s *Service) Resume(ctx context.Context) error {
	where := query.Cmp{Path: query.Path{Field: "state", Kind: query.Key}, Op: query.In, Value: []any{string(Queued), string(Running), string(Undoing)}}
	for doc, err := range importTable.Each(ctx, s.Store, where) {
		if err != nil {
			return err
		}
		l, err := s.Leases.Take(ctx, leaseName(doc.ID))
		if errors.Is(err, lease.ErrHeld) {
			continue
		}
		if err != nil {
			return fmt.Errorf("resume import: %w", err)
		}
		if err := s.resumeImport(ctx, doc.ID, l); err != nil {
			s.release(l, doc.ID)
			return err
		}
	}
	return nil
}

// resumeImport starts an interrupted import again from its row.
func (s *Service) resumeImport(ctx context.Context, id string, l *lease.Lease) error {
	doc, err := importTable.Get(ctx, s.Store, id) // it may have ended before the lease was taken
	if err != nil {
		return err
	}
	if doc.Finished() {
		s.release(l, id)
		return nil
	}
	t, err := s.rebuildTask(ctx, doc)
	if outage(err) {
		return err
	}
	if err != nil { // the user, their rights or the model have changed
		t = s.newTask(doc, nil)
		reason := err
		s.launch(t, l, func(ctx context.Context) error { return t.end(ctx, Failed, reason) })
		return nil
	}
	work := t.importAll
	if doc.State == Undoing {
		work = t.undoAll
	}
	s.launch(t, l, work)
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

// actorOf finds the user who started an import, with no more than the role of
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
