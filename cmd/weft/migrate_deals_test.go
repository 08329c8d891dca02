package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"weft/runtime/files/s3test"
	"weft/runtime/store"
	"weft/runtime/store/migrate"
	"weft/runtime/store/mongo/mongotest"
)

const (
	// dealAttachments are attachments of as many deals; one of them is large.
	dealAttachments = 200
	largeAttachment = 12 << 20
	// migrateKills is how often a migration is killed on its way.
	migrateKills = 3
	// pollMigration is how often is asked how far it came.
	pollMigration = 50 * time.Millisecond
)

// D: the real sales history with attachments moves from the embedded store to
// MongoDB and S3 and back, is killed on each way, goes on, and is equal.
func TestMigrateDeals(t *testing.T) {
	sales := filepath.Join("..", "..", "..", "shared", "data", "b2b-sales")
	if _, err := os.Stat(sales); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the sales history is missing: %s has to stand beside the repository", sales)
		}
		t.Skipf("no sales history in %s", sales)
	}
	uri, bucket := mongotest.URI(t), bucketAddress(s3test.Open(t))
	s := newSession(t)
	data := filepath.Join(s.dir, "d")
	began := time.Now()
	s.do(command{args: "template install opportunity-pipeline --data DIR/d"})
	s.do(command{args: "import " + sales + " --mapping b2b-sales --data DIR/d"})
	attachToDeals(t, data)
	was := sumsOf(t, data)
	t.Logf("import of the deals with %d attachments: %v", dealAttachments, time.Since(began).Round(time.Millisecond))

	began = time.Now()
	there := &migrateProcess{t: t, args: []string{"migrate", "--from", data, "--to", uri, "--files", bucket, "--data", filepath.Join(s.dir, "m"), "--json"}}
	db := openMongo(t, uri)
	if err := db.Ensure(t.Context(), []store.Collection{{Name: migrate.Collection, Unwatched: true}}); err != nil {
		t.Fatal(err) // a store knows the collections that it made itself
	}
	documents := int64(0)
	for _, sum := range was {
		documents += sum.Count
	}
	for range migrateKills - 1 {
		target := commits(t, db) + 1 + rand.IntN(1+int(documents/1500)) // at most a third of the way, at 500 a commit
		there.killWhen(func() bool { return commits(t, db) >= target })
	}
	there.killWhen(func() bool { return filled(t, db) })
	there.finish(dealAttachments)
	t.Logf("to MongoDB and S3, killed %d times: %v", migrateKills, time.Since(began).Round(time.Millisecond))
	sameSums(t, "in MongoDB", storeSums(t, db), was)

	began = time.Now()
	back := filepath.Join(s.dir, "back")
	home := &migrateProcess{t: t, args: []string{"migrate", "--from", uri, "--from-files", bucket, "--to", back, "--data", filepath.Join(s.dir, "m"), "--json"}}
	for range migrateKills {
		timer := time.After(300*time.Millisecond + rand.N(500*time.Millisecond))
		home.killWhen(func() bool {
			select {
			case <-timer:
				return true
			default:
				return false
			}
		})
	}
	home.finish(dealAttachments)
	t.Logf("and back, killed %d times: %v", migrateKills, time.Since(began).Round(time.Millisecond))
	sameSums(t, "back", sumsOf(t, back), was)
	s.do(command{args: "doctor --data DIR/back", says: []string{fmt.Sprintf("%d attachments, all there", dealAttachments)}})
}

// attachToDeals attaches a file to each of some deals.
func attachToDeals(t *testing.T, dir string) {
	t.Helper()
	server := startCrashServer(t, dir, "")
	defer server.kill()
	api := server.client()
	var page struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	if err := api.call(t.Context(), "POST", "/records/opportunity/query", map[string]any{"limit": dealAttachments}, &page); err != nil {
		t.Fatal(err)
	}
	random := rand.NewChaCha8([32]byte{5})
	for i, deal := range page.Items {
		size := 1 + int(random.Uint64()%100_000)
		if i == 0 {
			size = largeAttachment
		}
		content := make([]byte, size)
		_, _ = random.Read(content)
		id := uploadFile(t, api, fmt.Sprintf("合同 %d.bin", i), content)
		if err := api.call(t.Context(), "PATCH", "/records/opportunity/"+deal.ID, map[string]any{"technical_proposal": []string{id}}, nil); err != nil {
			t.Fatal(err)
		}
	}
}

func uploadFile(t *testing.T, api *client, name string, content []byte) string {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		t.Fatal(err)
	}
	_ = form.Close()
	res, err := api.send(t.Context(), "POST", "/files", form.FormDataContentType(), &body, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var file struct {
		ID string `json:"id"`
	}
	if err := json.NewDecoder(res.Body).Decode(&file); err != nil || file.ID == "" {
		t.Fatalf("upload: %v", err)
	}
	return file.ID
}

// migrateProcess is the real command, in a process of its own.
type migrateProcess struct {
	t    *testing.T
	args []string
}

func (m *migrateProcess) start(out io.Writer) *exec.Cmd {
	m.t.Helper()
	cmd := exec.Command(os.Args[0], m.args...)
	cmd.Env = append(os.Environ(), serverVariable+"="+testTimeout.String(), s3Timeout+"="+testTimeout.String())
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	return cmd
}

// killWhen runs the command and kills it as soon as now says so; it must not
// have come to its end before.
func (m *migrateProcess) killWhen(now func() bool) {
	m.t.Helper()
	cmd := m.start(io.Discard)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for !now() {
		select {
		case err := <-ended:
			m.t.Fatalf("the migration ended before it was killed: %v", err)
		case <-time.After(pollMigration):
		}
	}
	_ = cmd.Process.Kill()
	if err := <-ended; err == nil {
		m.t.Fatal("the migration ended before it was killed")
	}
}

// finish runs the command to its end and reads its report.
func (m *migrateProcess) finish(attachments int64) {
	m.t.Helper()
	var out bytes.Buffer
	if err := m.start(&out).Wait(); err != nil {
		m.t.Fatalf("%v: %s", err, &out)
	}
	var report migrationReport
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		m.t.Fatal(err)
	}
	if !report.Equal || report.Files.Target.Count != attachments || report.Files.Source != report.Files.Target || len(report.Files.Missing) > 0 {
		m.t.Errorf("report: %s", &out)
	}
}

// commits is how many commits of a migration there are in the store.
func commits(t *testing.T, db migrate.Store) int {
	t.Helper()
	if s := progressOf(t, db); s != nil {
		return int(s.Rev)
	}
	return 0
}

// filled tells whether all documents are there, and files are on their way.
func filled(t *testing.T, db migrate.Store) bool {
	t.Helper()
	s := progressOf(t, db)
	return s != nil && s.Filled
}

// progressOf reads how far the migration of another process is.
func progressOf(t *testing.T, db migrate.Store) *migrate.State {
	t.Helper()
	s, err := migrate.Unfinished(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
