package builder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"weft/runtime/problem"
	"weft/runtime/store"
	"weft/schemas"
)

// Proposal is a change of the definitions in force: Definitions are added or
// take the place of those with the same kind and key, Remove takes away.
type Proposal struct {
	Definitions []json.RawMessage `json:"definitions"`
	Remove      []Ref             `json:"remove,omitempty"`
}

// Ref names a definition.
type Ref struct {
	Kind schemas.Kind `json:"kind"`
	Key  string       `json:"key"`
}

// Draft is a proposal that somebody is still working on. It may be wrong.
type Draft struct {
	ID  string    `json:"id"` // its name
	Rev int64     `json:"rev"`
	By  string    `json:"by"`
	At  time.Time `json:"at"`
	// Base is the version on which it was begun.
	Base int64 `json:"base"`
	Proposal
}

var draftName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// Drafts lists the drafts by name.
func (b *Builder) Drafts(ctx context.Context) ([]Draft, error) {
	docs, err := b.store.Find(ctx, draftCollection, store.Find{Limit: maxFiles})
	if err != nil {
		return nil, fmt.Errorf("builder: drafts: %w", err)
	}
	list := make([]Draft, 0, len(docs))
	for _, d := range docs {
		draft, err := read[Draft](d)
		if err != nil {
			return nil, err
		}
		list = append(list, draft)
	}
	return list, nil
}

// Draft gives a draft by name; problem not_found when there is none.
func (b *Builder) Draft(ctx context.Context, name string) (Draft, error) {
	d, err := b.store.Get(ctx, draftCollection, name)
	if errors.Is(err, store.ErrNotFound) {
		return Draft{}, problem.New(problem.NotFound, "no_such_draft", map[string]any{"name": name})
	}
	if err != nil {
		return Draft{}, fmt.Errorf("builder: draft %s: %w", name, err)
	}
	return read[Draft](d)
}

// PutDraft writes a draft. rev is the revision the writer has seen, 0 for a
// new draft; problem stale when it is another one by now.
func (b *Builder) PutDraft(ctx context.Context, by, name string, rev int64, p Proposal) (Draft, error) {
	if !draftName.MatchString(name) {
		return Draft{}, problem.Of(problem.Invalid, problem.At("/name", "pattern"))
	}
	draft := Draft{ID: name, Rev: rev + 1, By: by, At: b.now().UTC(), Base: b.version(), Proposal: p}
	if draft.Definitions == nil {
		draft.Definitions = []json.RawMessage{}
	}
	if rev > 0 {
		before, err := b.Draft(ctx, name)
		if err != nil {
			return Draft{}, err
		}
		draft.Base = before.Base
	}
	d, err := doc(name, draft.Rev, draft)
	if err != nil {
		return Draft{}, err
	}
	err = b.store.Commit(ctx, &store.Batch{Ops: []store.Op{replaceOp(draftCollection, d, rev)}})
	var taken *store.UniqueError
	switch {
	case errors.As(err, &taken), errors.Is(err, store.ErrConflict):
		return Draft{}, problem.New(problem.Stale, "draft_stale", map[string]any{"name": name})
	case err != nil:
		return Draft{}, fmt.Errorf("builder: draft %s: %w", name, err)
	}
	return draft, nil
}

// DeleteDraft throws a draft away; problem not_found when there is none.
func (b *Builder) DeleteDraft(ctx context.Context, name string) error {
	draft, err := b.Draft(ctx, name)
	if err != nil {
		return err
	}
	if err := b.store.Commit(ctx, &store.Batch{Ops: []store.Op{dropDraft(draft)}}); err != nil {
		return fmt.Errorf("builder: draft %s: %w", name, err)
	}
	return nil
}

func dropDraft(d Draft) store.Op {
	return store.Op{Kind: store.Delete, Collection: draftCollection, Doc: store.Doc{ID: d.ID}, OldRev: d.Rev}
}
