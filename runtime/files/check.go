package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"weft/runtime/store"
)

// Dir is the folder of the bytes, for backups.
func (s *Service) Dir() string { return s.dir }

// Missing checks that every file's bytes are there with the right size; it
// returns the ids of those that are not, and how many files there are.
func (s *Service) Missing(ctx context.Context) (missing []string, count int, err error) {
	root, err := s.folder()
	if err != nil {
		return nil, 0, err
	}
	var after *store.Position
	for {
		docs, err := s.store.Find(ctx, Collection, store.Find{Limit: sweepPage, After: after})
		if err != nil {
			return nil, 0, fmt.Errorf("list files: %w", err)
		}
		for _, d := range docs {
			f, err := decode(d)
			if err != nil {
				return nil, 0, err
			}
			info, err := root.Stat(blobName(f.ID))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, 0, fmt.Errorf("check file %s: %w", f.ID, err)
			}
			if err != nil || info.Size() != f.Size {
				missing = append(missing, f.ID)
			}
		}
		count += len(docs)
		if len(docs) < sweepPage {
			return missing, count, nil
		}
		after = &store.Position{ID: docs[len(docs)-1].ID}
	}
}
