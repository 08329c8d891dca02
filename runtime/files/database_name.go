package files

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"weft/runtime/store"
)

// ownerCollection holds the name of the database, which is made when it is
// first needed. No copy has it.
const (
	ownerCollection = "weft_storage"
	ownerID         = "owner"
)

func ownerDefinition() store.Collection {
	return store.Collection{Name: ownerCollection, Unwatched: true}
}

type ownerDoc struct {
	ID   string `json:"id"`
	Rev  int64  `json:"rev"`
	Name string `json:"name"`
}

// DatabaseName is the name of this database; "" when it has none yet. Nothing is
// changed, also not in a database that weft never worked with.
func (s *Service) DatabaseName(ctx context.Context) (string, error) {
	have, err := s.db.Collections(ctx)
	if err != nil {
		return "", fmt.Errorf("name of the database: %w", err)
	}
	if !slices.Contains(have, ownerCollection) {
		return "", nil
	}
	o, err := s.readName(ctx)
	return o.Name, err
}

// readName is the document; zero when there is none.
func (s *Service) readName(ctx context.Context) (ownerDoc, error) {
	var o ownerDoc
	d, err := s.db.Get(ctx, ownerCollection, ownerID)
	if errors.Is(err, store.ErrNotFound) {
		return o, nil
	}
	if err == nil {
		err = json.Unmarshal(d.Body, &o)
	}
	if err != nil {
		return o, fmt.Errorf("name of the database: %w", err)
	}
	o.Rev = d.Rev
	return o, nil
}

// ensureName is the name of this database, made when it has none.
func (s *Service) ensureName(ctx context.Context) (string, error) {
	before, err := s.readName(ctx)
	if err != nil || before.Name != "" {
		return before.Name, err
	}
	name, err := s.saveName(ctx, before)
	var faster *store.UniqueError
	if errors.As(err, &faster) {
		return s.ensureName(ctx)
	}
	return name, err
}

// replaceName gives the database a new name, also one that weft never worked with.
func (s *Service) replaceName(ctx context.Context) (string, error) {
	if err := s.db.Ensure(ctx, []store.Collection{ownerDefinition()}); err != nil {
		return "", fmt.Errorf("name of the database: %w", err)
	}
	before, err := s.readName(ctx)
	if err != nil {
		return "", err
	}
	return s.saveName(ctx, before)
}

// saveName puts a new name in place of the one before.
func (s *Service) saveName(ctx context.Context, before ownerDoc) (string, error) {
	o := ownerDoc{ID: ownerID, Rev: before.Rev + 1, Name: uuid.NewString()}
	body, err := json.Marshal(o)
	if err != nil {
		return "", fmt.Errorf("name of the database: %w", err)
	}
	op := store.Op{Kind: store.Insert, Collection: ownerCollection, Doc: store.Doc{ID: ownerID, Rev: o.Rev, Body: body}, OldRev: before.Rev}
	if before.Rev > 0 {
		op.Kind = store.Replace
	}
	if err := s.db.Commit(ctx, &store.Batch{Ops: []store.Op{op}}); err != nil {
		return "", fmt.Errorf("name of the database: %w", err)
	}
	return o.Name, nil
}
