package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"

	"weft/runtime/files"
	"weft/runtime/store"
	"weft/runtime/store/dump"
)

// fileWorkers is how many attachments are copied or read at once.
const fileWorkers = 4

// fileSums compares the attachments of both sides.
type fileSums struct {
	Source  dump.Checksum `json:"source"` // as the documents describe them
	Target  dump.Checksum `json:"target"` // of the bytes found there
	Missing []string      `json:"missing,omitempty"`
	Damaged []string      `json:"damaged,omitempty"` // at the target, where nothing better could be had
}

// copyFiles copies the bytes of attachments that are not there yet, then reads
// all of them again at the target.
func (v *migration) copyFiles(ctx context.Context) (*fileSums, error) {
	sums := &fileSums{}
	want, have := newFileSummer(), newFileSummer()
	err := eachFile(ctx, v.from.store, func(list []files.File) error {
		missing, err := v.copySome(ctx, list)
		if err != nil {
			return err
		}
		digests, err := v.digests(ctx, list)
		if err != nil {
			return err
		}
		for i, f := range list {
			if missing[i] {
				sums.Missing = append(sums.Missing, f.ID)
				continue
			}
			if digests[i] != f.SHA256 {
				sums.Damaged = append(sums.Damaged, f.ID)
			}
			want.add(f.ID, f.SHA256)
			have.add(f.ID, digests[i])
		}
		v.m.progress("%d attachments are there", have.count)
		return nil
	})
	sums.Source, sums.Target = want.sum(), have.sum()
	if n := len(sums.Missing); err == nil && n > 0 && have.count == 0 {
		return nil, finalError{fmt.Errorf("not one of %d attachments is in %s; say with --from-files where they are", n, v.from.filesAt)}
	}
	return sums, err
}

// copySome copies those of some files that the target does not have, and says
// which have no bytes at the source either.
func (v *migration) copySome(ctx context.Context, list []files.File) (missing []bool, err error) {
	missing = make([]bool, len(list))
	err = parallel(ctx, len(list), func(ctx context.Context, i int) error {
		there, err := v.to.files.HasBytes(ctx, list[i])
		if err != nil || there {
			return err
		}
		missing[i], err = v.copyFile(ctx, list[i])
		return err
	})
	return missing, err
}

func (v *migration) copyFile(ctx context.Context, f files.File) (missing bool, err error) {
	if v.from.filesAt == v.to.filesAt {
		return true, nil
	}
	in, err := v.from.files.OpenBytes(ctx, f)
	if errors.Is(err, files.ErrNotStored) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("file %s: %w", f.ID, err)
	}
	defer in.Close()
	err = v.to.files.RestoreBytes(ctx, f, in)
	if errors.Is(err, files.ErrDiffers) {
		return false, finalError{fmt.Errorf("the attachment %s in %s is damaged: restore it from a backup first", f.ID, v.from.filesAt)}
	}
	return false, err
}

// digests reads some files at the target. One of the right size and another
// content was left there by something else: it is copied over.
func (v *migration) digests(ctx context.Context, list []files.File) ([]string, error) {
	digests := make([]string, len(list))
	err := parallel(ctx, len(list), func(ctx context.Context, i int) (err error) {
		digests[i], err = digestOf(ctx, v.to.files, list[i])
		if err != nil || digests[i] == "" || digests[i] == list[i].SHA256 {
			return err
		}
		if _, err := v.copyFile(ctx, list[i]); err != nil {
			return err
		}
		digests[i], err = digestOf(ctx, v.to.files, list[i])
		return err
	})
	return digests, err
}

// eachFile calls fn with the documents of all files in the order of their ids.
func eachFile(ctx context.Context, from dumpSource, fn func([]files.File) error) error {
	defs, err := from.Describe(ctx)
	if err != nil {
		return err
	}
	for _, c := range defs {
		if c.Name != files.Collection {
			continue
		}
		return dump.Each(ctx, from, c.Name, "", func(docs []store.Doc) error {
			list := make([]files.File, len(docs))
			for i, d := range docs {
				if err := json.Unmarshal(d.Body, &list[i]); err != nil {
					return fmt.Errorf("file document %s: %w", d.ID, err)
				}
			}
			return fn(list)
		})
	}
	return nil
}

// dumpSource is what can be read as a whole.
type dumpSource interface {
	store.FullReader
	store.Describer
}

// digestOf reads the bytes of a file: their SHA-256, hex; "" where there are none.
func digestOf(ctx context.Context, in *files.Service, f files.File) (string, error) {
	r, err := in.OpenBytes(ctx, f)
	if errors.Is(err, files.ErrNotStored) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("file %s: %w", f.ID, err)
	}
	defer r.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, r); err != nil {
		return "", fmt.Errorf("file %s: %w", f.ID, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// parallel calls fn for 0 to n-1, a few at a time, until one fails.
func parallel(ctx context.Context, n int, fn func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(n, fileWorkers) {
		wg.Go(func() {
			for i := range next {
				if err := fn(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := range n {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	wg.Wait()
	return context.Cause(ctx)
}

// fileSummer adds up which files there are with which content.
type fileSummer struct {
	count int64
	hash  hash.Hash
}

func newFileSummer() *fileSummer { return &fileSummer{hash: sha256.New()} }

func (s *fileSummer) add(id, digest string) {
	if digest != "" {
		s.count++
	}
	fmt.Fprintf(s.hash, "%s %s\n", id, digest)
}

func (s *fileSummer) sum() dump.Checksum {
	return dump.Checksum{Collection: filesName, Count: s.count, Digest: hex.EncodeToString(s.hash.Sum(nil))}
}
