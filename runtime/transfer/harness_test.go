package transfer

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/access"
	"weft/runtime/files"
	"weft/runtime/files/anyfiles"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/runtime/store/lease"
	"weft/runtime/store/storetest/anystore"
	"weft/schemas"
	"weft/templates"
)

// testApp is the shipped CRM on the real store; its only record is the user admin.
type testApp struct {
	t        testing.TB
	store    store.Store
	current  *model.Current
	access   *access.Service
	records  *record.Service
	reads    *read.Service
	transfer *Service
	admin    *access.Actor
	storage  files.Storage
	later    atomic.Int64 // by which the clock of leases is ahead, in nanoseconds
}

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func newTestApp(t testing.TB, extra ...string) *testApp {
	t.Helper()
	ctx := t.Context()
	st := anystore.Open(t)
	o := &testApp{t: t, store: st, current: &model.Current{}, storage: anyfiles.Open(t)}
	m := compileTemplate(t, extra)
	o.current.Swap(m)
	for _, cs := range [][]store.Collection{record.Collections(m), access.Collections(), files.Collections(), lease.Collections(), Collections()} {
		if err := st.Ensure(ctx, cs); err != nil {
			t.Fatal(err)
		}
	}
	o.access = access.New(access.Options{Store: st, Current: o.current, Zone: func() *time.Location { return shanghai }})
	if _, _, err := o.access.EnsureAdmin(ctx, "a long enough password"); err != nil {
		t.Fatal(err)
	}
	o.reads = read.New(read.Options{Store: st, Authority: o.access, Zone: func() *time.Location { return shanghai }})
	o.records = record.New(record.Options{Store: st, Current: o.current, Authority: o.access, Zone: func() *time.Location { return shanghai }})
	o.transfer = o.newTransfer()
	o.admin = o.actor("admin")
	return o
}

func (o *testApp) clock() time.Time { return time.Now().Add(time.Duration(o.later.Load())) }

// newTransfer makes the service of a further node on the same store and files.
func (o *testApp) newTransfer() *Service {
	attachments := files.New(files.Options{Store: o.store, Storage: o.storage})
	o.t.Cleanup(func() { _ = attachments.Close() })
	// The wrapper hides that the embedded store has one process only: leases are rows.
	leases := lease.New(lease.Options{Store: struct{ store.Store }{o.store}, Now: o.clock})
	s := New(Options{Store: o.store, Leases: leases, Files: attachments, Records: o.records, Reads: o.reads, Access: o.access, Current: o.current, Zone: func() *time.Location { return shanghai }})
	o.t.Cleanup(func() { _ = s.Close() })
	return s
}

func (o *testApp) actor(login string) *access.Actor {
	o.t.Helper()
	a, err := o.access.ActorOf(o.t.Context(), login)
	if err != nil {
		o.t.Fatal(err)
	}
	return a
}

// compileTemplate compiles the shipped template with further definitions.
func compileTemplate(t testing.TB, extra []string) *model.Model {
	t.Helper()
	set := &schemas.Set{}
	add := func(name string, data []byte) {
		d, ps := schemas.Decode(data)
		if len(ps) > 0 {
			t.Fatalf("%s: %v", name, problem.Of(problem.Invalid, ps...))
		}
		set.Add(d)
	}
	var err error
	for _, name := range []string{"sales-core", "opportunity-pipeline"} {
		err = errors.Join(err, fs.WalkDir(templates.FS, name, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(file, ".json") {
				return err
			}
			switch path.Base(path.Dir(file)) {
			case "mappings", "sample", "scenarios":
				return nil
			}
			data, err := fs.ReadFile(templates.FS, file)
			if err == nil {
				add(file, data)
			}
			return err
		}))
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range extra {
		add("extra", []byte(doc))
	}
	m, ps := model.Compile(set, 1)
	if len(ps) > 0 {
		t.Fatalf("compile: %v", problem.Of(problem.Invalid, ps...))
	}
	return m
}

// run imports and waits for the end.
func (o *testApp) run(as *access.Actor, j Job) *Progress {
	o.t.Helper()
	id, err := o.transfer.Import(o.t.Context(), as, j)
	if err != nil {
		o.t.Fatalf("import: %v %v", err, asProblem(err))
	}
	return o.wait(as, id)
}

func (o *testApp) wait(as *access.Actor, id string) *Progress {
	o.t.Helper()
	o.transfer.mu.Lock()
	t := o.transfer.running[id]
	o.transfer.mu.Unlock()
	if t != nil {
		<-t.done
	}
	p, err := o.transfer.Wait(o.t.Context(), as, id, time.Minute)
	if err != nil {
		o.t.Fatal(err)
	}
	return p.In("en")
}

func (o *testApp) undo(as *access.Actor, id string) *Progress {
	o.t.Helper()
	if err := o.transfer.Undo(o.t.Context(), record.Call{Actor: as}, id, false); err != nil {
		o.t.Fatal(err)
	}
	return o.wait(as, id)
}

// text is an import of one CSV text.
func text(name, content string) []Input {
	return []Input{{Name: name, Reader: strings.NewReader(content)}}
}

func (o *testApp) count(entity, where string) int64 {
	o.t.Helper()
	q := read.Query{Count: "exact", Limit: 1}
	if where != "" {
		q.Where = json.RawMessage(where)
	}
	p, err := o.reads.Query(o.t.Context(), o.admin, entity, q)
	if err != nil {
		o.t.Fatal(err)
	}
	return *p.Count
}

// one reads the only record that matches.
func (o *testApp) one(entity, where string) map[string]any {
	o.t.Helper()
	p, err := o.reads.Query(o.t.Context(), o.admin, entity, read.Query{Where: json.RawMessage(where)})
	if err != nil {
		o.t.Fatal(err)
	}
	if len(p.Items) != 1 {
		o.t.Fatalf("%s %s: %d records", entity, where, len(p.Items))
	}
	var doc map[string]any
	if err := json.Unmarshal(p.Items[0], &doc); err != nil {
		o.t.Fatal(err)
	}
	return doc
}

func pretty(v any) string {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// csv reads a CSV text.
func (o *testApp) csv(text string) [][]string {
	o.t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\uFEFF"))).ReadAll()
	if err != nil {
		o.t.Fatal(err)
	}
	return rows
}
