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

// Proposal is a change of the published definitions: Definitions are added or
// replace those of the same kind and key, Remove names those to remove.
type Proposal struct {
	Definitions []json.RawMessage `json:"definitions"`
	Remove      []Ref             `json:"remove,omitempty"`
	// Replace replaces choices in all records, so that they can be removed.
	Replace []Replacement `json:"replace,omitempty"`
	// Titles is the language in which choices that become text are written by their
	// titles; "" means by their keys.
	Titles string `json:"titles,omitempty"`
	Note   string `json:"note,omitempty"`
}

func (p Proposal) conversions() Conversions { return Conversions{p.Replace, p.Titles} }

// Ref names a definition.
type Ref struct {
	Kind schemas.Kind `json:"kind"`
	Key  string       `json:"key"`
}

// Draft is a stored proposal that is not published yet. It may be invalid.
type Draft struct {
	ID  string    `json:"id"` // its name
	Rev int64     `json:"rev"`
	By  string    `json:"by"`
	At  time.Time `json:"at"`
	// Base is the version that was published when it was begun.
	Base int64 `json:"base"`
	Proposal
}

var draftName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// Drafts lists the drafts by name.
func (b *Builder) Drafts(ctx context.Context) ([]Draft, error) {
	list, err := drafts.Find(ctx, b.store, store.Find{Limit: maxFiles})
	if err != nil {
		return nil, fmt.Errorf("builder: %w", err)
	}
	return list, nil
}

// Draft gives a draft by name; problem not_found when there is none.
func (b *Builder) Draft(ctx context.Context, name string) (Draft, error) {
	d, err := drafts.Get(ctx, b.store, name)
	if errors.Is(err, store.ErrNotFound) {
		return Draft{}, problem.New(problem.NotFound, "no_such_draft", map[string]any{"name": name})
	}
	if err != nil {
		return Draft{}, fmt.Errorf("builder: %w", err)
	}
	return d, nil
}

// PutDraft writes a draft. rev is the revision that the writer has read, 0
// for a new draft; problem stale when another one is stored.
func (b *Builder) PutDraft(ctx context.Context, by, name string, rev int64, p Proposal) (Draft, error) {
	if !draftName.MatchString(name) {
		return Draft{}, problem.Of(problem.Invalid, problem.At("/name", "pattern"))
	}
	draft := Draft{ID: name, Rev: rev, By: by, At: b.now(), Base: b.version(), Proposal: p}
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
	switch err := drafts.Save(ctx, b.store, &draft); {
	case err == nil:
		return draft, nil
	case store.LostRace(err):
		return Draft{}, problem.New(problem.Stale, "draft_stale", map[string]any{"name": name})
	default:
		return Draft{}, fmt.Errorf("builder: %w", err)
	}
}

// DeleteDraft deletes a draft; problem not_found when there is none.
func (b *Builder) DeleteDraft(ctx context.Context, name string) error {
	draft, err := b.Draft(ctx, name)
	if err != nil {
		return err
	}
	if err := drafts.Remove(ctx, b.store, draft); err != nil {
		return fmt.Errorf("builder: %w", err)
	}
	return nil
}
