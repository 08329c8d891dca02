package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weft/runtime/files/s3test"
	"weft/runtime/store/mongo/mongotest"
)

// Every command on a database of MongoDB; the data folder holds no database.
func TestCommandsOnMongoDB(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.env["WEFT_MONGODB_URI"] = mongotest.URI(t)
	s.env["WEFT_DATA"] = filepath.Join(s.dir, "d")
	s.write("deals.csv", "name,amount\nA,5\nB,7\n")
	s.all([]command{
		{args: "template list", says: []string{"opportunity-pipeline"}},
		{args: "template install opportunity-pipeline --sample-data", says: []string{"sample records"}},
		{args: "template export opportunity-pipeline DIR/t", says: []string{"files)"}},
		{args: "import DIR/deals.csv --entity opportunity", says: []string{"2 created"}},
		{args: `export opportunity --where ["name","=","B"]`, says: []string{",B,"}},
		{args: "user add li.si --name 李~四 --role sales --department 销售部 --password secret-pass-1", says: []string{"added li.si"}},
		{args: "user add li.si", status: 1, errs: []string{"already taken"}},
		{args: "user passwd li.si", stdin: "secret-pass-2\n", says: []string{"is set"}},
		{args: "token add script --user li.si", says: []string{"weft_"}},
		{args: "doctor", says: []string{"majority with journal", "replica set", "all that the definitions want are there", "put, list, get, remove work"}},
		{args: "doctor --json", says: []string{`"check": "clock"`}},
	})
	if _, err := os.Stat(filepath.Join(s.dir, "d", databaseName)); err == nil {
		t.Error("a database file was made")
	}
}

// The files of an embedded database are not taken for those of another one.
func TestTwoDatabasesInOneFolder(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.do(command{args: "template list --data DIR/d"})
	s.do(command{args: "template list --data DIR/d --mongodb-uri " + mongotest.URI(t), status: 1, errs: []string{"holds an embedded database"}})
}

// While a server runs on MongoDB, commands act on the database themselves, and
// the server follows what they publish.
func TestCommandsNextToAServerOnMongoDB(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	uri := mongotest.URI(t)
	s.env["WEFT_MONGODB_URI"] = uri
	s.do(command{args: "template list --data DIR/d"})
	server := startCrashServer(t, filepath.Join(s.dir, "d"), "", "--mongodb-uri", uri)
	t.Cleanup(server.kill)
	s.do(command{args: "template install opportunity-pipeline --sample-data --data DIR/d", says: []string{"installed"}})
	api := &client{base: server.url, token: server.token, http: http.DefaultClient}
	within(t, 10*time.Second, "the server does not know what was installed", func() bool {
		var out queryAnswer
		return api.call(t.Context(), "POST", "/records/opportunity/query", map[string]any{"limit": 1}, &out) == nil && len(out.Items) == 1
	})
	s.do(command{args: "serve --data DIR/d --listen " + strings.TrimPrefix(server.url, "http://"), status: 1, errs: []string{"address already in use"}})
	s.env["WEFT_MONGODB_URI"] = ""
	s.do(command{args: "serve --data DIR/d", status: 1, errs: []string{"in use by another weft process"}})
}

// A server that weft cannot work with is refused with a sentence; one that is
// not there too, but for a server, which waits (TestAServerStartsBeforeItsDatabase).
func TestDatabasesThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.timeout = 3 * time.Second // one of them is not there
	standalone := mongotest.Start(t, mongotest.Options{Standalone: true})
	guarded := mongotest.Start(t, mongotest.Options{Auth: true})
	wrong := strings.Replace(guarded.URI, ":"+mongotest.Password+"@", ":another@", 1)
	old := mongotest.StartProxy(t, guarded.URI, mongotest.ProxyRules{RewriteResponse: sayOld})
	s.all([]command{
		{args: "serve --listen 127.0.0.1:0 --data DIR/d --mongodb-uri " + wrong, status: 1, errs: []string{"does not take the user and password of the URI", "authSource"}},
		{args: "template list --data DIR/d --mongodb-uri " + wrong, status: 1, errs: []string{"does not take the user and password of the URI"}},
		{args: "serve --listen 127.0.0.1:0 --data DIR/d --mongodb-uri " + old.URI, status: 1, errs: []string{"older than MongoDB 5.0"}},
		{args: "template list --data DIR/d --mongodb-uri " + old.URI, status: 1, errs: []string{"older than MongoDB 5.0"}},
		{args: "serve --listen 127.0.0.1:0 --data DIR/d --mongodb-uri " + standalone.URI, status: 1, errs: []string{"standalone", "--replSet rs0", "rs.initiate()"}},
		{args: "template list --data DIR/d --mongodb-uri " + standalone.URI, status: 1, errs: []string{"--replSet rs0"}},
		{args: "serve --listen 127.0.0.1:0 --data DIR/d --mongodb-uri " + withSet(t, standalone.URI), status: 1, errs: []string{"standalone", "--replSet rs0"}},
		{args: "template list --data DIR/d --mongodb-uri mongodb://" + nobody(t) + "/?replicaSet=rs0", status: 1, errs: []string{"the database cannot be reached: "}},
		{args: "template list --data DIR/d --mongodb-uri nonsense://x", status: 1, errs: []string{"the URI cannot be read"}},
		{args: "template list --data DIR/d --files-quota much", status: 2, errs: []string{`"much" is no size`}},
		{args: "template list --data DIR/d --s3-bucket b", status: 2, errs: []string{"S3 endpoint"}},
	})
}

// sayOld makes a server say that it is MongoDB 4.4.
func sayOld(answer []byte) {
	const name = "\x10maxWireVersion\x00"
	if at := bytes.Index(answer, []byte(name)); at >= 0 {
		binary.LittleEndian.PutUint32(answer[at+len(name):], 9)
	}
}

// withSet is a URI that asks for a replica set.
func withSet(t *testing.T, uri string) string {
	t.Helper()
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("replicaSet", "rs0")
	q.Del("directConnection")
	u.RawQuery = q.Encode()
	return u.String()
}

// nobody is an address that nobody listens at.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// No command says a secret, whether it works or fails.
func TestSecretsAreNeverSaid(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.timeout = 3 * time.Second // some of them are not there
	s.write("deals.csv", "name\nA\n")
	guarded := mongotest.Start(t, mongotest.Options{Auth: true, TLS: true})
	bucket := s3test.Open(t)
	const wrong = "wrong-but-secret"
	uris := map[string]string{
		mongotest.Password: guarded.URI,
		wrong:              strings.Replace(guarded.URI, ":"+mongotest.Password+"@", ":"+wrong+"@", 1),
		"absent-secret":    "mongodb://weft:absent-secret@" + nobody(t) + "/?replicaSet=rs0",
		"garbled-secret":   "mongodb://weft:garbled-secret@host:port:port/",
		"slash-secret":     "mongodb://weft:sl/slash-secret@host/",
		"at-secret":        "mongodb://weft:a@at-secret@host/",
		"blank-secret":     "mongodb://weft:a~blank-secret@host/",
		"option-secret":    "mongodb://weft:option-secret?rest@" + nobody(t) + "/?replicaSet=rs0",
		"one-slash-secret": "mongodb:/weft:one-slash-secret@host/",
	}
	s.env["WEFT_S3_ENDPOINT"], s.env["WEFT_S3_BUCKET"] = "http://"+bucket.Endpoint, bucket.Name
	s.env["WEFT_S3_ACCESS_KEY"] = bucket.AccessKey
	s.env["WEFT_S3_PATH_STYLE"] = "true"
	folder := 0
	for secret, uri := range uris {
		folder++
		s.env["WEFT_MONGODB_URI"] = strings.ReplaceAll(uri, "~", " ")
		works := secret == mongotest.Password
		all := []string{
			"template list", "doctor", "doctor --json", "serve --listen nonsense",
			"template list " + uri, "template list --nosuch=" + uri, "template list --mongodb-uri " + uri + " --data /dev/null/x",
			"template list --mongodb-uri= --data " + uri, "migrate --from DIR/x --to DIR/y --files " + strings.Replace(uri, "mongodb", "s3", 1),
		}
		if strings.Contains(uri, "@host") { // nobody is asked
			all = append(all, "migrate --from "+uri+" --to DIR/x", "migrate --from DIR/x --to "+uri+" --json")
		}
		if works {
			all = append(all, "template install opportunity-pipeline", "import DIR/deals.csv --entity opportunity", "export opportunity",
				"user add li", "token add x", "backup DIR/b.tgz", "version")
		}
		for _, args := range all {
			for _, key := range []string{bucket.SecretKey, "another-secret-key"} {
				s.env["WEFT_S3_SECRET_KEY"] = key
				out, errs, status := s.try(command{args: fmt.Sprintf("%s --data DIR/%d", args, folder)})
				for _, hidden := range []string{secret, url.QueryEscape(secret), "another-secret-key", bucket.SecretKey} {
					if strings.Contains(out+errs, hidden) {
						t.Errorf("weft %s (status %d) says %q:\n%s%s", args, status, hidden, out, errs)
					}
				}
				if args == "template list" && works != (status == 0) {
					t.Errorf("weft %s on %s: status %d\n%s", args, secret, status, errs)
				}
				if says := "does not take the user and password"; secret == wrong && (args == "template list" || args == "doctor") && !strings.Contains(out+errs, says) {
					t.Errorf("weft %s with a wrong password (status %d) does not say that the database %s:\n%s%s", args, status, says, out, errs)
				}
				if !strings.Contains(args, "doctor") { // only the doctor asks the bucket
					break
				}
			}
		}
	}
}
