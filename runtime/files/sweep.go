package files

import (
	"context"
	"errors"
	"fmt"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"
)

// Keep is how long a file lies unlinked before Sweep takes it away.
const Keep = 24 * time.Hour

// sweepPage bounds how much one step of a sweep holds in memory.
const sweepPage = 200

// Sweep removes files that no record has referred to for a day, and bytes
// older than that which no document knows, such as those of an upload that was
// cut off. It returns how many files went. A file that is linked meanwhile stays.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	before := s.now().Add(-Keep)
	if err := s.forgetUploads(ctx, before); err != nil {
		return 0, err
	}
	if err := s.forgetPartials(ctx); err != nil {
		return 0, err
	}
	swept, err := s.sweepLoose(ctx, before)
	if err != nil {
		return swept, err
	}
	lost, err := s.sweepLost(ctx, before)
	if err == nil && s.quota > 0 {
		err = s.recount(ctx)
	}
	return swept + lost, err
}

func (s *Service) sweepLoose(ctx context.Context, before time.Time) (int, error) {
	swept := 0
	var after *store.Position
	for {
		docs, err := s.store.Find(ctx, Collection, store.Find{
			Where: query.Cmp{Path: loosePath, Op: query.Lt, Value: stamp(before)},
			Limit: sweepPage, After: after,
		})
		if err != nil {
			return swept, fmt.Errorf("find loose files: %w", err)
		}
		for _, d := range docs {
			f, err := decode(d)
			if err != nil {
				return swept, err
			}
			gone, err := s.drop(ctx, f)
			if err != nil {
				return swept, err
			}
			if gone {
				swept++
			}
		}
		if len(docs) < sweepPage {
			return swept, nil
		}
		after = &store.Position{ID: docs[len(docs)-1].ID}
	}
}

// drop takes the document first: bytes without one are found again, a document
// without bytes would promise a file that is gone.
func (s *Service) drop(ctx context.Context, f File) (bool, error) {
	err := s.commit(ctx, -f.Size, store.Op{Kind: store.Delete, Collection: Collection, Doc: store.Doc{ID: f.ID}, OldRev: f.Rev})
	if errors.Is(err, store.ErrConflict) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("drop loose file %s: %w", f.ID, err)
	}
	return true, s.removeBytes(ctx, f.ID)
}

// removeBytes removes the bytes of an id and what was made from them.
func (s *Service) removeBytes(ctx context.Context, id string) error {
	return s.storage.List(ctx, id, func(found Stored) error {
		if idOf(found.Key) != id {
			return nil
		}
		return s.storage.Remove(ctx, found.Key)
	})
}

// sweepLost removes old bytes whose id no document has. What was put there less
// than a day ago may be about to get its document.
func (s *Service) sweepLost(ctx context.Context, before time.Time) (int, error) {
	if err := s.Claim(ctx); err != nil {
		return 0, err
	}
	swept, err := s.storage.Clean(ctx, before)
	if err != nil {
		return swept, fmt.Errorf("clean the storage: %w", err)
	}
	var old []string
	flush := func() error {
		n, err := s.removeUnknown(ctx, old)
		swept += n
		old = old[:0]
		return err
	}
	err = s.storage.List(ctx, "", func(found Stored) error {
		if !found.At.Before(before) || found.Key == ownerKey {
			return nil
		}
		if old = append(old, found.Key); len(old) < sweepPage {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return swept, fmt.Errorf("sweep the storage: %w", err)
	}
	return swept, nil
}

// removeUnknown removes those of the keys that belong to no document.
func (s *Service) removeUnknown(ctx context.Context, keys []string) (int, error) {
	ids := make([]string, len(keys))
	for i, k := range keys {
		ids[i] = idOf(k)
	}
	known := make(map[string]bool, len(keys))
	for _, c := range []string{Collection, partialCollection} {
		docs, err := s.store.GetMany(ctx, c, ids)
		if err != nil {
			return 0, fmt.Errorf("look up what is stored: %w", err)
		}
		for _, d := range docs {
			known[d.ID] = true
		}
	}
	swept := 0
	for i, k := range keys {
		if known[ids[i]] {
			continue
		}
		if err := s.storage.Remove(ctx, k); err != nil {
			return swept, err
		}
		swept++
	}
	return swept, nil
}

// Discard takes a file away at once that nothing refers to yet; conflict when
// it was linked meanwhile.
func (s *Service) Discard(ctx context.Context, f *File) error {
	gone, err := s.drop(ctx, *f)
	if err == nil && !gone {
		return fmt.Errorf("discard file %s: %w", f.ID, store.ErrConflict)
	}
	return err
}
