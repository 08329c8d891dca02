package files

import (
	"context"
	"errors"
	"fmt"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// UnlinkedRetention is how long a file stays unlinked before Sweep deletes it.
const UnlinkedRetention = 24 * time.Hour

// Sweep deletes files that no record has referred to for a day, and what has
// expired. Bytes older than a day that no document refers to, those of such a
// file included, are noted at the first sweep that finds them and removed a day
// later. It returns how many files were deleted plus under how many keys bytes
// were removed. A file that is linked meanwhile stays. In the storage of another
// database it removes nothing: ErrOtherOwner.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now := s.now()
	before := now.Add(-UnlinkedRetention)
	if err := s.deleteOlder(ctx, uploadKeyCollection, uploadAt, before); err != nil {
		return 0, err
	}
	if err := s.ClaimOwnership(ctx); err != nil {
		return 0, err
	}
	if err := errors.Join(s.deleteExpiredPartials(ctx), s.deleteExpiredTemporary(ctx)); err != nil {
		return 0, err
	}
	deleted, err := s.sweepUnlinked(ctx, before)
	if err != nil {
		return deleted, err
	}
	removed, err := s.sweepOrphans(ctx, now)
	if err == nil && s.quota > 0 {
		err = s.recount(ctx)
	}
	return deleted + removed, err
}

// sweepUnlinked deletes the documents only; the bytes are orphans from then on.
func (s *Service) sweepUnlinked(ctx context.Context, before time.Time) (deleted int, err error) {
	for f, err := range fileTable.Each(ctx, s.db, olderThan(unlinkedPath, before)) {
		if err != nil {
			return deleted, fmt.Errorf("find unlinked files: %w", err)
		}
		gone, err := s.deleteDocument(ctx, f)
		if err != nil {
			return deleted, err
		}
		if gone {
			deleted++
		}
	}
	return deleted, nil
}

func olderThan(at query.Path, before time.Time) query.Expr {
	return query.Cmp{Path: at, Op: query.Lt, Value: formatInstant(before)}
}

// deleteDocument deletes the document of a file whose revision is still that of
// f. Bytes are removed after it: orphaned bytes are found again, a document
// without bytes would promise a file that is gone.
func (s *Service) deleteDocument(ctx context.Context, f File) (bool, error) {
	err := s.commit(ctx, -f.Size, fileTable.Delete(f))
	if errors.Is(err, store.ErrConflict) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("delete unlinked file %s: %w", f.ID, err)
	}
	return true, nil
}

// removeBytes removes the bytes of an id and what was derived from them.
func (s *Service) removeBytes(ctx context.Context, id string) error {
	return s.storage.List(ctx, id, func(found StoredObject) error {
		if fileIDOf(found.Key) != id {
			return nil
		}
		return s.storage.Remove(ctx, found.Key)
	})
}

// DeleteUnlinked deletes a file at once that nothing refers to yet; conflict
// when it was linked meanwhile.
func (s *Service) DeleteUnlinked(ctx context.Context, f *File) error {
	gone, err := s.deleteDocument(ctx, *f)
	if err != nil {
		return err
	}
	if !gone {
		return fmt.Errorf("delete file %s: %w", f.ID, store.ErrConflict)
	}
	return s.removeBytes(ctx, f.ID)
}

// deleteOlder deletes the documents of a collection whose time at the path is
// before the one given.
func (s *Service) deleteOlder(ctx context.Context, collection string, at query.Path, before time.Time) error {
	_, err := table.DeleteWhere(ctx, s.db, collection, olderThan(at, before))
	return err
}
