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

	"weft/runtime/access"
	"weft/runtime/files"
	"weft/runtime/store"
	"weft/runtime/store/dump"
	"weft/runtime/store/migrate"
	"weft/runtime/store/mongo/mongotest"
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

// whatever is wrong with a backup is found before anything is in place.
func TestRestoreFindsEveryDamage(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.do(command{args: "template install opportunity-pipeline --sample-data --data DIR/d"})
	s.do(command{args: "backup DIR/b.tgz --data DIR/d"})
	good, err := os.ReadFile(filepath.Join(s.dir, "b.tgz"))
	if err != nil {
		t.Fatal(err)
	}
	members := func(change func([]archived) []archived) []byte {
		return putTogether(t, change(takeApart(t, good)))
	}
	put := func(list []archived, at int, m archived) []archived { return slices.Insert(list, at, m) }
	cases := map[string]struct {
		archive []byte
		says    string
	}{
		"nothing":        {nil, "not a backup"},
		"text":           {[]byte("weft"), "not a backup"},
		"empty":          {putTogether(t, nil), "it is empty"},
		"half of it":     {good[:len(good)/2], "damaged"},
		"all but little": {good[:len(good)-9], "damaged"},
		"newer": {members(func(l []archived) []archived {
			l[0].content = []byte(`{"format":3,"weft":"9.0"}`)
			return l
		}), "newer weft (9.0)"},
		"no manifest": {members(func(l []archived) []archived { return l[1:] }), "no manifest"},
		"another manifest": {members(func(l []archived) []archived {
			l[0].content = []byte(`{"format":2,"weft":"x"}`)
			return l
		}), "manifest.json does not have the content"},
		"no contents": {members(func(l []archived) []archived { return l[:len(l)-1] }), "ends too early"},
		"records missing": {members(func(l []archived) []archived {
			i := find(t, l, "records/opportunity/")
			return slices.Delete(l, i, i+1)
		}), "opportunity/000001.jsonl is missing"},
		"a file missing": {members(func(l []archived) []archived {
			i := find(t, l, "files/")
			return slices.Delete(l, i, i+1)
		}), "is missing"},
		"a file twice": {members(func(l []archived) []archived {
			i := find(t, l, "files/")
			return put(l, i, l[i])
		}), "twice"},
		"more at the end": {members(func(l []archived) []archived { return append(l, archived{"x", tar.TypeReg, nil}) }), "behind its end"},
		"a path that leads out": {members(func(l []archived) []archived {
			return forged(t, put(l, find(t, l, "files/"), archived{"files/../../../evil", tar.TypeReg, []byte("x")}))
		}), "should not hold"},
		"an absolute path": {members(func(l []archived) []archived {
			return forged(t, put(l, find(t, l, "files/"), archived{"/tmp/evil", tar.TypeReg, []byte("x")}))
		}), "should not hold"},
		"a link": {members(func(l []archived) []archived {
			return forged(t, put(l, find(t, l, "files/"), archived{"files/01a2036e-a571-74ba-b93c-bc9516bbf10e", tar.TypeSymlink, nil}))
		}), "is no file"},
		"an unknown collection": {members(func(l []archived) []archived {
			return forged(t, put(l, find(t, l, "records/opportunity"), archived{"records/evil/000001.jsonl", tar.TypeReg, []byte("{}")}))
		}), "should not hold"},
		"a file of nobody": {members(func(l []archived) []archived {
			return forged(t, put(l, find(t, l, "files/"), archived{"files/01a2036e-0000-74ba-b93c-bc9516bbf10e", tar.TypeReg, []byte("x")}))
		}), "no document knows"},
		"another file": {members(func(l []archived) []archived {
			l[find(t, l, "files/")].content[0] ^= 1
			return forged(t, l)
		}), "is not the one"},
		"another record": {members(func(l []archived) []archived {
			m := &l[find(t, l, "records/opportunity")]
			m.content = bytes.Replace(m.content, []byte(`"amount":"1`), []byte(`"amount":"2`), 1)
			return forged(t, l)
		}), "opportunity holds"},
		"records out of order": {members(func(l []archived) []archived {
			m := &l[find(t, l, "records/opportunity")]
			first, rest, _ := bytes.Cut(m.content, []byte("\n"))
			m.content = slices.Concat(rest, first, []byte("\n"))
			return forged(t, l)
		}), "out of order"},
		"a line that is no record": {members(func(l []archived) []archived {
			m := &l[find(t, l, "records/opportunity")]
			m.content = append(m.content, "{}\n"...)
			return forged(t, l)
		}), "no id"},
		"a file that is not there": {members(func(l []archived) []archived {
			i := find(t, l, "files/")
			return forged(t, slices.Delete(l, i, i+1))
		}), "is missing"},
		"a sum less": {members(func(l []archived) []archived {
			return recounted(t, l, func(c *contents) { c.Collections = c.Collections[1:] })
		}), "says nothing of"},
		"a sum of nothing": {members(func(l []archived) []archived {
			return recounted(t, l, func(c *contents) { c.Collections = append(c.Collections, dump.NewSummer().Sum("evil")) })
		}), "evil"},
		"the row of a migration": {members(func(l []archived) []archived {
			return forged(t, withCollection(t, l, migrate.Collection))
		}), "should not hold"},
		"sessions": {members(func(l []archived) []archived {
			return forged(t, withCollection(t, l, access.SessionCollection))
		}), "should not hold"},
		"a collection twice": {members(func(l []archived) []archived {
			return forged(t, withCollection(t, l, "opportunity"))
		}), "twice"},
		"a record less": {members(func(l []archived) []archived {
			m := &l[find(t, l, "records/opportunity")]
			_, m.content, _ = bytes.Cut(m.content, []byte("\n"))
			return forged(t, l)
		}), "opportunity holds"},
	}
	for n := range 8 {
		flipped := bytes.Clone(good)
		flipped[(n+1)*len(good)/9] ^= 1 << n
		cases["bit flip "+string(rune('a'+n))] = struct {
			archive []byte
			says    string
		}{flipped, "backup"}
	}
	for store, uri := range map[string]string{"sqlite": "", "mongodb": mongotest.URI(t)} {
		t.Run(store, func(t *testing.T) {
			for name, c := range cases {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					s := newSession(t)
					s.write("b.tgz", string(c.archive))
					s.do(command{args: "restore DIR/b.tgz --data DIR/r --mongodb-uri=" + uri, status: 1, errs: []string{c.says}})
					if left := inside(t, filepath.Join(s.dir, "r")); len(left) > 0 {
						t.Errorf("left behind: %v", left)
					}
				})
			}
		})
		if uri != "" {
			untouched(t, uri)
		}
	}
}

// untouched sees that nothing was ever made in a database of MongoDB.
func untouched(t *testing.T, uri string) {
	t.Helper()
	names, err := openMongo(t, uri).Collections(t.Context())
	if err != nil || len(names) > 0 {
		t.Errorf("the database holds %v, %v", names, err)
	}
}

// recounted changes the contents of an archive.
func recounted(t *testing.T, list []archived, change func(*contents)) []archived {
	t.Helper()
	last := &list[len(list)-1]
	var c contents
	if err := json.Unmarshal(last.content, &c); err != nil {
		t.Fatal(err)
	}
	change(&c)
	last.content, _ = json.Marshal(c)
	return list
}

// withCollection adds a collection without documents to an archive.
func withCollection(t *testing.T, list []archived, name string) []archived {
	t.Helper()
	m := &list[find(t, list, collectionsName)]
	var defs []store.Collection
	if err := json.Unmarshal(m.content, &defs); err != nil {
		t.Fatal(err)
	}
	m.content, _ = json.Marshal(append(defs, store.Collection{Name: name}))
	return recounted(t, list, func(c *contents) { c.Collections = append(c.Collections, dump.NewSummer().Sum(name)) })
}

// inside lists what a data folder holds beside its lock.
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
func sumsOf(t *testing.T, dir string) []dump.Sum {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, databaseName), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	return storeSums(t, db)
}

func storeSums(t *testing.T, db migrate.Store) []dump.Sum {
	t.Helper()
	defs, err := migrate.Definitions(t.Context(), db, leftBehind())
	if err != nil {
		t.Fatal(err)
	}
	var list []dump.Sum
	for _, c := range defs {
		sum, err := dump.SumOf(t.Context(), db, c.Name)
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
func sameSums(t *testing.T, where string, is, was []dump.Sum) {
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
	if err := errors.Join(os.Remove(paths[0]), os.WriteFile(paths[1], []byte("spoilt"), 0o600)); err != nil {
		t.Fatal(err)
	}
	gone, spoilt := filepath.Base(paths[0]), filepath.Base(paths[1])
	s.all([]command{
		{args: "backup DIR/b.tgz --data DIR/d", status: 1, says: []string{"wrote"},
			errs: []string{"the backup was written", "1 of 22 attachments are damaged (first: " + spoilt, "1 have no file (first: " + gone}},
		{args: "backup - --data DIR/d", status: 1, errs: []string{spoilt, gone}},
		{args: "restore DIR/b.tgz --data DIR/r", says: []string{"restored", "1 of 22 attachments are damaged (first: " + spoilt, "1 have no file (first: " + gone}},
		{args: "restore DIR/b.tgz --data DIR/r2 --json", says: []string{`"damaged": [`, `"missing": [`, gone, spoilt}},
		{args: "doctor --data DIR/r", status: 1, says: []string{"2 of 22 attachments"}},
	})
	out, _ := s.do(command{args: "backup DIR/c.tgz --data DIR/d --json", status: 1})
	var said struct {
		Attachments, Bytes        int64
		Damaged, Missing, Removed []string
	}
	if err := json.Unmarshal([]byte(out), &said); err != nil || said.Attachments != 22 || said.Bytes == 0 ||
		!slices.Equal(said.Damaged, []string{spoilt}) || !slices.Equal(said.Missing, []string{gone}) || len(said.Removed) > 0 {
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
	room := files.New(files.Options{Store: db, Dir: filepath.Join(s.dir, "d", filesName)})
	var whole bytes.Buffer
	if err := writeArchive(t.Context(), &whole, db, room); err != nil {
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
	if err := writeArchive(ctx, io.Discard, db, room); err == nil {
		t.Error("a cancelled backup is done")
	}
}
