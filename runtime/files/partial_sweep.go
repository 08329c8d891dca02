package files

import (
	"context"
	"errors"
	"fmt"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
)

// forgetPartials ends uploads that have expired.
func (s *Service) forgetPartials(ctx context.Context) error {
	var after *store.Position
	for {
		docs, err := s.db.Find(ctx, partialCollection, store.Find{
			Where: query.Cmp{Path: expiresPath, Op: query.Lt, Value: stamp(s.now())}, Limit: sweepPage, After: after, IDsOnly: true,
		})
		if err != nil {
			return fmt.Errorf("find expired uploads: %w", err)
		}
		for _, d := range docs {
			if err := s.forgetPartial(ctx, d.ID); err != nil {
				return err
			}
		}
		if len(docs) < sweepPage {
			return nil
		}
		after = &store.Position{ID: docs[len(docs)-1].ID}
	}
}

// forgetPartial ends an upload, unless it is gone or goes on after all.
func (s *Service) forgetPartial(ctx context.Context, id string) error {
	p, err := s.readPartial(ctx, id)
	switch {
	case problem.CodeOf(err) == problem.NotFound:
		return nil
	case err != nil:
		return err
	case !s.now().After(p.Expires):
		return nil
	}
	if err := s.CancelPartial(ctx, p); !errors.Is(err, store.ErrConflict) {
		return err
	}
	return nil
}

// pendingBytes is how many bytes the unfinished uploads of a user will have.
func (s *Service) pendingBytes(ctx context.Context, user string) (int64, error) {
	return sumOf(ctx, s.db, partialCollection, lengthPath, query.All{query.Cmp{Path: byPath, Op: query.Eq, Value: user}, unfinished})
}

// unfinished are the uploads that are no file yet.
var unfinished = query.Cmp{Path: filePath, Op: query.Empty}
