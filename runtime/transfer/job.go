package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/google/uuid"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/schemas"
)

// Input is one file to import; Name decides which part of the mapping it is.
type Input struct {
	Name   string
	Reader io.Reader
}

// Job says what to import.
type Job struct {
	Inputs []Input
	// Entity that the rows become when no mapping is given, or when Mapping has
	// several: see mappingOf.
	Entity string
	// Mapping is the name of a kept mapping; Document is one given with the
	// call. Without both the columns are guessed from keys and titles.
	Mapping  string
	Document *Mapping
	// Sheet, Header, Encoding and KeyField complete a guess: see FileMapping.
	Sheet, Encoding string
	Header          int
	KeyField        string
	// DryRun does everything but write.
	DryRun bool
	// Historical takes past stages as given; a mapping with a history always
	// does. It needs the right import_history.
	Historical bool
	// Key is the caller's idempotency key, "" for none: the same job under the
	// same key of the same person is the same import.
	Key string
}

// Import stores the files and starts to import them in the background; Wait
// returns the progress. It fails at once with invalid, forbidden, not_found or
// too_large when nothing can be started.
func (s *Service) Import(ctx context.Context, actor *access.Actor, j Job) (id string, err error) {
	rights, err := s.ImportRights(ctx, actor, j.Entity)
	if err != nil {
		return "", err
	}
	u, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("start import: %w", err)
	}
	id = u.String()
	inputs, err := s.storeInputs(ctx, id, actor, j.Inputs)
	if err != nil {
		s.discard(context.WithoutCancel(ctx), id)
		return "", err
	}
	keep := keyOf(actor, j, inputs)
	kept, err := s.Records.Replay(ctx, keep)
	if err == nil && kept == nil {
		err = s.start(ctx, id, actor, rights, j, inputs)
		if record.IsDuplicate(err) {
			kept, err = s.Records.Replay(ctx, keep)
		}
	}
	if err != nil || kept != nil {
		s.discard(context.WithoutCancel(ctx), id)
	}
	if err != nil {
		return "", err
	}
	if kept != nil {
		return kept.ID, nil
	}
	return id, nil
}

// ImportRights gives the rights of an actor who may import into entity, or into any
// entity when it is ""; others are refused before a file of theirs is read (R12).
func (s *Service) ImportRights(ctx context.Context, actor *access.Actor, entity string) (*access.Rights, error) {
	if actor == nil {
		return nil, problem.New(problem.Unauthenticated, "", nil)
	}
	rights, err := s.Access.Rights(ctx, actor)
	if err != nil {
		return nil, err
	}
	for key := range s.Current.Model().Entities {
		if (entity == "" || key == entity) && rights.Allowed(key, schemas.OpImport) {
			return rights, nil
		}
	}
	return nil, problem.New(problem.Forbidden, "no_right", nil)
}

// keyOf is the idempotent call of an import. Its digest covers the content of the
// files, not the request: the boundaries of a form differ each time it is sent.
func keyOf(actor *access.Actor, j Job, inputs []input) record.Call {
	h := sha256.New()
	_ = json.NewEncoder(h).Encode([]any{j.Entity, j.Mapping, j.Document, j.DryRun, j.Historical, j.Sheet, j.Encoding, j.Header, j.KeyField}) // a hash takes everything
	for _, in := range inputs {
		fmt.Fprintf(h, "%q %s\n", in.Name, in.SHA256)
	}
	return record.Call{Actor: actor, Key: j.Key, Digest: hex.EncodeToString(h.Sum(nil))}
}

func (s *Service) start(ctx context.Context, id string, actor *access.Actor, rights *access.Rights, j Job, inputs []input) error {
	mapping, err := s.mappingOf(ctx, actor, j, inputs)
	if err != nil {
		return err
	}
	document, err := json.Marshal(mapping)
	if err != nil {
		return fmt.Errorf("encode mapping: %w", err)
	}
	doc := storedImport{
		Progress: Progress{ID: id, State: Queued, DryRun: j.DryRun, Historical: j.Historical, Mapping: mapping.Name,
			By: actor.UserID, ByLogin: actor.Login, At: query.FormatInstant(s.Now())},
		Token: actor.Token, TokenRole: actor.TokenRole, Inputs: inputs, Mapping: document,
	}
	t, err := s.task(doc, mapping, actor, rights)
	if err != nil {
		return err
	}
	var before []store.Op
	if j.Key != "" {
		before = append(before, record.AnswerOp(keyOf(actor, j, inputs), s.Now(), &record.Result{ID: id, Rev: 1}))
	}
	l, err := s.Leases.Take(ctx, leaseName(id))
	if err != nil {
		return fmt.Errorf("start import: %w", err)
	}
	if err := t.store(ctx, before...); err != nil {
		s.release(l, id)
		return fmt.Errorf("start import: %w", err)
	}
	s.launch(t, l, t.importAll)
	return nil
}

// task prepares an import from its document; it checks mapping and rights.
func (s *Service) task(doc storedImport, mapping *Mapping, actor *access.Actor, rights *access.Rights) (*task, error) {
	steps, unused, err := plan(s.Current.Model(), rights, mapping, doc.Inputs, doc.Historical)
	if err != nil {
		return nil, err
	}
	began, err := time.Parse(time.RFC3339, doc.At)
	if err != nil {
		return nil, fmt.Errorf("decode import: %w", err)
	}
	doc.Unused, doc.Files, doc.Problems, doc.MoreProblems, doc.Kept = unused, nil, []ProblemGroup{}, 0, 0
	doc.Steps = nil
	for _, x := range steps {
		doc.Historical = doc.Historical || x.historical
		doc.Steps = append(doc.Steps, x.entity.Key)
		doc.Files = append(doc.Files, FileProgress{File: x.input.Name, Sheet: x.mapping.Sheet, Entity: x.entity.Key})
	}
	t := s.newTask(doc, actor)
	t.steps, t.began = steps, began
	t.resolver = &resolver{
		lookup: lookup{s.Store, rights}, by: actor.UserID, cells: cellReader{s.Zone()}, dryRun: doc.DryRun,
		known: map[refKey]map[any]match{}, upcoming: map[refKey]map[any]int{},
	}
	return t, t.checkRights()
}

func (s *Service) newTask(doc storedImport, actor *access.Actor) *task {
	t := &task{service: s, doc: doc, actor: actor, progress: &doc.Progress, logins: map[string]bool{}, merged: map[string][]binRow{}, mergedInto: map[string]string{},
		files: map[string]*os.File{}, counted: make(chan struct{}), done: make(chan struct{})}
	t.groups = newProblemGroups(t.progress)
	return t
}

// importAll runs the import and writes how it ended.
func (t *task) importAll(ctx context.Context) error {
	return t.end(ctx, Done, recovered(func() error { return t.run(ctx) }))
}

// end writes the state that an import or its undo has reached, or why it failed. One
// that was cancelled or lost the database has not ended: Resume continues it.
func (t *task) end(ctx context.Context, reached State, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if outage(err) {
		return err
	}
	t.progress.State = reached
	if err != nil {
		t.progress.State, t.progress.Failure = Failed, failureOf(err)
		if p := asProblem(err); p == nil || p.Code == problem.Internal {
			t.service.Logger.Error("import or its undo failed", "import", t.progress.ID, "error", err)
		}
	}
	t.progress.FinishedAt = query.FormatInstant(t.service.Now())
	if err := t.save(ctx, nil); err != nil {
		return err
	}
	t.service.discard(ctx, t.progress.ID)
	return nil
}

// outage tells whether the database could not be reached.
func outage(err error) bool {
	p := asProblem(err)
	return errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrUnknown) ||
		p != nil && (p.Code == problem.Unavailable || p.Code == problem.OutcomeUnknown)
}

// Wait returns the progress of an import as soon as it has ended, or is known to
// have more than 5,000 rows, or max has passed; not_found when the actor may not
// see it.
func (s *Service) Wait(ctx context.Context, actor *access.Actor, id string, max time.Duration) (*Progress, error) {
	s.mu.Lock()
	t := s.running[id]
	s.mu.Unlock()
	if t != nil {
		timer := time.NewTimer(max)
		defer timer.Stop()
		select {
		case <-t.counted:
			if t.total <= smallRows {
				select {
				case <-t.done:
				case <-timer.C:
				case <-ctx.Done():
				}
			}
		case <-t.done:
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	return s.Progress(ctx, actor, id)
}

// Progress returns the progress of an import. Its user and administrators may see
// it; for others it is not_found.
func (s *Service) Progress(ctx context.Context, actor *access.Actor, id string) (*Progress, error) {
	doc, err := s.loadVisible(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return &doc.Progress, nil
}

func (s *Service) loadVisible(ctx context.Context, actor *access.Actor, id string) (storedImport, error) {
	if actor == nil {
		return storedImport{}, problem.New(problem.Unauthenticated, "", nil)
	}
	doc, err := importTable.Get(ctx, s.Store, id)
	if errors.Is(err, store.ErrNotFound) || (err == nil && !actor.Admin && doc.By != actor.UserID) {
		return storedImport{}, problem.New(problem.NotFound, "no_such_import", nil)
	}
	return doc, err
}
