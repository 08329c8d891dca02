package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/runtime/store/sqlite"
)

// The server of the crash tests is this test binary, started again: the real
// program, or one that was damaged on purpose to show that the checker sees it.
const (
	serverVariable   = "WEFT_TEST_SERVER" // how long it waits for MongoDB; 0 for the default
	faultVariable    = "WEFT_TEST_FAULT"
	faultEarlyAnswer = "answer before the commit"
	faultSplitCommit = "history outside the commit"
	faultNoFlush     = "no flush"
	crashPassword    = "crash-test-2026"
	crashWriters     = 64
	crashUnflushed   = 40 * time.Millisecond
	crashStartLimit  = 30 * time.Second
	// testTimeout is for a test server that shares the processors with the tests.
	testTimeout = 30 * time.Second
	s3Timeout   = "WEFT_S3_TIMEOUT"
)

func TestMain(m *testing.M) {
	if os.Getenv(serverVariable) == "" {
		os.Exit(m.Run())
	}
	timeout, err := time.ParseDuration(os.Getenv(serverVariable))
	if err != nil {
		panic(err)
	}
	program := &Main{Args: os.Args[1:], mongodbTimeout: timeout, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv}
	switch os.Getenv(faultVariable) {
	case faultEarlyAnswer:
		program.wrapStore = func(s store.Store) store.Store { return earlyStore{s} }
	case faultSplitCommit:
		program.wrapStore = func(s store.Store) store.Store { return splitStore{s} }
	case faultNoFlush:
		program.synchronous, program.writeConcern = "OFF", "unsafe"
	}
	ctx, stop := signalContext()
	status := program.Main(ctx)
	stop()
	os.Exit(status)
}

// earlyStore answers before it commits deals.
type earlyStore struct{ store.Store }

func (s earlyStore) Commit(ctx context.Context, b *store.Batch) error {
	deal := slices.ContainsFunc(b.Ops, func(op store.Op) bool { return op.Collection == "opportunity" })
	if !deal {
		return s.Store.Commit(ctx, b)
	}
	go func() {
		time.Sleep(crashUnflushed)
		_ = s.Store.Commit(context.WithoutCancel(ctx), b)
	}()
	return nil
}

// splitStore writes history in a commit of its own.
type splitStore struct{ store.Store }

func (s splitStore) Commit(ctx context.Context, b *store.Batch) error {
	first, later := &store.Batch{Expect: b.Expect}, &store.Batch{}
	for _, op := range b.Ops {
		if op.Collection == record.HistoryCollection {
			later.Ops = append(later.Ops, op)
		} else {
			first.Ops = append(first.Ops, op)
		}
	}
	if err := s.Store.Commit(ctx, first); err != nil || len(later.Ops) == 0 {
		return err
	}
	time.Sleep(crashUnflushed)
	return s.Store.Commit(context.WithoutCancel(ctx), later)
}

// crashServer is a server process over a data folder.
type crashServer struct {
	t     *testing.T
	cmd   *exec.Cmd
	url   string
	token string
	log   terminal
}

func startCrashServer(t *testing.T, dir, fault string, flags ...string) *crashServer {
	t.Helper()
	return startServer(t, dir, fault, testTimeout, flags...)
}

func startServer(t *testing.T, dir, fault string, timeout time.Duration, flags ...string) *crashServer {
	t.Helper()
	s := &crashServer{t: t}
	s.cmd = exec.Command(os.Args[0], append([]string{"serve", "--listen", "127.0.0.1:0", "--data", dir}, flags...)...)
	s.cmd.Env = append(os.Environ(), serverVariable+"="+timeout.String(), s3Timeout+"="+testTimeout.String(), faultVariable+"="+fault, "WEFT_ADMIN_PASSWORD="+crashPassword)
	s.cmd.Stdout, s.cmd.Stderr = io.Discard, &s.log
	_ = os.Remove(filepath.Join(dir, runningName))
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(crashStartLimit); ; time.Sleep(5 * time.Millisecond) {
		if r, err := readServerAddress(dir); err == nil && r.PID == s.cmd.Process.Pid {
			s.url, s.token = r.URL, r.Token
			return s
		}
		if time.Now().After(deadline) {
			s.kill()
			t.Fatalf("the server did not start: %s", s.log.String())
		}
	}
}

func (s *crashServer) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// ack is a write that was answered with success.
type ack struct{ id, key, external string }

// writeUntil lets many writers create deals until ctx ends, and returns what was acknowledged.
func (s *crashServer) writeUntil(ctx context.Context, round int) []ack {
	acks := make([][]ack, crashWriters)
	transport := &http.Transport{MaxIdleConnsPerHost: crashWriters}
	defer transport.CloseIdleConnections()
	api := &client{base: s.url, token: s.token, http: &http.Client{Transport: transport}}
	var wg sync.WaitGroup
	for w := range acks {
		wg.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				a, err := api.createDeal(ctx, fmt.Sprintf("r%dw%dn%d", round, w, n))
				if err == nil {
					acks[w] = append(acks[w], a)
				} else if p := (*problemError)(nil); errors.As(err, &p) && p.Status < 500 {
					s.t.Errorf("a write was refused: %v", err)
					return
				}
			}
		})
	}
	wg.Wait()
	var all []ack
	for _, list := range acks {
		all = append(all, list...)
	}
	return all
}

func (c *client) createDeal(ctx context.Context, name string) (ack, error) {
	body, _ := json.Marshal(map[string]any{"name": name, "external_id": name, "amount": "12.50"})
	res, err := c.send(ctx, "POST", "/records/opportunity", "application/json", bytes.NewReader(body),
		http.Header{"Idempotency-Key": {name}})
	if err != nil {
		return ack{}, err
	}
	defer res.Body.Close()
	var made struct {
		ID string `json:"id"`
	}
	if err := json.NewDecoder(res.Body).Decode(&made); err != nil {
		return ack{}, err
	}
	return ack{id: made.ID, key: name, external: name}, nil
}

// crashFolder is a data folder with the opportunity pipeline installed.
func crashFolder(t *testing.T, flags ...string) string {
	t.Helper()
	return folderWith(t, "opportunity-pipeline", flags...)
}

// folderWith is a data folder with a template installed.
func folderWith(t *testing.T, template string, flags ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	var out bytes.Buffer
	program := &Main{
		Args:  append([]string{"template", "install", template, "--data", dir}, flags...),
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, mongodbTimeout: testTimeout,
		Getenv: func(name string) string { return map[string]string{"WEFT_ADMIN_PASSWORD": crashPassword}[name] },
	}
	if status := program.Main(t.Context()); status != 0 {
		t.Fatalf("install: %s", out.String())
	}
	return dir
}

// verifyFile opens the database file of a stopped server and verifies it.
func verifyFile(t *testing.T, database string, acks []ack) (lost, torn []string) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), database, sqlite.Options{})
	if err != nil {
		t.Fatalf("the database does not open: %v", err)
	}
	defer db.Close()
	if err := db.CheckIntegrity(t.Context()); err != nil {
		t.Errorf("integrity: %v", err)
	}
	return verify(t, db, acks)
}

// verify finds what was lost and what is half there or there twice: a record,
// a history row of each of its revisions, their idempotency rows, its stage
// visit and search tokens must be present together or absent together.
func verify(t *testing.T, db store.Store, acks []ack) (lost, torn []string) {
	t.Helper()
	have := all(t, db, "opportunity")
	history := all(t, db, record.HistoryCollection)
	idempotency := all(t, db, record.IdempotencyCollection)
	visits := all(t, db, "stage_visit")
	for _, a := range acks {
		if _, ok := have[a.id]; !ok {
			lost = append(lost, a.key)
		}
	}
	visited := map[string]bool{}
	for _, v := range visits {
		visited[fmt.Sprint(v["record"])] = true
	}
	keyed := map[string]bool{}
	for id := range idempotency {
		_, key, _ := strings.Cut(id, ":")
		keyed[key] = true
	}
	revisions, names := 0, map[string]bool{}
	for id, doc := range have {
		name := fmt.Sprint(doc["name"])
		told := wholeHistory(history, id, doc["rev"])
		if !told || !visited[id] || !keyed[name] || names[name] || !searchFinds(t, db, name, id) {
			torn = append(torn, fmt.Sprintf("%s: whole history %t, visit %t, idempotency row %t, made before %t", name, told, visited[id], keyed[name], names[name]))
		}
		names[name] = true
		revisions += int(doc["rev"].(float64))
	}
	if len(history) != revisions || len(idempotency) != revisions || len(visits) != len(have) {
		torn = append(torn, fmt.Sprintf("%d records of %d revisions, %d history rows, %d idempotency rows, %d stage visits",
			len(have), revisions, len(history), len(idempotency), len(visits)))
	}
	return lost, torn
}

// wholeHistory tells whether there is a history row of each revision.
func wholeHistory(history map[string]map[string]any, id string, rev any) bool {
	last, ok := rev.(float64)
	for n := 1; n <= int(last); n++ {
		_, told := history[fmt.Sprintf("%s:%010d", id, n)]
		ok = ok && told
	}
	return ok
}

func all(t *testing.T, db store.Store, collection string) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	var after *store.Position
	for {
		docs, err := db.Find(t.Context(), collection, store.Find{Limit: 1000, After: after})
		if err != nil {
			t.Fatalf("%s: %v", collection, err)
		}
		for _, d := range docs {
			var body map[string]any
			if err := json.Unmarshal(d.Body, &body); err != nil {
				t.Fatalf("%s/%s: %v", collection, d.ID, err)
			}
			out[d.ID] = body
			after = &store.Position{ID: d.ID}
		}
		if len(docs) < 1000 {
			return out
		}
	}
}

// searchFinds asks the search tokens; to keep the check quick, only for some records.
func searchFinds(t *testing.T, db store.Store, name, id string) bool {
	if rand.IntN(20) > 0 {
		return true
	}
	for _, word := range query.Words(name) {
		path := query.Path{Field: "name", Kind: query.Text}
		docs, err := db.Find(t.Context(), "opportunity", store.Find{Where: query.Cmp{Path: path, Op: query.Match, Value: word}, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, d := range docs {
			found = found || d.ID == id
		}
		if !found {
			return false
		}
	}
	return true
}

// rounds is how often a crash test crashes: few times in `make test`, many in `make soak`.
func rounds(few, many int) int {
	if os.Getenv("WEFT_SOAK") != "" {
		return many
	}
	return few
}

// killRounds kills a server while it is written to, again and again, and verifies at the end of each round.
func killRounds(t *testing.T, fault string, count int) (lost, torn []string, acknowledged int) {
	dir := crashFolder(t)
	var acks []ack
	for round := range count {
		s := startCrashServer(t, dir, fault)
		ctx, cancel := context.WithCancel(t.Context())
		timer := time.AfterFunc(50*time.Millisecond+rand.N(450*time.Millisecond), func() { s.kill(); cancel() })
		acks = append(acks, s.writeUntil(ctx, round)...)
		timer.Stop()
		cancel()
		s.kill()
		if round%20 == 19 || round == count-1 {
			lost, torn = verifyFile(t, filepath.Join(dir, databaseName), acks)
			if len(lost)+len(torn) > 0 {
				break
			}
		}
	}
	return lost, torn, len(acks)
}

// D: kill -9 loses no acknowledged write and leaves no half-written set.
func TestKillLosesNothing(t *testing.T) {
	count := rounds(5, 100)
	lost, torn, n := killRounds(t, "", count)
	t.Logf("%d rounds, %d acknowledged writes, %d lost, %d torn", count, n, len(lost), len(torn))
	if n == 0 || len(lost) > 0 || len(torn) > 0 {
		t.Errorf("acknowledged %d; lost %v; torn %v", n, head(lost), head(torn))
	}
}

// The checker must see a server that answers too early, and one that keeps its history apart.
func TestKillCheckerSeesFaultyServers(t *testing.T) {
	t.Run(faultEarlyAnswer, func(t *testing.T) {
		if lost, _, n := killRounds(t, faultEarlyAnswer, 3); len(lost) == 0 {
			t.Errorf("%d writes were acknowledged before their commit, and none was missed", n)
		}
	})
	t.Run(faultSplitCommit, func(t *testing.T) {
		if _, torn, n := killRounds(t, faultSplitCommit, 3); len(torn) == 0 {
			t.Errorf("%d writes kept their history apart, and no torn set was seen", n)
		}
	})
}

func head(list []string) []string { return list[:min(len(list), 5)] }

func newHTTPClient() *http.Client { return &http.Client{Timeout: 30 * time.Second} }
