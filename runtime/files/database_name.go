package files

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"weft/runtime/store"
	"weft/runtime/store/table"
)

// ownerCollection holds the generated name of the database, by which a storage
// says whose it is. Copies of a store leave it out.
const (
	ownerCollection = "weft_storage"
	ownerID         = "owner"
)

func ownerDefinition() store.Collection {
	return store.Collection{Name: ownerCollection, Unwatched: true}
}

type nameRow struct {
	ID   string `json:"id"`
	Rev  int64  `json:"rev"`
	Name string `json:"name"`
}

var nameTable = table.New(ownerCollection, func(r *nameRow) (*string, *int64) { return &r.ID, &r.Rev })

// DatabaseName is the name of this database; "" when it has none yet. Nothing
// is changed, also not in a database that weft never worked with.
func (s *Service) DatabaseName(ctx context.Context) (string, error) {
	have, err := s.db.Collections(ctx)
	if err != nil {
		return "", fmt.Errorf("name of the database: %w", err)
	}
	if !slices.Contains(have, ownerCollection) {
		return "", nil
	}
	row, err := s.readName(ctx)
	return row.Name, err
}

// readName reads the row; one of revision 0 when there is none.
func (s *Service) readName(ctx context.Context) (nameRow, error) {
	row, err := nameTable.Get(ctx, s.db, ownerID)
	if errors.Is(err, store.ErrNotFound) {
		return nameRow{ID: ownerID}, nil
	}
	return row, err
}

// ensureName is the name of this database, made when it has none.
func (s *Service) ensureName(ctx context.Context) (string, error) {
	before, err := s.readName(ctx)
	if err != nil || before.Name != "" {
		return before.Name, err
	}
	name, err := s.saveName(ctx, before)
	if store.LostRace(err) {
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

// saveName replaces the name read before by a new one.
func (s *Service) saveName(ctx context.Context, row nameRow) (string, error) {
	row.Name = uuid.NewString()
	return row.Name, nameTable.Save(ctx, s.db, &row)
}
