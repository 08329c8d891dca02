package files

import (
	"context"
	"fmt"

	"weft/runtime/store"
)

// sweepPage bounds how many documents one step of a sweep or check holds in memory.
const sweepPage = 200

// ForEachPage calls fn with all files, a page at a time, in the order of their ids.
func (s *Service) ForEachPage(ctx context.Context, fn func([]File) error) error {
	find := store.Find{Limit: sweepPage}
	for {
		page, err := fileTable.Find(ctx, s.db, find)
		if err != nil {
			return fmt.Errorf("list files: %w", err)
		}
		if err := fn(page); err != nil {
			return err
		}
		if len(page) < sweepPage {
			return nil
		}
		find.After = &store.Position{ID: page[len(page)-1].ID}
	}
}

// FindMissingBytes checks that every file's bytes are stored with the right
// size; it returns the ids of those that are not, and how many files there are.
func (s *Service) FindMissingBytes(ctx context.Context) (missing []string, count int, err error) {
	err = s.ForEachPage(ctx, func(page []File) error {
		for _, f := range page {
			whole, err := s.HasBytes(ctx, f)
			if err != nil {
				return fmt.Errorf("check file %s: %w", f.ID, err)
			}
			if !whole {
				missing = append(missing, f.ID)
			}
		}
		count += len(page)
		return nil
	})
	return missing, count, err
}
