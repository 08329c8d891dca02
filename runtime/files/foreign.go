package files

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Foreign tells whether the storage is another database's, and changes
// nothing: what a copy of this database's files must not be put into.
func (s *Service) Foreign(ctx context.Context) (bool, error) {
	owner, err := s.owner(ctx)
	if errors.Is(err, ErrNoBytes) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("owner of the storage: %w", err)
	}
	have, err := s.store.Collections(ctx)
	if err != nil {
		return false, fmt.Errorf("owner of the storage: %w", err)
	}
	if !slices.Contains(have, ownerCollection) {
		return true, nil
	}
	found, err := s.store.GetMany(ctx, ownerCollection, []string{ownerID})
	if err != nil || len(found) == 0 {
		return true, err
	}
	name, err := s.ownName(ctx)
	return name != owner, err
}
