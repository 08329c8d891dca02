package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
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
	swept, err := s.sweepLoose(ctx, before)
	if err != nil {
		return swept, err
	}
	lost, err := s.sweepLost(ctx, before)
	return swept + lost, err
}

func (s *Service) sweepLoose(ctx context.Context, before time.Time) (int, error) {
	swept := 0
	var after *store.Position
	for {
		docs, err := s.store.Find(ctx, Collection, store.Find{
			Where: query.Cmp{Path: loosePath, Op: query.Lt, Value: stamp(before)},
			Limit: sweepPage, After: after, Bare: true,
		})
		if err != nil {
			return swept, fmt.Errorf("find loose files: %w", err)
		}
		for _, d := range docs {
			gone, err := s.drop(ctx, d)
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
func (s *Service) drop(ctx context.Context, d store.Doc) (bool, error) {
	err := s.store.Commit(ctx, &store.Batch{Ops: []store.Op{
		{Kind: store.Delete, Collection: Collection, Doc: store.Doc{ID: d.ID}, OldRev: d.Rev},
	}})
	if errors.Is(err, store.ErrConflict) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("drop loose file %s: %w", d.ID, err)
	}
	return true, s.removeBytes(d.ID)
}

func (s *Service) sweepLost(ctx context.Context, before time.Time) (int, error) {
	root, err := s.folder()
	if err != nil {
		return 0, err
	}
	dirs, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return 0, fmt.Errorf("list the folder of files: %w", err)
	}
	swept := 0
	for _, dir := range dirs {
		if !dir.IsDir() {
			continue
		}
		n, err := s.sweepDir(ctx, root, dir.Name(), before)
		if err != nil {
			return swept, err
		}
		swept += n
	}
	return swept, nil
}

func (s *Service) sweepDir(ctx context.Context, root *os.Root, dir string, before time.Time) (int, error) {
	entries, err := fs.ReadDir(root.FS(), dir)
	if err != nil {
		return 0, fmt.Errorf("list folder %s: %w", dir, err)
	}
	var old []string
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && info.ModTime().Before(before) {
			old = append(old, e.Name())
		}
	}
	known := map[string]bool{}
	if dir != tempDir {
		found, err := s.Lookup(ctx, old)
		if err != nil {
			return 0, err
		}
		for _, f := range found {
			known[f.ID] = true
		}
	}
	swept := 0
	for _, name := range old {
		if known[name] {
			continue
		}
		if err := root.Remove(dir + "/" + name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return swept, fmt.Errorf("remove lost file %s: %w", name, err)
		}
		swept++
	}
	return swept, nil
}

// Discard takes a file away at once that nothing refers to yet; conflict when
// it was linked meanwhile.
func (s *Service) Discard(ctx context.Context, f *File) error {
	gone, err := s.drop(ctx, store.Doc{ID: f.ID, Rev: f.Rev})
	if err == nil && !gone {
		return fmt.Errorf("discard file %s: %w", f.ID, store.ErrConflict)
	}
	return err
}
