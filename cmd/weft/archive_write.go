package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"weft/runtime/files"
	"weft/runtime/problem"
	"weft/runtime/store"
	"weft/runtime/store/dump"
	"weft/runtime/store/migrate"
)

// archiveWriter writes one archive. What is read from a snapshot of the
// database goes to a temporary file first, so that a slow reader of the archive
// does not keep the snapshot open.
type archiveWriter struct {
	out      io.Writer
	zip      *gzip.Writer
	tar      *tar.Writer
	at       time.Time
	contents contents
	files    []files.File // as the snapshot describes them
}

// writeArchive writes an archive of one snapshot of the store, and of the
// attachments that the snapshot knows.
func writeArchive(ctx context.Context, w io.Writer, st migrate.Store, in *files.Service) error {
	temp, err := os.CreateTemp("", "weft-backup-")
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer temp.Close()
	if err := os.Remove(temp.Name()); err != nil { // without a name it ends with this process, however that ends
		return fmt.Errorf("backup: %w", err)
	}
	a := &archiveWriter{out: temp, at: time.Now().UTC(), contents: contents{Members: map[string]string{}}}
	// The snapshot must be short, and attachments compress badly.
	if a.zip, err = gzip.NewWriterLevel(writerFunc(func(b []byte) (int, error) { return a.out.Write(b) }), gzip.BestSpeed); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	a.tar = tar.NewWriter(a.zip)
	if err := a.json(manifestName, manifest{Format: archiveFormat, Weft: Version, At: a.at}); err != nil {
		return err
	}
	if err := a.snapshot(ctx, st); err != nil {
		return err
	}
	if err := a.switchToOutput(temp, w); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	for _, f := range a.files {
		if err := a.file(ctx, in, f); err != nil {
			return fmt.Errorf("backup: file %s: %w", f.ID, err)
		}
	}
	if err := a.json(contentsName, a.contents); err != nil {
		return err
	}
	if err := errors.Join(a.tar.Close(), a.zip.Close()); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

// snapshotLife is how long a database keeps a snapshot at least; one that
// breaks off later has come to its end.
const snapshotLife = 50 * time.Second

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// snapshot writes all documents of one moment.
func (a *archiveWriter) snapshot(ctx context.Context, st migrate.Store) error {
	defs, err := migrate.Definitions(ctx, st, transientCollections())
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := a.json(collectionsName, defs); err != nil {
		return err
	}
	began := time.Now()
	err = st.View(ctx, func(r store.Reader) error {
		whole, ok := r.(store.FullReader)
		if !ok {
			return errors.New("backup: this database cannot be read as a whole")
		}
		for _, c := range defs {
			if err := a.collection(ctx, whole, c.Name); err != nil {
				return fmt.Errorf("backup: %w", err)
			}
		}
		return nil
	})
	if lasted := time.Since(began); errors.Is(err, store.ErrUnavailable) && lasted >= snapshotLife {
		return &problem.Error{Code: problem.Unavailable, Key: "backup_snapshot_ended", Params: map[string]any{"seconds": int(lasted.Seconds())}, Err: err}
	}
	return err
}

// collection writes the documents of a collection into members of a few megabytes.
func (a *archiveWriter) collection(ctx context.Context, from store.FullReader, name string) error {
	var chunk []byte
	n := 0
	flush := func() error {
		if len(chunk) == 0 {
			return nil
		}
		n++
		err := a.member(fmt.Sprintf("records/%s/%06d.jsonl", name, n), chunk)
		chunk = chunk[:0]
		return err
	}
	sum := dump.NewHasher()
	err := dump.Each(ctx, from, name, "", func(docs []store.Doc) error {
		if err := sum.Add(docs); err != nil {
			return err
		}
		for _, d := range docs {
			var err error
			if chunk, err = dump.AppendLine(chunk, d); err != nil {
				return err
			}
			if name == files.Collection {
				var f files.File
				if err := json.Unmarshal(d.Body, &f); err != nil {
					return fmt.Errorf("file document %s: %w", d.ID, err)
				}
				a.files = append(a.files, f)
			}
			if len(chunk) >= chunkBytes {
				if err := flush(); err != nil {
					return err
				}
			}
		}
		return nil
	})
	a.contents.Collections = append(a.contents.Collections, sum.Sum(name))
	return errors.Join(err, flush())
}

// switchToOutput sends what was written so far to w, and what comes after it too.
func (a *archiveWriter) switchToOutput(temp *os.File, w io.Writer) error {
	if err := errors.Join(a.tar.Flush(), a.zip.Flush()); err != nil {
		return err
	}
	if _, err := temp.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := io.Copy(w, temp); err != nil {
		return err
	}
	a.out = w
	return nil
}

// file writes the bytes of an attachment. One that was removed since the
// snapshot, or is damaged, is named in the contents.
func (a *archiveWriter) file(ctx context.Context, in *files.Service, f files.File) error {
	r, err := in.OpenBytes(ctx, f)
	if errors.Is(err, files.ErrNotStored) {
		return a.missing(ctx, in, f.ID)
	}
	if err != nil {
		return err
	}
	defer r.Close()
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	name := filesName + "/" + f.ID
	if err := a.header(name, size); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.CopyN(a.tar, io.TeeReader(r, sum), size); err != nil {
		return err
	}
	a.contents.Members[name] = hex.EncodeToString(sum.Sum(nil))
	if a.contents.Members[name] != f.SHA256 {
		a.contents.Missing = append(a.contents.Missing, f.ID)
		a.contents.Damaged = append(a.contents.Damaged, f.ID)
	}
	return nil
}

// missing notes an attachment without bytes. Where its document is gone too, it
// was removed since the snapshot.
func (a *archiveWriter) missing(ctx context.Context, in *files.Service, id string) error {
	a.contents.Missing = append(a.contents.Missing, id)
	known, err := in.Lookup(ctx, []string{id})
	if err == nil && len(known) == 0 {
		a.contents.Removed = append(a.contents.Removed, id)
	}
	return err
}

func (a *archiveWriter) json(name string, v any) error {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return a.member(name, text)
}

// member writes a member and notes its digest.
func (a *archiveWriter) member(name string, content []byte) error {
	if err := a.header(name, int64(len(content))); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if _, err := a.tar.Write(content); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	sum := sha256.Sum256(content)
	a.contents.Members[name] = hex.EncodeToString(sum[:])
	return nil
}

func (a *archiveWriter) header(name string, size int64) error {
	return a.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: a.at})
}
