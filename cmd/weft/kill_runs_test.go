package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"weft/runtime/job"
	"weft/runtime/store"
	"weft/runtime/store/mongo/mongotest"
	"weft/runtime/store/sqlite"
	"weft/runtime/trigger"
)

const (
	runWriters  = 16
	drainLimit  = 4 * time.Minute // the test server of MongoDB is slow on a busy machine
	drainGlance = 200 * time.Millisecond
	drainLives  = 5
)

// runDefinitions are an entity whose records start a trigger of several steps, each
// of which is seen in the record or in a note.
var runDefinitions = func() []json.RawMessage {
	const title = `{"zh-CN":"题","en":"Title"}`
	field := func(key, typ string) string { return fmt.Sprintf(`%q:{"x-type":%q,"x-title":%s}`, key, typ, title) }
	note := func(key string) string {
		return fmt.Sprintf(`{"key":%q,"type":"create","entity":"note","values":{"ticket":{"field":"id"},"text":%q}}`, key, key)
	}
	docs := []string{
		`{"kind":"entity","key":"ticket","type":"object","x-title":` + title + `,"properties":{` + field("name", "text") + `,` + field("score", "number") + `}}`,
		`{"kind":"entity","key":"note","type":"object","x-title":` + title + `,"properties":{"ticket":{"x-type":"reference","x-entity":"ticket","x-title":` + title + `},` + field("text", "text") + `,` + field("n", "number") + `}}`,
		`{"kind":"trigger","key":"first","title":` + title + `,"entity":"ticket","order":1,"on":{"event":"created"},"steps":[` + note("one") + `,
			{"key":"s","type":"set","values":{"score":{"formula":"(score ?? 0) + 1"}}},` + note("two") + `,{"key":"w","type":"wait","for":"1m"},` + note("three") + `]}`,
		`{"kind":"trigger","key":"second","title":` + title + `,"entity":"ticket","order":2,"on":{"event":"created"},"steps":[` + note("four") + `,
			{"key":"e","type":"each","entity":"note","where":["ticket","=",{"field":"id"}],"steps":[{"key":"c","type":"set","values":{"n":{"formula":"(n ?? 0) + 1"}}}]}]}`,
		`{"kind":"trigger","key":"third","title":` + title + `,"entity":"ticket","on":{"event":"changed","fields":["score"]},"steps":[` + note("five") + `]}`,
	}
	var raw []json.RawMessage
	for _, d := range docs {
		raw = append(raw, json.RawMessage(d))
	}
	return raw
}()

// runsKilled is a server whose runs are killed in the middle.
type runsKilled struct {
	t       *testing.T
	dir     string
	flags   []string
	open    func() store.Store
	writers int
	names   []string // of the tickets that were acknowledged
}

func newRunsKilled(t *testing.T, open func(dir string) store.Store, flags ...string) *runsKilled {
	t.Helper()
	r := &runsKilled{t: t, dir: crashFolder(t, flags...), flags: flags, writers: runWriters}
	r.open = func() store.Store { return open(r.dir) }
	s := startCrashServer(t, r.dir, "", flags...)
	defer s.kill()
	if err := s.client().call(t.Context(), "POST", "/builder/publish", map[string]any{"definitions": runDefinitions}, nil); err != nil {
		t.Fatal(err)
	}
	return r
}

// round lets writers make tickets until the server is killed.
func (r *runsKilled) round(n int) {
	r.t.Helper()
	s := startCrashServer(r.t, r.dir, "", r.flags...)
	ctx, cancel := context.WithCancel(r.t.Context())
	timer := time.AfterFunc(100*time.Millisecond+rand.N(600*time.Millisecond), func() { s.kill(); cancel() })
	defer func() { timer.Stop(); cancel(); s.kill() }()
	transport := &http.Transport{MaxIdleConnsPerHost: r.writers}
	defer transport.CloseIdleConnections()
	api := &client{base: s.url, token: s.token, http: &http.Client{Transport: transport}}
	acked := make([][]string, r.writers)
	var wg sync.WaitGroup
	for w := range acked {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				name := fmt.Sprintf("r%dw%dn%d", n, w, i)
				body, _ := json.Marshal(map[string]any{"name": name})
				res, err := api.send(ctx, "POST", "/records/ticket", "application/json", bytes.NewReader(body), http.Header{"Idempotency-Key": {name}})
				if err == nil {
					res.Body.Close()
					acked[w] = append(acked[w], name)
				}
			}
		})
	}
	wg.Wait()
	for _, list := range acked {
		r.names = append(r.names, list...)
	}
}

// unfinished checks a store between two lives of its server: every run that has not
// ended has a job that carries it out, and no effect is there twice.
func (r *runsKilled) unfinished() (open int) {
	r.t.Helper()
	db := r.open()
	defer db.Close()
	jobs := all(r.t, db, job.Collection)
	for id, run := range all(r.t, db, trigger.RunCollection) {
		if state := trigger.State(fmt.Sprint(run["state"])); state.Ended() {
			continue
		}
		open++
		if jobs[fmt.Sprint(run["job"])] == nil {
			r.t.Errorf("the run %s of %v has no job", id, run["trigger"])
		}
	}
	r.effects(db, false)
	return open
}

// effects checks what the runs have done to each ticket.
func (r *runsKilled) effects(db store.Store, finished bool) {
	r.t.Helper()
	notes := map[string]map[string]int{}
	for _, n := range all(r.t, db, "note") {
		of := fmt.Sprint(n["ticket"])
		if notes[of] == nil {
			notes[of] = map[string]int{}
		}
		notes[of][fmt.Sprint(n["text"])]++
		if n["text"] == "four" && finished && n["n"] != 1.0 {
			r.t.Errorf("a note was counted %v times", n["n"])
		}
	}
	tickets := map[string]bool{}
	for id, doc := range all(r.t, db, "ticket") {
		tickets[fmt.Sprint(doc["name"])] = true
		if score, _ := doc["score"].(float64); score > 1 || finished && score != 1 {
			r.t.Errorf("%v: score %v", doc["name"], score)
		}
		for _, text := range []string{"one", "two", "three", "four", "five"} {
			if n := notes[id][text]; n > 1 || finished && n != 1 {
				r.t.Errorf("%v: %d notes %s", doc["name"], n, text)
			}
		}
	}
	for _, name := range r.names {
		if !tickets[name] {
			r.t.Errorf("the ticket %s was acknowledged and is gone", name)
		}
	}
}

// drain lets servers finish what is left. Steps that wait are made due between two of
// them, since nobody wants to wait that long.
func (r *runsKilled) drain() {
	r.t.Helper()
	for range drainLives {
		r.expire()
		s := startCrashServer(r.t, r.dir, "", r.flags...)
		left := r.settle(s.client())
		s.kill()
		if left == 0 {
			return
		}
	}
	r.t.Error("runs are left")
}

// settle returns when no run can go on now, and how many wait.
func (r *runsKilled) settle(api *client) (left int) {
	r.t.Helper()
	for deadline := time.Now().Add(drainLimit); ; {
		busy := 0
		left = 0
		for _, state := range []trigger.State{trigger.Waiting, trigger.Running} {
			for page, cursor := (trigger.Page{}), "start"; cursor != ""; cursor = page.Cursor {
				page = trigger.Page{}
				query := url.Values{"state": {string(state)}}
				if cursor != "start" {
					query.Set("cursor", cursor)
				}
				if err := api.call(r.t.Context(), "GET", "/runs?"+query.Encode(), nil, &page); err != nil {
					r.t.Fatal(err)
				}
				for _, run := range page.Items {
					left++
					if run.Resume == nil || run.Resume.Before(time.Now()) {
						busy++
					}
				}
			}
		}
		if busy == 0 {
			return left
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("%d runs do not go on", busy)
		}
		<-time.After(drainGlance)
	}
}

// expire makes every wait due: the time of jobs and runs is set back.
func (r *runsKilled) expire() {
	r.t.Helper()
	db := r.open()
	defer db.Close()
	past := time.Now().Add(-time.Minute).UTC().Format("2006-01-02T15:04:05.000Z")
	for _, of := range []struct{ collection, member string }{{job.Collection, "due"}, {trigger.RunCollection, "resume"}} {
		b := &store.Batch{}
		for id, doc := range all(r.t, db, of.collection) {
			if due, _ := doc[of.member].(string); due <= past || doc["kind"] != nil && doc["kind"] != trigger.JobKind {
				continue
			}
			rev, _ := doc["rev"].(float64)
			doc[of.member], doc["rev"] = past, rev+1
			body, err := json.Marshal(doc)
			if err != nil {
				r.t.Fatal(err)
			}
			b.Ops = append(b.Ops, store.Op{Kind: store.Replace, Collection: of.collection, Doc: store.Doc{ID: id, Rev: int64(rev) + 1, Body: body}, OldRev: int64(rev)})
		}
		if err := db.Commit(r.t.Context(), b); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r *runsKilled) check(count int) {
	r.t.Helper()
	open := 0
	for n := range count {
		r.round(n)
		open += r.unfinished()
	}
	r.drain()
	db := r.open()
	defer db.Close()
	r.effects(db, true)
	r.t.Logf("%d rounds, %d tickets acknowledged, %d runs were unfinished when the server was killed", count, len(r.names), open)
	if len(r.names) == 0 || open == 0 {
		r.t.Error("nothing was killed in the middle")
	}
}

// F: kill -9 in the middle of runs leaves, for every event, all effects once or a job
// that completes them.
func TestKillInTheMiddleOfRuns(t *testing.T) {
	newRunsKilled(t, func(dir string) store.Store {
		db, err := sqlite.Open(t.Context(), filepath.Join(dir, databaseName), sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return db
	}).check(rounds(4, 60))
}

// On the MongoDB test server the transaction of a killed server can block others for
// longer than a test may take: these rounds are part of make soak only.
func TestKillInTheMiddleOfRunsOnMongoDB(t *testing.T) {
	count := rounds(0, 20)
	if count == 0 {
		t.Log("part of make soak")
		return
	}
	uri := mongotest.URI(t)
	r := newRunsKilled(t, func(string) store.Store { return openMongo(t, uri) }, "--mongodb-uri", uri)
	r.writers = 2 // a tenth of the work
	r.check(count)
}
