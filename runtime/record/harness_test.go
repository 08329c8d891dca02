package record_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weft/runtime/access"
	"weft/runtime/files"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/runtime/store/storetest/anystore"
	"weft/schemas"
)

// office is a small company on the real store: ann and bob sell, fay does
// the finances, admin may everything.
type office struct {
	t       *testing.T
	store   store.Store
	records *record.Service
	reads   *read.Service
	files   *files.Service
	access  *access.Service
	actors  map[string]*access.Actor
}

type part func(*record.Options)

func withHook(h record.Hook) part { return func(o *record.Options) { o.Hooks = append(o.Hooks, h) } }
func withEffect(e record.Effect) part {
	return func(o *record.Options) { o.Effects = append(o.Effects, e) }
}
func withStore(wrap func(store.Store) store.Store) part {
	return func(o *record.Options) { o.Store = wrap(o.Store) }
}

func compile(t testing.TB) *model.Model {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "definitions.json"))
	if err != nil {
		t.Fatal(err)
	}
	var raws []json.RawMessage
	if err := json.Unmarshal(data, &raws); err != nil {
		t.Fatal(err)
	}
	set := &schemas.Set{}
	for _, raw := range raws {
		d, ps := schemas.Decode(raw)
		if len(ps) > 0 {
			t.Fatalf("definition: %v", problem.Of(problem.Invalid, ps...))
		}
		set.Add(d)
	}
	m, ps := model.Compile(set, 7)
	if len(ps) > 0 {
		t.Fatalf("compile: %v", problem.Of(problem.Invalid, ps...))
	}
	return m
}

func newOffice(t *testing.T, parts ...part) *office {
	t.Helper()
	ctx := t.Context()
	st := anystore.Open(t)
	m := compile(t)
	current := &model.Current{}
	current.Swap(m)
	for _, cs := range [][]store.Collection{record.Collections(m), access.Collections(), files.Collections(), {{Name: "weft_job_probe"}}} {
		if err := st.Ensure(ctx, cs); err != nil {
			t.Fatal(err)
		}
	}
	o := &office{t: t, store: st, actors: map[string]*access.Actor{}}
	o.access = access.New(access.Options{Store: st, Current: current})
	options := record.Options{Store: st, Current: current, Authority: o.access}
	for _, p := range parts {
		p(&options)
	}
	o.files = files.New(files.Options{Store: st, Dir: t.TempDir(), Now: options.Now})
	options.Files = o.files
	o.records = record.New(options)
	o.reads = read.New(read.Options{Store: options.Store, Authority: o.access, Now: options.Now, Zone: options.Zone, Calendar: options.Calendar})
	o.people()
	return o
}

func (o *office) people() {
	o.t.Helper()
	o.actors["admin"] = &access.Actor{Login: "admin", Admin: true}
	for login, role := range map[string]string{"ann": "sales", "bob": "sales", "fay": "finance"} {
		user := o.must(o.as("admin").create("user", `{"login":"`+login+`","name":"`+strings.ToUpper(login)+`"}`))
		o.must(o.as("admin").create("role_assignment", `{"user":"`+user.ID+`","role":"`+role+`"}`))
		a, err := o.access.ActorOf(o.t.Context(), login)
		if err != nil {
			o.t.Fatal(err)
		}
		o.actors[login] = a
	}
}

// person is somebody at a method.
type person struct {
	o    *office
	call record.Call
}

func (o *office) as(login string) person {
	return person{o, record.Call{Actor: o.actors[login], Source: "api", Lang: "en"}}
}

func (p person) key(key string) person    { p.call.Key, p.call.Digest = key, "d"; return p }
func (p person) ifMatch(rev int64) person { p.call.IfMatch = rev; return p }
func (p person) id() string               { return p.call.Actor.UserID }
func (p person) ctx() context.Context     { return p.o.t.Context() }
func (p person) records() *record.Service { return p.o.records }
func (p person) reads() *read.Service     { return p.o.reads }

func values(t testing.TB, text string) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v map[string]any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func (p person) create(entity, text string) (*record.Result, error) {
	return p.records().Create(p.ctx(), p.call, entity, values(p.o.t, text))
}

func (p person) patch(entity, id, text string) (*record.Result, error) {
	return p.records().Update(p.ctx(), p.call, entity, id, values(p.o.t, text))
}

func (p person) remove(entity, id string) (*record.Result, error) {
	return p.records().Delete(p.ctx(), p.call, entity, id)
}

func (p person) restore(entity, id string) (*record.Result, error) {
	return p.records().Restore(p.ctx(), p.call, entity, id)
}

func (p person) move(entity, id, to, text, comment string) (*record.Result, error) {
	return p.records().Transition(p.ctx(), p.call, entity, id, to, values(p.o.t, text), comment)
}

func (p person) upload(text string) string {
	p.o.t.Helper()
	f, err := p.o.files.Put(p.ctx(), p.id(), "proof.txt", "text/plain", strings.NewReader(text), 1<<20)
	if err != nil {
		p.o.t.Fatal(err)
	}
	return f.ID
}

func (o *office) must(r *record.Result, err error) *record.Result {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

// refused checks the code of a refusal and the fields it names, "path code".
func (o *office) refused(err error, code problem.Code, fields ...string) *problem.Error {
	o.t.Helper()
	p := problem.As(err)
	if p == nil || p.Code != code {
		o.t.Fatalf("want %s, got %v", code, err)
	}
	var have []string
	for _, f := range p.Fields {
		have = append(have, f.Path+" "+f.Code)
		if strings.Contains(f.Message("en"), "{") || f.Message("en") == f.Code {
			o.t.Errorf("message of %s: %q", f.Code, f.Message("en"))
		}
	}
	if len(fields) > 0 && strings.Join(have, ", ") != strings.Join(fields, ", ") {
		o.t.Fatalf("%s names %v, want %v", code, have, fields)
	}
	return p
}

// doc reads a record as stored; nil when it is not there.
func (o *office) doc(entity, id string) map[string]any {
	o.t.Helper()
	d, err := o.store.Get(context.WithoutCancel(o.t.Context()), entity, id)
	if err != nil {
		return nil
	}
	var v map[string]any
	if err := json.Unmarshal(d.Body, &v); err != nil {
		o.t.Fatal(err)
	}
	return v
}

// wire decodes the record of an answer.
func wire(t testing.TB, r *record.Result) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(r.Record, &v); err != nil {
		t.Fatalf("%s: %v", r.Record, err)
	}
	return v
}

func is(field, value string) query.Expr {
	return query.Cmp{Path: query.Path{Field: field, Kind: query.Key}, Op: query.Eq, Value: value}
}

// rows reads all documents of a collection with field = value, in id order.
func (o *office) rows(collection, field, value string) []map[string]any {
	o.t.Helper()
	docs, err := o.store.Find(o.t.Context(), collection, store.Find{Where: is(field, value), Limit: 1000})
	if err != nil {
		o.t.Fatal(err)
	}
	var list []map[string]any
	for _, d := range docs {
		var v map[string]any
		if err := json.Unmarshal(d.Body, &v); err != nil {
			o.t.Fatal(err)
		}
		list = append(list, v)
	}
	return list
}

func (o *office) history(id string) []map[string]any {
	return o.rows(record.HistoryCollection, "record", id)
}
