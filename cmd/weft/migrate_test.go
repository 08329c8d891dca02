package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weft/runtime/files"
	"weft/runtime/files/s3test"
	"weft/runtime/store/migrate"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"
	"weft/runtime/store/sqlite"
)

// bucketAddress is a bucket as migrate wants it.
func bucketAddress(b s3test.Bucket) string {
	u := url.URL{Scheme: "s3", User: url.UserPassword(b.AccessKey, b.SecretKey), Host: b.Endpoint, Path: "/" + b.Name + "/weft"}
	q := url.Values{"tls": {fmt.Sprint(b.Secure)}, "path_style": {"true"}}
	if b.Region != "" {
		q.Set("region", b.Region)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// openMongo opens a database of the tests, for a look at it.
func openMongo(t *testing.T, uri string) *mongo.Store {
	t.Helper()
	db, err := mongo.Open(t.Context(), uri, mongo.Options{WaitUntilReachable: true, UnresponsiveTimeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// There and back again: from the embedded store to MongoDB and S3, and from
// there to another folder, everything is what it was.
func TestMigrateThereAndBack(t *testing.T) {
	t.Parallel()
	uri, bucket := mongotest.URI(t), s3test.Open(t)
	s := newSession(t)
	s.env["WEFT_MONGODB_URI"] = uri
	s.env["BUCKET"] = bucketAddress(bucket)
	on := func(data string) string { return " --data DIR/" + data + " --mongodb-uri= " }
	s.all([]command{
		{args: "template install opportunity-pipeline --sample-data" + on("d")},
		{args: "user add li.si --name 李四 --role sales --password secret-pass-1" + on("d")},
		{args: "token add mine" + on("d")},
		{args: "migrate --from DIR/d --to mongodb --files " + s.env["BUCKET"] + " --data DIR/m", says: []string{"opportunity", "equal"}},
		{args: "migrate --from DIR/d --to mongodb --data DIR/m", status: 1, errs: []string{"is not empty"}},
		{args: "migrate --from mongodb --to mongodb --data DIR/m", status: 2, errs: []string{"are the same"}},
		{args: "migrate --from mongodb --from-files " + s.env["BUCKET"] + " --to DIR/back --data DIR/m --json", says: []string{`"equal": true`}},
		{args: "migrate --from DIR/d --to DIR/back", status: 1, errs: []string{"is not empty"}},
	})
	was := sumsOf(t, filepath.Join(s.dir, "d"))
	sameSums(t, "back", sumsOf(t, filepath.Join(s.dir, "back")), was)
	sameSums(t, "in MongoDB", storeSums(t, openMongo(t, uri)), was)
	s.do(command{args: "doctor" + on("back"), says: []string{"22 attachments, all there"}})
	before, _ := s.do(command{args: "export opportunity" + on("d")})
	between, _ := s.do(command{args: "export opportunity --data DIR/m"})
	after, _ := s.do(command{args: "export opportunity" + on("back")})
	if before != between || between != after || strings.Count(after, "\n") < 10 {
		t.Errorf("the exports differ:\n%s\n%s\n%s", before, between, after)
	}
}

func TestMigrateRefusals(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.do(command{args: "template install opportunity-pipeline --data DIR/d"})
	s.all([]command{
		{args: "migrate --from DIR/d", status: 2},
		{args: "migrate --from DIR/d --to DIR/d/../d", status: 2, errs: []string{"are the same"}},
		{args: "migrate --from DIR/none --to DIR/x", status: 1, errs: []string{"there is no database in"}},
		{args: "migrate --from DIR/d --to DIR/x --files ftp://x", status: 2, errs: []string{"folder or in a bucket"}},
		{args: "migrate --from DIR/d --to DIR/x --files s3://host/bucket", status: 2, errs: []string{"access key"}},
		{args: "migrate --from DIR/d --to DIR/x --files s3", status: 2, errs: []string{"none is given"}},
		{args: "migrate --from DIR/d --to mongodb", status: 2, errs: []string{"none is given"}},
		{args: "migrate --from DIR/d --to redis://x", status: 2, errs: []string{"data folder or in MongoDB"}},
		{args: "migrate --from DIR/d --to mongodb://u:hidden-word@127.0.0.1:1/x?serverSelectionTimeoutMS=nonsense", status: 1, errs: []string{"URI"}},
		{args: "migrate --from mongodb:/u:pw@h --to DIR/x", status: 2, errs: []string{"--from", "mongodb://"}},
		{args: "migrate --from DIR/d --to mongodb+srv:u:pw@h", status: 2, errs: []string{"--to", "mongodb://"}},
		{args: "migrate --from DIR/d --to DIR/x --files s3:/KEY:pw@h/b", status: 2, errs: []string{"s3://"}},
		{args: "migrate --from DIR/d --from-files s3:KEY:pw@h/b --to DIR/x", status: 2, errs: []string{"s3://"}},
		{args: "migrate --from mongodb://u:pw?rest@127.0.0.1:1/a --to mongodb://u:pw?rest@127.0.0.1:1/a", status: 2, errs: []string{"are the same"}},
		{args: "template list --data mongodb://u:pw@h/b", status: 2, errs: []string{"--mongodb-uri"}},
		{args: "migrate --from DIR/d --to DIR/x --server http://127.0.0.1:1", status: 2, errs: []string{"does not take --server"}},
	})
	for _, c := range []command{
		{args: "migrate --from DIR/d --to DIR/d2"},
		{args: "migrate --from DIR/d --to DIR/d2", status: 1, errs: []string{"is not empty"}},
	} { // where the same command would fail again, it is not said to go on
		if _, errs := s.do(c); strings.Contains(errs, "goes on") {
			t.Errorf("weft %s: %s", c.args, errs)
		}
	}
	server := startCrashServer(t, filepath.Join(s.dir, "d"), "")
	s.do(command{args: "migrate --from DIR/d --to DIR/y", status: 1, errs: []string{"in use by another weft process"}})
	server.kill()
	s.do(command{args: "migrate --from DIR/d --to DIR/y", says: []string{"equal"}})
}

// A copy that is not finished is nobody's to work with, until it is.
func TestAnUnfinishedCopyIsNotServed(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.do(command{args: "template install opportunity-pipeline --sample-data --data DIR/d"})
	begin(t, filepath.Join(s.dir, "x"), filepath.Join(s.dir, "d"))
	begin(t, filepath.Join(s.dir, "y"), "elsewhere")
	s.all([]command{
		{args: "serve --data DIR/x --listen 127.0.0.1:0", status: 1, errs: []string{"unfinished copy"}},
		{args: "template list --data DIR/x", status: 1, errs: []string{"unfinished copy"}},
		{args: "migrate --from DIR/x --to DIR/z", status: 1, errs: []string{"unfinished copy"}},
		{args: "migrate --from DIR/d --to DIR/y", status: 1, errs: []string{"unfinished migration from elsewhere; finish that one, or give an empty target; nothing was changed in " + filepath.Join(s.dir, "d") + "\n"}},
		{args: "migrate --from DIR/d --to DIR/x", says: []string{"equal"}},
		{args: "doctor --data DIR/x", says: []string{"22 attachments, all there"}},
	})
}

// With MongoDB the data folder holds the attachments, and never an embedded
// database: a server would refuse it.
func TestMigrateToMongoDBNeedsAFolder(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	uri := mongotest.URI(t)
	s.do(command{args: "template install opportunity-pipeline --data DIR/d"})
	s.do(command{args: "template list --data DIR/other"})
	for _, args := range []string{" --data DIR/d", " --data DIR/other", " --data DIR/d --files DIR/f"} {
		s.do(command{args: "migrate --from DIR/d --to " + uri + args, status: 2, errs: []string{"give --data a folder of its own"}})
	}
	server := startCrashServer(t, filepath.Join(s.dir, "m"), "", "--mongodb-uri", mongotest.URI(t))
	s.do(command{args: "migrate --from DIR/d --to " + uri + " --data DIR/m", status: 1, errs: []string{"in use by another weft process"}})
	s.env["WEFT_MONGODB_URI"] = uri
	s.do(command{args: "restore DIR/none.tgz --data DIR/m", status: 1, errs: []string{"there is no backup"}})
	s.write("b.tgz", "")
	s.do(command{args: "restore DIR/b.tgz --data DIR/m", status: 1, errs: []string{"in use by another weft process"}})
	server.kill()
	if names, err := openMongo(t, uri).Collections(t.Context()); err != nil || len(names) > 0 {
		t.Errorf("the database holds %v, %v", names, err)
	}
	db := openMongo(t, uri)
	if _, err := migrate.Begin(t.Context(), db, "elsewhere", nil); err != nil {
		t.Fatal(err)
	}
	address, err := mongo.Address(uri)
	if err != nil {
		t.Fatal(err)
	}
	s.do(command{args: "template list --data DIR/m", status: 1, errs: []string{address, "unfinished copy of elsewhere"}})
}

// begin makes dir the target of a migration that goes no further.
func begin(t *testing.T, dir, from string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, databaseName), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := migrate.Begin(t.Context(), db, from, nil); err != nil {
		t.Fatal(err)
	}
}

// The folder of another database takes no files: its sweep would remove them.
func TestMigrateIntoForeignFiles(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.do(command{args: "template install opportunity-pipeline --sample-data --data DIR/d"})
	s.do(command{args: "template install opportunity-pipeline --sample-data --data DIR/other"})
	db, err := sqlite.Open(t.Context(), filepath.Join(s.dir, "other", databaseName), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	attachments := files.New(files.Options{Store: db, Dir: filepath.Join(s.dir, "other", filesName)})
	if _, err := attachments.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	s.do(command{args: "migrate --from DIR/d --to DIR/x --files DIR/other/files", status: 1, errs: []string{"those of another database"}})
}

// A data folder stands for the files in it, where a server looks for them.
func TestMigrateFilesOfAnotherFolder(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.all([]command{
		{args: "template install opportunity-pipeline --sample-data --data DIR/d"},
		{args: "migrate --from DIR/d --to DIR/x --files DIR/f"},
		{args: "migrate --from DIR/x --from-files DIR/f --to DIR/y"},
		{args: "doctor --data DIR/y", says: []string{"22 attachments, all there"}},
		{args: "migrate --from DIR/x --from-files DIR/f/files --to DIR/z"},
		{args: "doctor --data DIR/z", says: []string{"22 attachments, all there"}},
	})
}

// An attachment that is damaged at the source stops the migration; one that is
// gone does not, and is told of. Where all are gone it looks in the wrong place.
func TestMigrateWithLostFiles(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.do(command{args: "template install opportunity-pipeline --sample-data --data DIR/d"})
	paths, _ := filepath.Glob(filepath.Join(s.dir, "d", filesName, "??", "*-*"))
	content, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	content[0] ^= 1
	if err := os.WriteFile(paths[0], content, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errs := s.do(command{args: "migrate --from DIR/d --to DIR/x", status: 1, errs: []string{"is damaged"}}); strings.Contains(errs, "goes on") {
		t.Errorf("it says %s", errs)
	}
	_, errs := s.do(command{args: "migrate --from DIR/d --to DIR/here --files DIR/d", status: 1, errs: []string{"1 attachments", filepath.Base(paths[0])}})
	if strings.Contains(errs, "is being changed") {
		t.Errorf("it says %s", errs)
	}
	if err := os.Remove(paths[0]); err != nil {
		t.Fatal(err)
	}
	s.do(command{args: "migrate --from DIR/d --to DIR/x", says: []string{"1 attachments had no file", "both sides are equal"}})
	for _, path := range paths[1:] {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	s.do(command{args: "migrate --from DIR/d --to DIR/y", status: 1, errs: []string{"not one of", "--from-files"}})
}

// A backup of one store is restored on the other.
func TestBackupsFitBothStores(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	s := newSession(t)
	s.do(command{args: "template install opportunity-pipeline --sample-data --data DIR/d"})
	s.do(command{args: "backup DIR/b.tgz --data DIR/d"})
	s.env["WEFT_MONGODB_URI"] = uri
	good, err := os.ReadFile(filepath.Join(s.dir, "b.tgz"))
	if err != nil {
		t.Fatal(err)
	}
	bad := takeApart(t, good)
	bad[find(t, bad, "files/")].content[0] ^= 1
	s.write("bad.tgz", string(putTogether(t, bad)))
	s.write("old.tgz", string(fileArchive(t, filepath.Join(s.dir, "d"))))
	s.do(command{args: "restore DIR/bad.tgz --data DIR/m", status: 1, errs: []string{"does not have the content"}})
	s.all([]command{
		{args: "restore DIR/b.tgz --data DIR/d", status: 1, errs: []string{"holds an embedded database"}},
		{args: "restore DIR/b.tgz --data DIR/m", says: []string{"restored"}},
		{args: "restore DIR/b.tgz --data DIR/m2", status: 1, errs: []string{"is not empty"}},
		{args: "backup DIR/c.tgz --data DIR/m", says: []string{"wrote"}},
		{args: "restore DIR/c.tgz --data DIR/r --mongodb-uri=", says: []string{"restored"}},
		{args: "doctor --data DIR/m", says: []string{"22 attachments, all there"}},
	})
	was := sumsOf(t, filepath.Join(s.dir, "d"))
	sameSums(t, "back", sumsOf(t, filepath.Join(s.dir, "r")), was)
	s.env["WEFT_MONGODB_URI"] = mongotest.URI(t)
	s.do(command{args: "restore DIR/old.tgz --data DIR/o", says: []string{"restored"}})
	sameSums(t, "of format 1", storeSums(t, openMongo(t, s.env["WEFT_MONGODB_URI"])), was)
}
