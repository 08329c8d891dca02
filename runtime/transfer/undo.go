package transfer

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/runtime/store/lease"
)

// Undo starts to revert an import: what it created is deleted, users too where
// nothing refers to them; what it updated gets its former values back, field by
// field. Records and fields that were worked on since are kept and reported, unless
// all is true; then an import that was undone can be undone again. The deletions
// have the user's rights, and deleted records are in the recycle bin. Wait returns
// the progress. It fails with not_found, or conflict when the import is still
// running, was a dry run or is undone.
// A call with a Key starts it once, however often it is sent.
func (s *Service) Undo(ctx context.Context, call record.Call, id string, all bool) error {
	if started, err := s.undoStarted(ctx, call); started || err != nil {
		return err
	}
	err := s.startUndo(ctx, call, id, all)
	if problem.CodeOf(err) == problem.Conflict { // maybe the same call, sent to another node
		if started, _ := s.undoStarted(ctx, call); started {
			return nil
		}
	}
	return err
}

// undoStarted tells whether an earlier call under the same key started the undo.
func (s *Service) undoStarted(ctx context.Context, call record.Call) (bool, error) {
	if call.Key == "" {
		return false, nil
	}
	earlier, err := s.Records.Replay(ctx, call)
	return earlier != nil, err
}

func (s *Service) startUndo(ctx context.Context, call record.Call, id string, all bool) error {
	doc, err := s.undoable(ctx, call.Actor, id, all)
	if err != nil {
		return err
	}
	doc.State, doc.FinishedAt, doc.UndoAll = Undoing, "", all
	t := s.newTask(doc, call.Actor)
	var before []store.Op
	if call.Key != "" {
		before = append(before, s.Records.AnswerOp(call, &record.Result{ID: id, Rev: 1}))
	}
	l, err := s.Leases.Take(ctx, leaseName(id))
	if errors.Is(err, lease.ErrHeld) {
		return problem.New(problem.Conflict, "import_no_undo", nil)
	}
	if err != nil {
		return fmt.Errorf("start undo: %w", err)
	}
	if err := t.store(ctx, before...); err != nil {
		s.release(l, id)
		if store.LostRace(err) {
			return problem.New(problem.Conflict, "import_no_undo", nil)
		}
		return fmt.Errorf("start undo: %w", err)
	}
	s.launch(t, l, t.undoAll)
	return nil
}

// PreviewUndo tells what Undo would do, and does nothing.
func (s *Service) PreviewUndo(ctx context.Context, actor *access.Actor, id string, all bool) (*Progress, error) {
	doc, err := s.undoable(ctx, actor, id, all)
	if err != nil {
		return nil, err
	}
	doc.UndoAll = all
	t := s.newTask(doc, actor)
	t.preview = true
	t.progress.Undo = &UndoReport{DryRun: true, Deleted: map[string]int{}, Restored: map[string]int{}}
	return t.progress, t.undo(ctx, t.progress.Undo)
}

// undoable reads an import that can be undone by the actor.
func (s *Service) undoable(ctx context.Context, actor *access.Actor, id string, all bool) (storedImport, error) {
	doc, err := s.loadVisible(ctx, actor, id)
	if err != nil {
		return doc, err
	}
	if doc.DryRun || doc.State != Done && doc.State != Failed && !(all && doc.State == Undone) {
		return doc, problem.New(problem.Conflict, "import_no_undo", nil)
	}
	return doc, nil
}

// importChanges are the changes of an import according to the history.
type importChanges struct {
	created map[string][]string // ids by entity
	updated []updatedRecord
	last    map[string]int64 // number of the import's last history row, by created record
}

type updatedRecord struct {
	entity, id string
	changes    map[string]change
}

// change is a field's value before and after, see read.ParseHistoryValue; nil is unset.
type change struct {
	From any `json:"from"`
	To   any `json:"to"`
}

type historyRow struct {
	Entity  string            `json:"entity"`
	Record  string            `json:"record"`
	Number  int64             `json:"n"`
	Op      string            `json:"op"`
	Source  record.Source     `json:"source"`
	Door    record.Source     `json:"door"` // Source in rows of versions before 2026-12
	Changes map[string]change `json:"changes"`
}

func (t *task) undoAll(ctx context.Context) error {
	report := &UndoReport{Deleted: map[string]int{}, Restored: map[string]int{}}
	t.progress.Undo = report
	return t.end(ctx, Undone, recovered(func() error { return t.undo(ctx, report) }))
}

// undo restores values first: a record may refer to one that is deleted then.
func (t *task) undo(ctx context.Context, report *UndoReport) error {
	made, err := t.changesOfImport(ctx)
	if err != nil {
		return err
	}
	t.lastChange = made.last
	for _, r := range made.updated {
		if err := t.restoreFields(ctx, r, report); err != nil {
			return err
		}
	}
	return t.deleteCreated(ctx, made.created, report)
}

// changesOfImport reads the history rows of the import. The rows of a record
// follow each other in order, since a row's id begins with the record's.
func (t *task) changesOfImport(ctx context.Context) (*importChanges, error) {
	m := &importChanges{created: map[string][]string{}, last: map[string]int64{}}
	where := query.Cmp{Path: query.Path{Field: "import", Kind: query.Key}, Op: query.Eq, Value: t.progress.ID}
	err := eachDoc(ctx, t.service.Store, record.HistoryCollection, where, func(d store.Doc) error {
		var h historyRow
		if err := json.Unmarshal(d.Body, &h); err != nil {
			return fmt.Errorf("read history %s: %w", d.ID, err)
		}
		switch {
		case cmp.Or(h.Source, h.Door) != record.SourceImport:
		case m.last[h.Record] > 0:
			m.last[h.Record] = h.Number
		case h.Op == "create":
			m.last[h.Record] = h.Number
			m.created[h.Entity] = append(m.created[h.Entity], h.Record)
		default:
			m.addUpdate(h)
		}
		return nil
	})
	return m, err
}

// addUpdate merges the changes of one record: the first From, the last To.
func (m *importChanges) addUpdate(h historyRow) {
	if n := len(m.updated); n > 0 && m.updated[n-1].id == h.Record {
		for key, c := range h.Changes {
			if first, ok := m.updated[n-1].changes[key]; ok {
				c.From = first.From
			}
			m.updated[n-1].changes[key] = c
		}
		return
	}
	m.updated = append(m.updated, updatedRecord{h.Entity, h.Record, h.Changes})
}

// order lists the entities so that what refers to others goes first.
func (t *task) order(created map[string][]string) []string {
	order := []string{assignmentEntity}
	for i := len(t.doc.Steps) - 1; i >= 0; i-- {
		if !slices.Contains(order, t.doc.Steps[i]) {
			order = append(order, t.doc.Steps[i])
		}
	}
	var others []string
	for e := range created {
		if !slices.Contains(order, e) {
			others = append(others, e)
		}
	}
	slices.Sort(others)
	return append(others, order...)
}

func (t *task) undoCall() record.Call {
	return record.Call{Actor: t.actor, Source: record.SourceUndo, Import: t.progress.ID}
}
