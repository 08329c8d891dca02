package transfer

import (
	"context"
	"encoding/json"
	"fmt"

	"weft/runtime/store"
)

// problemPage holds the problems of one group of rows.
type problemPage struct {
	step     *step
	row      int // of the first row of the group
	later    bool
	problems []RowProblem
}

// storedPage is a problemPage in the store.
type storedPage struct {
	ID     string       `json:"id"`
	Rev    int64        `json:"rev"`
	File   string       `json:"file"`
	Entity string       `json:"entity"`
	Rows   []RowProblem `json:"rows"`
}

// storedImport is an import in the store: what Progress shows, and what is
// needed to go on with it after a restart.
type storedImport struct {
	Progress
	Rev int64 `json:"rev"`
	// Token and TokenRole are of the token by which the import was started.
	Token     string          `json:"token,omitempty"`
	TokenRole string          `json:"token_role,omitempty"`
	Inputs    []input         `json:"inputs"`
	Mapping   json.RawMessage `json:"mapping_document"`
	// Steps are the entities in the order in which they were imported.
	Steps []string `json:"steps"`
	Kept  int      `json:"kept"` // row problems in the store
}

// save writes the progress and the problems of a group in one commit.
func (t *task) save(ctx context.Context, page *problemPage) error {
	b := &store.Batch{}
	if page != nil && len(page.problems) > 0 {
		for _, p := range page.problems {
			t.groups.add(t.progress.Files[page.step.index].File, page.step.entity.Key, p)
		}
		op, err := t.pageOp(ctx, page)
		if err != nil {
			return err
		}
		if op != nil {
			b.Ops = append(b.Ops, *op)
		}
	}
	t.progress.Problems, t.progress.MoreProblems = t.groups.sorted(), t.groups.more
	op, err := t.service.importOp(t.stored())
	if err != nil {
		return err
	}
	b.Ops = append(b.Ops, op)
	if err := t.service.Store.Commit(ctx, b); err != nil {
		return fmt.Errorf("save progress of import: %w", err)
	}
	t.doc.Rev++
	return nil
}

// stored is the import document of the task as it should be now.
func (t *task) stored() storedImport {
	doc := t.doc
	doc.Progress = *t.progress
	return doc
}

// importOp replaces an import document by its next revision.
func (s *Service) importOp(doc storedImport) (store.Op, error) {
	old := doc.Rev
	doc.Rev++
	body, err := json.Marshal(doc)
	if err != nil {
		return store.Op{}, fmt.Errorf("encode import: %w", err)
	}
	kind := store.Replace
	if old == 0 {
		kind = store.Insert
	}
	return store.Op{Kind: kind, Collection: importCollection, OldRev: old, Doc: store.Doc{ID: doc.ID, Rev: doc.Rev, Body: body}}, nil
}

// pageOp writes a page of problems; nil once enough are kept. A page that an
// interrupted run has written is replaced.
func (t *task) pageOp(ctx context.Context, page *problemPage) (*store.Op, error) {
	keep := page.problems[:min(len(page.problems), maxProblems-t.doc.Kept)]
	if len(keep) == 0 {
		return nil, nil
	}
	t.doc.Kept += len(keep)
	id := fmt.Sprintf("%s:%04d:%08d", t.progress.ID, page.step.index, page.row)
	if page.later {
		id += ":later"
	}
	p := storedPage{ID: id, Rev: 1, File: t.progress.Files[page.step.index].File, Entity: page.step.entity.Key, Rows: keep}
	kind := store.Insert
	if t.resumed {
		old, err := t.service.Store.GetMany(ctx, problemCollection, []string{id})
		if err != nil {
			return nil, fmt.Errorf("read problems of import: %w", err)
		}
		if len(old) > 0 {
			kind, p.Rev = store.Replace, old[0].Rev+1
		}
	}
	body, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("encode problems of import: %w", err)
	}
	return &store.Op{Kind: kind, Collection: problemCollection, Doc: store.Doc{ID: id, Rev: p.Rev, Body: body}}, nil
}

// load reads an import document; store.ErrNotFound is returned wrapped.
func (s *Service) load(ctx context.Context, id string) (storedImport, error) {
	d, err := s.Store.Get(ctx, importCollection, id)
	if err != nil {
		return storedImport{}, fmt.Errorf("read import: %w", err)
	}
	var doc storedImport
	if err := json.Unmarshal(d.Body, &doc); err != nil {
		return storedImport{}, fmt.Errorf("decode import %s: %w", id, err)
	}
	doc.Rev = d.Rev
	return doc, nil
}
