package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"weft/runtime/files"
	"weft/runtime/store"
	"weft/runtime/store/dump"
	"weft/runtime/store/migrate"
	"weft/runtime/store/sqlite"
)

// archived is a member of an archive taken apart.
type archived struct {
	name    string
	kind    byte
	content []byte
}

func takeApart(t *testing.T, archive []byte) []archived {
	t.Helper()
	zr, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	var list []archived
	for tr := tar.NewReader(zr); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, archived{h.Name, h.Typeflag, content})
	}
}

func putTogether(t *testing.T, list []archived) []byte {
	t.Helper()
	var out bytes.Buffer
	zw := gzip.NewWriter(&out)
	tw := tar.NewWriter(zw)
	for _, m := range list {
		h := &tar.Header{Name: m.name, Typeflag: m.kind, Mode: 0o600, Size: int64(len(m.content))}
		if m.kind == tar.TypeSymlink {
			h.Linkname, h.Size = "/etc/passwd", 0
		}
		if err := tw.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			if _, err := tw.Write(m.content); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(tw.Close(), zw.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// forged gives the archive digests that fit its members, as one who tampers would.
func forged(t *testing.T, list []archived) []archived {
	t.Helper()
	last := len(list) - 1
	var c contents
	if err := json.Unmarshal(list[last].content, &c); err != nil {
		t.Fatal(err)
	}
	for _, m := range list[:last] {
		sum := sha256.Sum256(m.content)
		c.Members[m.name] = hex.EncodeToString(sum[:])
	}
	list[last].content, _ = json.Marshal(c)
	return list
}

func find(t *testing.T, list []archived, prefix string) int {
	t.Helper()
	i := slices.IndexFunc(list, func(m archived) bool { return strings.HasPrefix(m.name, prefix) })
	if i < 0 {
		t.Fatalf("the archive holds no %s", prefix)
	}
	return i
}

// inside lists what a data folder holds besides its lock.
func inside(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.Name() != lockName {
			names = append(names, e.Name())
		}
	}
	return names
}

// sumsOf sums up what is copied of the database of a data folder.
func sumsOf(t *testing.T, dir string) []dump.Checksum {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, databaseName), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	return storeSums(t, db)
}

func storeSums(t *testing.T, db migrate.Store) []dump.Checksum {
	t.Helper()
	defs, err := migrate.Definitions(t.Context(), db, transientCollections())
	if err != nil {
		t.Fatal(err)
	}
	var list []dump.Checksum
	for _, c := range defs {
		sum, err := dump.ChecksumOf(t.Context(), db, c.Name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, sum)
	}
	return list
}

// What is restored is what was saved, with sort keys and search.
func TestRestoredIsWhatWasSaved(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.all([]command{
		{args: "template install opportunity-pipeline --sample-data --data DIR/d"},
		{args: "backup DIR/b.tgz --data DIR/d", says: []string{"wrote"}},
		{args: "restore DIR/b.tgz --data DIR/r", says: []string{"restored"}},
	})
	sameSums(t, "restored", sumsOf(t, filepath.Join(s.dir, "r")), sumsOf(t, filepath.Join(s.dir, "d")))
	s.do(command{args: "doctor --data DIR/r", says: []string{"attachments, all there"}})
}

// sameSums tells which collections do not hold what they held.
func sameSums(t *testing.T, where string, is, was []dump.Checksum) {
	t.Helper()
	for _, sum := range is {
		if !slices.Contains(was, sum) {
			t.Errorf("%s: %+v is another one", where, sum)
		}
	}
	if len(is) != len(was) {
		t.Errorf("%s: %d collections, were %d", where, len(is), len(was))
	}
}

// Backups of the first format hold the database as a file.
func TestRestoreOfAFileArchive(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.do(command{args: "template install opportunity-pipeline --sample-data --data DIR/d"})
	s.write("old.tgz", string(fileArchive(t, filepath.Join(s.dir, "d"))))
	s.all([]command{
		{args: "restore DIR/old.tgz --data DIR/r", says: []string{"restored"}},
	})
	sameSums(t, "restored", sumsOf(t, filepath.Join(s.dir, "r")), sumsOf(t, filepath.Join(s.dir, "d")))
	s.do(command{args: "doctor --data DIR/r", says: []string{"attachments, all there"}})
	damagedOne := takeApart(t, fileArchive(t, filepath.Join(s.dir, "d")))
	damagedOne[len(damagedOne)-1].content[3] ^= 1
	s.write("bad.tgz", string(putTogether(t, damagedOne)))
	s.do(command{args: "restore DIR/bad.tgz --data DIR/x", status: 1, errs: []string{"does not have the content"}})
	if left := inside(t, filepath.Join(s.dir, "x")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// fileArchive makes an archive of format 1 of a data folder that nobody uses.
func fileArchive(t *testing.T, dir string) []byte {
	t.Helper()
	m := manifest{Format: fileArchiveFormat, Weft: "0.0.1", At: time.Now().UTC(), Members: map[string]string{}}
	list := []archived{{name: manifestName, kind: tar.TypeReg}}
	add := func(name, path string) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(content)
		m.Members[name] = hex.EncodeToString(sum[:])
		list = append(list, archived{name, tar.TypeReg, content})
	}
	add(databaseName, filepath.Join(dir, databaseName))
	paths, err := filepath.Glob(filepath.Join(dir, filesName, "??", "*"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("attachments: %v, %v", paths, err)
	}
	for _, path := range paths {
		rel, _ := filepath.Rel(dir, path)
		add(filepath.ToSlash(rel), path)
	}
	list[0].content, _ = json.Marshal(m)
	return putTogether(t, list)
}

// An attachment whose bytes are gone does not keep the rest from being saved,
// and the restore tells of it.
func TestBackupWithoutAFile(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.do(command{args: "template install opportunity-pipeline --sample-data --data DIR/d"})
	paths, _ := filepath.Glob(filepath.Join(s.dir, "d", filesName, "??", "*"))
	if err := errors.Join(os.Remove(paths[0]), os.WriteFile(paths[1], []byte("damaged"), 0o600)); err != nil {
		t.Fatal(err)
	}
	gone, damaged := filepath.Base(paths[0]), filepath.Base(paths[1])
	s.all([]command{
		{args: "backup DIR/b.tgz --data DIR/d", status: 1, says: []string{"wrote"},
			errs: []string{"the backup was written", "1 of 22 attachments are damaged (first: " + damaged, "1 have no file (first: " + gone}},
		{args: "backup - --data DIR/d", status: 1, errs: []string{damaged, gone}},
		{args: "restore DIR/b.tgz --data DIR/r", says: []string{"restored", "1 of 22 attachments are damaged (first: " + damaged, "1 have no file (first: " + gone}},
		{args: "restore DIR/b.tgz --data DIR/r2 --json", says: []string{`"damaged": [`, `"missing": [`, gone, damaged}},
		{args: "doctor --data DIR/r", status: 1, says: []string{"2 of 22 attachments"}},
	})
	out, _ := s.do(command{args: "backup DIR/c.tgz --data DIR/d --json", status: 1})
	var said struct {
		Attachments, Bytes        int64
		Damaged, Missing, Removed []string
	}
	if err := json.Unmarshal([]byte(out), &said); err != nil || said.Attachments != 22 || said.Bytes == 0 ||
		!slices.Equal(said.Damaged, []string{damaged}) || !slices.Equal(said.Missing, []string{gone}) || len(said.Removed) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}

// An attachment that is removed while the backup is made is no loss.
func TestBackupWhileAFileIsRemoved(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.do(command{args: "template install opportunity-pipeline --sample-data --data DIR/d"})
	db, err := sqlite.Open(t.Context(), filepath.Join(s.dir, "d", databaseName), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	paths, _ := filepath.Glob(filepath.Join(s.dir, "d", filesName, "??", "*"))
	id := filepath.Base(paths[0])
	remove := func() error {
		batch := &store.Batch{Ops: []store.Op{{Kind: store.Delete, Collection: files.Collection, Doc: store.Doc{ID: id}}}}
		return errors.Join(db.Commit(t.Context(), batch), os.Remove(paths[0]))
	}
	var archive bytes.Buffer
	if err := writeArchive(t.Context(), &archive, &afterView{db, remove}, files.New(files.Options{Store: db, Dir: filepath.Join(s.dir, "d", filesName)})); err != nil {
		t.Fatal(err)
	}
	_, c, err := readArchive(&archive, unpack{})
	if err != nil || !slices.Equal(c.Removed, []string{id}) || !slices.Equal(c.Missing, []string{id}) || len(c.Damaged) > 0 || c.loss() != "" {
		t.Errorf("%v: %+v", err, c)
	}
}

// afterView does something when a view has ended.
type afterView struct {
	*sqlite.Store
	then func() error
}

func (a *afterView) View(ctx context.Context, fn func(store.Reader) error) error {
	return errors.Join(a.Store.View(ctx, fn), a.then())
}

// A backup that breaks off is none, and the command says so.
func TestBackupThatBreaksOff(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.do(command{args: "template install opportunity-pipeline --sample-data --data DIR/d"})
	db, err := sqlite.Open(t.Context(), filepath.Join(s.dir, "d", databaseName), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	attachments := files.New(files.Options{Store: db, Dir: filepath.Join(s.dir, "d", filesName)})
	var whole bytes.Buffer
	if err := writeArchive(t.Context(), &whole, db, attachments); err != nil {
		t.Fatal(err)
	}
	for _, cut := range []int{0, 1, 100, whole.Len() / 2, whole.Len() - 1} {
		if _, err := io.Copy(io.Discard, checkWhileRead(bytes.NewReader(whole.Bytes()[:cut]))); err == nil {
			t.Errorf("cut off after %d of %d bytes, and nobody noticed", cut, whole.Len())
		}
	}
	if n, err := io.Copy(io.Discard, checkWhileRead(bytes.NewReader(whole.Bytes()))); err != nil || n != int64(whole.Len()) {
		t.Errorf("the whole: %d of %d bytes, %v", n, whole.Len(), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := writeArchive(ctx, io.Discard, db, attachments); err == nil {
		t.Error("a cancelled backup is done")
	}
}
