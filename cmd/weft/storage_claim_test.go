package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"weft/runtime/files"
	"weft/runtime/files/s3test"
	"weft/runtime/store/mongo/mongotest"
)

// production is a data folder d whose attachments lie in a bucket, with a backup
// b.tgz of a time since when two files got a record.
func (s *session) production(t *testing.T, bucket s3test.Bucket) (h *looked, later []files.File) {
	t.Helper()
	s.env["WEFT_S3_ENDPOINT"], s.env["WEFT_S3_BUCKET"], s.env["WEFT_S3_PATH_STYLE"] = "http://"+bucket.Endpoint, bucket.Name, "true"
	s.env["WEFT_S3_ACCESS_KEY"], s.env["WEFT_S3_SECRET_KEY"] = bucket.AccessKey, bucket.SecretKey
	s.do(command{args: "template install opportunity-pipeline --sample-data --data DIR/d"})
	h = lookInto(t, filepath.Join(s.dir, "d"), s.bucket(t))
	loose, err := h.Put(t.Context(), "u", "loose.txt", "", strings.NewReader("loose"), 100)
	if err != nil {
		t.Fatal(err)
	}
	h.sweep(t, 0, nil)
	h.leave(t)
	s.do(command{args: "backup DIR/b.tgz --data DIR/d"})
	h = lookInto(t, filepath.Join(s.dir, "d"), s.bucket(t))
	h.link(t, *loose)
	return h, []files.File{*loose, h.linked(t, "later")}
}

func (s *session) bucket(t *testing.T) files.Storage {
	t.Helper()
	b, err := files.NewBucket(files.S3Options{Endpoint: s.env["WEFT_S3_ENDPOINT"], Bucket: s.env["WEFT_S3_BUCKET"], PathStyle: true,
		AccessKey: s.env["WEFT_S3_ACCESS_KEY"], SecretKey: s.env["WEFT_S3_SECRET_KEY"], Timeout: testTimeout})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A restore drill with production's settings does not get at its attachments.
func TestRestoreOntoTheBucketOfAnotherDatabase(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	bucket := s3test.Open(t)
	production, later := s.production(t, bucket)
	name, _ := production.names(t)
	before := objects(t, bucket)
	s.do(command{args: "restore DIR/b.tgz --data DIR/r", status: 1, errs: []string{"those of another database", "--take-storage"}})
	if left := inside(t, filepath.Join(s.dir, "r")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if after := objects(t, bucket); !slices.Equal(after, before) {
		t.Errorf("the bucket holds %v, held %v", after, before)
	}
	if _, owner := production.names(t); owner != name {
		t.Errorf("the bucket belongs to %q", owner)
	}
	s.do(command{args: "restore DIR/b.tgz --data DIR/r --take-storage", says: []string{"restored", "belong to the new database now"}})
	restored := lookInto(t, filepath.Join(s.dir, "r"), s.bucket(t))
	restored.owns(t, name)
	// A day later; nothing is gone, whoever sweeps.
	restored.sweep(t, files.UnlinkedRetention+time.Minute, nil)
	restored.has(t, later...)
	production.sweep(t, files.UnlinkedRetention+time.Minute, files.ErrOtherOwner)
	production.leave(t)
	restored.leave(t)
	s.do(command{args: "doctor --data DIR/d", status: 1, says: []string{"attachments of another database"}})
	s.do(command{args: "doctor --data DIR/r", says: []string{"22 attachments, all there"}})
}

// A database in MongoDB is asked in the same way, before a document is written.
func TestRestoreIntoMongoDBOntoForeignFiles(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	production, _ := s.production(t, s3test.Open(t))
	name, _ := production.names(t)
	uri := mongotest.URI(t)
	s.env["WEFT_MONGODB_URI"] = uri
	s.do(command{args: "restore DIR/b.tgz --data DIR/m", status: 1, errs: []string{"those of another database", "--take-storage"}})
	if sums := storeSums(t, openMongo(t, uri)); len(sums) > 0 {
		t.Errorf("written: %v", sums)
	}
	s.do(command{args: "restore DIR/b.tgz --data DIR/m --take-storage --json", says: []string{`"took": "` + s.env["WEFT_S3_ENDPOINT"]}})
	look(t, openMongo(t, uri), "", s.bucket(t)).owns(t, name)
}

// In a folder of its own a restored database needs no word, and has its own name
// too: from a backup of now, of one that holds the name, and of the first format.
func TestRestoredDatabasesHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.do(command{args: "template install opportunity-pipeline --sample-data --data DIR/d"})
	d := lookInto(t, filepath.Join(s.dir, "d"), nil)
	d.sweep(t, 0, nil)
	name, _ := d.names(t)
	d.leave(t)
	s.do(command{args: "backup DIR/b.tgz --data DIR/d"})
	d = lookInto(t, filepath.Join(s.dir, "d"), nil)
	archive, err := os.ReadFile(filepath.Join(s.dir, "b.tgz"))
	if err != nil {
		t.Fatal(err)
	}
	if parts := takeApart(t, archive); slices.ContainsFunc(parts, func(m archived) bool { return strings.Contains(string(m.content), name) }) {
		t.Error("the backup holds the name")
	}
	s.write("named.tgz", string(withName(t, archive, d)))
	d.leave(t)
	s.write("file.tgz", string(fileArchive(t, filepath.Join(s.dir, "d"))))
	for i, backup := range []string{"b.tgz", "named.tgz", "file.tgz"} {
		into := "r" + string(rune('0'+i))
		s.do(command{args: "restore DIR/" + backup + " --data DIR/" + into, says: []string{"restored"}})
		r := lookInto(t, filepath.Join(s.dir, into), nil)
		r.owns(t, name)
		r.leave(t)
		sameSums(t, backup, sumsOf(t, filepath.Join(s.dir, into)), sumsOf(t, filepath.Join(s.dir, "d")))
		s.do(command{args: "doctor --data DIR/" + into, says: []string{"22 attachments, all there"}})
	}
}

// Where a migration leaves the attachments in their place, that is whose they
// are: the new database's. The old one, started again, takes nothing away.
func TestMigrateWithFilesInPlace(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	bucket := s3test.Open(t)
	old, later := s.production(t, bucket)
	name, _ := old.names(t)
	old.leave(t)
	s.env["PLAIN"] = "s3://" + bucket.AccessKey + ":" + bucket.SecretKey + "@" + bucket.Endpoint + "/" + bucket.Name + "?tls=false&path_style=true"
	s.do(command{args: "migrate --from DIR/d --from-files s3 --to DIR/x --files " + s.env["PLAIN"], says: []string{"both sides are equal", "belong to the new database now"}})
	moved := lookInto(t, filepath.Join(s.dir, "x"), s.bucket(t))
	moved.owns(t, name)
	fresh := moved.linked(t, "of the new one")
	old = lookInto(t, filepath.Join(s.dir, "d"), s.bucket(t))
	old.sweep(t, files.UnlinkedRetention+time.Minute, files.ErrOtherOwner)
	old.sweep(t, files.UnlinkedRetention+time.Minute, files.ErrOtherOwner)
	moved.sweep(t, files.UnlinkedRetention+time.Minute, nil)
	moved.has(t, append(later, fresh)...)
	old.leave(t)
	moved.leave(t)
	// A second one from there would take them from the first.
	s.all([]command{
		{args: "migrate --from DIR/d --from-files s3 --to DIR/y --files s3", status: 1, errs: []string{"those of another database", "--take-storage"}},
		{args: "migrate --from DIR/d --from-files s3 --to DIR/y --files s3 --take-storage --json", says: []string{`"took": "` + s.env["WEFT_S3_ENDPOINT"]}},
	})
	lookInto(t, filepath.Join(s.dir, "y"), s.bucket(t)).owns(t, name)
}

// A migration gives the target a name of its own, whether the source had one.
func TestMigratedDatabasesHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.all([]command{
		{args: "template install opportunity-pipeline --sample-data --data DIR/d"},
		{args: "migrate --from DIR/d --to DIR/x", says: []string{"both sides are equal"}},
	})
	x := lookInto(t, filepath.Join(s.dir, "x"), nil)
	x.owns(t, "")
	name, _ := x.names(t)
	x.leave(t)
	out, _ := s.do(command{args: "migrate --from DIR/x --to DIR/y", says: []string{"both sides are equal"}})
	if strings.Contains(out, "weft_storage") || strings.Contains(out, "belong") {
		t.Errorf("the table:\n%s", out)
	}
	lookInto(t, filepath.Join(s.dir, "y"), nil).owns(t, name)
	// One that nobody has swept yet is the new database's too, when it stays in place.
	s.do(command{args: "migrate --from DIR/d --to DIR/z --files DIR/d", says: []string{"belong to the new database now"}})
	z := lookInto(t, filepath.Join(s.dir, "z"), files.NewFolder(filepath.Join(s.dir, "d", filesName)))
	z.owns(t, "")
	lookInto(t, filepath.Join(s.dir, "d"), nil).sweep(t, 0, files.ErrOtherOwner)
}
