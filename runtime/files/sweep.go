package files

import (
	"context"
	"errors"
	"fmt"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"
)

// UnlinkedRetention is how long a file lies unlinked before Sweep takes it away.
const UnlinkedRetention = 24 * time.Hour

// sweepPage bounds how much one step of a sweep holds in memory.
const sweepPage = 200

// Sweep removes files that no record has referred to for a day. Bytes older than
// that which no document knows, those of such a file among them, it notes when it
// sees them first, and removes a day later. It returns how many files and bytes
// under how many keys went. A file that is linked meanwhile stays. In the storage
// of another database it removes nothing: ErrOtherOwner.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now := s.now()
	before := now.Add(-UnlinkedRetention)
	if err := s.forgetUploads(ctx, before); err != nil {
		return 0, err
	}
	if err := s.ClaimOwnership(ctx); err != nil {
		return 0, err
	}
	if err := s.forgetPartials(ctx); err != nil {
		return 0, err
	}
	swept, err := s.sweepUnlinked(ctx, before)
	if err != nil {
		return swept, err
	}
	lost, err := s.sweepOrphans(ctx, now)
	if err == nil && s.quota > 0 {
		err = s.recount(ctx)
	}
	return swept + lost, err
}

// sweepUnlinked takes the documents only; the bytes are orphans from then on.
func (s *Service) sweepUnlinked(ctx context.Context, before time.Time) (int, error) {
	swept := 0
	var after *store.Position
	for {
		docs, err := s.db.Find(ctx, Collection, store.Find{
			Where: query.Cmp{Path: unlinkedPath, Op: query.Lt, Value: stamp(before)},
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
			gone, err := s.deleteDocument(ctx, f)
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

// deleteDocument takes the document of a file that is still as f says. Bytes go after it:
// those without a document are found again, a document without bytes would
// promise a file that is gone.
func (s *Service) deleteDocument(ctx context.Context, f File) (bool, error) {
	err := s.commit(ctx, -f.Size, store.Op{Kind: store.Delete, Collection: Collection, Doc: store.Doc{ID: f.ID}, OldRev: f.Rev})
	if errors.Is(err, store.ErrConflict) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("drop loose file %s: %w", f.ID, err)
	}
	return true, nil
}

// removeBytes removes the bytes of an id and what was made from them.
func (s *Service) removeBytes(ctx context.Context, id string) error {
	return s.storage.List(ctx, id, func(found StoredObject) error {
		if fileIDOf(found.Key) != id {
			return nil
		}
		return s.storage.Remove(ctx, found.Key)
	})
}

// DeleteUnlinked takes a file away at once that nothing refers to yet; conflict when
// it was linked meanwhile.
func (s *Service) DeleteUnlinked(ctx context.Context, f *File) error {
	gone, err := s.deleteDocument(ctx, *f)
	if err != nil {
		return err
	}
	if !gone {
		return fmt.Errorf("discard file %s: %w", f.ID, store.ErrConflict)
	}
	return s.removeBytes(ctx, f.ID)
}

// forgetBefore drops the documents of a collection whose time at the path is
// before the one given.
func (s *Service) forgetBefore(ctx context.Context, collection string, at query.Path, before time.Time) error {
	for {
		docs, err := s.db.Find(ctx, collection, store.Find{
			Where: query.Cmp{Path: at, Op: query.Lt, Value: stamp(before)}, Limit: sweepPage, IDsOnly: true,
		})
		if err != nil {
			return fmt.Errorf("find what is old in %s: %w", collection, err)
		}
		if len(docs) == 0 {
			return nil
		}
		b := &store.Batch{}
		for _, d := range docs {
			b.Ops = append(b.Ops, store.Op{Kind: store.Delete, Collection: collection, Doc: store.Doc{ID: d.ID}})
		}
		if err := s.db.Commit(ctx, b); err != nil {
			return fmt.Errorf("forget what is old in %s: %w", collection, err)
		}
	}
}
