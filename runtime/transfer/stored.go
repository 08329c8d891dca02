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

// storedImport is an import in the store: its Progress, and what is needed to
// continue it on another node.
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
	// UndoAll undoes changes of records that were worked on since too.
	UndoAll bool `json:"undo_all,omitempty"`
}

// save writes the progress and the problems of a group in one commit.
func (t *task) save(ctx context.Context, page *problemPage) error {
	var ops []store.Op
	if page != nil && len(page.problems) > 0 {
		for _, p := range page.problems {
			t.groups.add(t.progress.Files[page.step.index].File, page.step.entity.Key, p)
		}
		op, err := t.pageOp(ctx, page)
		if err != nil {
			return err
		}
		if op != nil {
			ops = append(ops, *op)
		}
	}
	t.progress.Problems, t.progress.MoreProblems = t.groups.sorted(), t.groups.more
	if err := t.store(ctx, ops...); err != nil {
		return fmt.Errorf("save progress of import: %w", err)
	}
	return nil
}

// store writes the row of the import, with further operations in the same commit.
func (t *task) store(ctx context.Context, before ...store.Op) error {
	doc := t.doc
	doc.Progress = *t.progress
	if err := importTable.Save(ctx, t.service.Store, &doc, before...); err != nil {
		return err
	}
	t.doc.Rev = doc.Rev
	return nil
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
	p := storedPage{ID: id, File: t.progress.Files[page.step.index].File, Entity: page.step.entity.Key, Rows: keep}
	if t.resumed {
		old, err := problemTable.GetMany(ctx, t.service.Store, []string{id})
		if err != nil {
			return nil, fmt.Errorf("read problems of import: %w", err)
		}
		if len(old) > 0 {
			p.Rev = old[0].Rev
		}
	}
	op, err := problemTable.Put(p)
	return &op, err
}
