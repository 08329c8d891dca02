package files

import (
	"context"
	"fmt"

	"weft/runtime/store"
)

// Dir is the folder of the bytes; "" when they lie elsewhere.
func (s *Service) Dir() string {
	if f, ok := s.storage.(*folder); ok {
		return f.dir
	}
	return ""
}

// ForEachPage calls each with all files, a page at a time, in the order of their ids.
func (s *Service) ForEachPage(ctx context.Context, each func([]File) error) error {
	var after *store.Position
	for {
		docs, err := s.db.Find(ctx, Collection, store.Find{Limit: sweepPage, After: after})
		if err != nil {
			return fmt.Errorf("list files: %w", err)
		}
		page := make([]File, len(docs))
		for i, d := range docs {
			if page[i], err = decode(d); err != nil {
				return err
			}
		}
		if err := each(page); err != nil {
			return err
		}
		if len(docs) < sweepPage {
			return nil
		}
		after = &store.Position{ID: docs[len(docs)-1].ID}
	}
}

// FindMissingBytes checks that every file's bytes are there with the right size; it
// returns the ids of those that are not, and how many files there are.
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
