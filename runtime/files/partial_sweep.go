package files

import (
	"context"
	"errors"
	"fmt"

	"weft/runtime/query"
	"weft/runtime/store"
)

// forgetPartials ends uploads that have expired.
func (s *Service) forgetPartials(ctx context.Context) error {
	var after *store.Position
	for {
		docs, err := s.store.Find(ctx, partialCollection, store.Find{
			Where: query.Cmp{Path: expiresPath, Op: query.Lt, Value: stamp(s.now())}, Limit: sweepPage, After: after, Bare: true,
		})
		if err != nil {
			return fmt.Errorf("find expired uploads: %w", err)
		}
		for _, d := range docs {
			// One that goes on after all keeps its pieces.
			err := s.Abandon(ctx, &Partial{ID: d.ID, Rev: d.Rev})
			if err != nil && !errors.Is(err, store.ErrConflict) {
				return err
			}
		}
		if len(docs) < sweepPage {
			return nil
		}
		after = &store.Position{ID: docs[len(docs)-1].ID}
	}
}

// pending is how many bytes the unfinished uploads of a user will have.
func (s *Service) pending(ctx context.Context, user string) (int64, error) {
	return sumOf(ctx, s.store, partialCollection, lengthPath, query.All{
		query.Cmp{Path: byPath, Op: query.Eq, Value: user}, query.Cmp{Path: filePath, Op: query.Empty},
	})
}
