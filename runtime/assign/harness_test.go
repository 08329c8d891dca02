package assign_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/access"
	"weft/runtime/assign"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/runtime/store/storetest/anystore"
	"weft/schemas"
)

// words are abbreviations of definitions.
var words = strings.NewReplacer("TITLE", `"x-title":{"zh-CN":"题","en":"Title"}`, "NAMED", `"title":{"zh-CN":"题","en":"Title"}`)

const leadEntity = `{"kind":"entity","key":"lead","type":"object",TITLE,"x-owner-field":"owner","properties":{
	"name":{"x-type":"text",TITLE},"owner":{"x-type":"user",TITLE},"region":{"x-type":"region","x-title":{"zh-CN":"地区","en":"Region"}},
	"industry":{"x-type":"choice",TITLE,"x-choices":[{"key":"steel","title":{"zh-CN":"钢铁","en":"Steel"}},{"key":"food","title":{"zh-CN":"食品","en":"Food"}}]},
	"source":{"x-type":"text",TITLE},"secret":{"x-type":"text",TITLE},"size":{"x-type":"number",TITLE},"place":{"x-type":"location",TITLE},
	"why":{"x-type":"text",TITLE},"note":{"x-type":"text",TITLE},"pool":{"x-type":"boolean",TITLE},"taken":{"x-type":"date",TITLE,"readOnly":true},
	"stage":{"x-type":"choice",TITLE,"x-choices":[{"key":"new","title":{"en":"New"}},{"key":"won","title":{"en":"Won"}},{"key":"lost","title":{"en":"Lost"}}]}}}`

const leadStages = `{"kind":"stage_machine","key":"lead",NAMED,"entity":"lead","field":"stage","initial":"new",
	"stages":[{"key":"new",NAMED,"type":"open"},{"key":"won",NAMED,"type":"won"},{"key":"lost",NAMED,"type":"lost"}],
	"transitions":[{"key":"win",NAMED,"from":["new"],"to":"won","direction":"forward"},{"key":"lose",NAMED,"from":["new"],"to":"lost","direction":"close"}]}`

const profileEntity = `{"kind":"entity","key":"profile","type":"object",TITLE,"properties":{
	"person":{"x-type":"user",TITLE,"x-unique":true},"regions":{"x-type":"tags",TITLE},"industries":{"x-type":"tags",TITLE},"sources":{"x-type":"tags",TITLE},
	"least":{"x-type":"number",TITLE},"capacity":{"x-type":"integer",TITLE},"home":{"x-type":"location",TITLE}}}`

const waitingEntity = `{"kind":"entity","key":"waiting","type":"object",TITLE,"properties":{
	"lead":{"x-type":"reference","x-entity":"lead",TITLE},"why":{"x-type":"text",TITLE},"state":{"x-type":"text",TITLE}}}`

var roles = []string{
	`{"kind":"role","key":"seller",NAMED,"grants":[
		{"entity":"lead","operations":["read","claim"],"scopes":[{"type":"filter","where":["owner","empty"]}],"read":{"all":true,"except":["secret"]}},
		{"entity":"lead","operations":["read","update"],"scopes":[{"type":"own"}],"read":{"all":true,"except":["secret"]},"write":{"only":["name","stage"]},"transitions":["*"]}]}`,
	`{"kind":"role","key":"manager",NAMED,"grants":[
		{"entity":"lead","operations":["create","read","update","export"],"scopes":[{"type":"all"}],"read":{"all":true},"write":{"all":true},"transitions":["*"]}]}`,
	`{"kind":"role","key":"clerk",NAMED,"grants":[
		{"entity":"lead","operations":["read","update"],"scopes":[{"type":"all"}],"read":{"all":true,"except":["region"]},"write":{"only":["owner"]}}]}`,
}

// office is an organisation that assigns leads.
type office struct {
	t       testing.TB
	store   store.Store
	current *model.Current
	access  *access.Service
	records *record.Service
	reads   *read.Service
	assign  *assign.Service
	admin   *access.Actor
	actors  map[string]*access.Actor
	names   map[string]string // user id → login
	later   atomic.Int64      // how far the clock is ahead
}

// newOffice publishes a rule "r" for leads with the given members.
func newOffice(t testing.TB, rule string) *office {
	t.Helper()
	return officeOn(t, anystore.Open(t), rule)
}

func officeOn(t testing.TB, s store.Store, rule string) *office {
	t.Helper()
	o := &office{t: t, store: s, current: &model.Current{}, actors: map[string]*access.Actor{}, names: map[string]string{}, admin: &access.Actor{Login: "admin", Admin: true}}
	m, problems := model.Compile(definitions(t, rule), 1)
	if len(problems) > 0 {
		t.Fatal(problem.Of(problem.Invalid, problems...))
	}
	o.current.Swap(m)
	for _, list := range [][]store.Collection{record.Collections(m), access.Collections(), assign.Collections(), {{Name: "weft_probe"}}} {
		if err := s.Ensure(t.Context(), list); err != nil {
			t.Fatal(err)
		}
	}
	o.access = access.New(access.Options{Store: s, Current: o.current})
	now := func() time.Time { return time.Now().Add(time.Duration(o.later.Load())) }
	o.records = record.New(record.Options{Store: s, Current: o.current, Authority: o.access, Effects: []record.Effect{assign.Overrides{Store: s}}, Now: now})
	o.reads = read.New(read.Options{Store: s, Authority: o.access})
	o.assign = assign.New(assign.Options{Store: s, Current: o.current, Access: o.access, Records: o.records, Reads: o.reads, Now: now})
	return o
}

// over are the services of another process over a store.
func (o *office) over(s store.Store) *assign.Service {
	records := record.New(record.Options{Store: s, Current: o.current, Authority: o.access, Effects: []record.Effect{assign.Overrides{Store: s}}})
	return assign.New(assign.Options{Store: s, Current: o.current, Access: o.access, Records: records, Reads: o.reads})
}

func definitions(t testing.TB, rule string) *schemas.Set {
	t.Helper()
	if !strings.Contains(rule, `"candidates"`) {
		rule = `"candidates":{"roles":["seller"]},` + rule
	}
	docs := append([]string{leadEntity, leadStages, profileEntity, waitingEntity,
		`{"kind":"assignment_rule","key":"r",NAMED,"entity":"lead",` + strings.TrimSuffix(rule, ",") + `}`}, roles...)
	set := &schemas.Set{}
	for _, doc := range docs {
		d, problems := schemas.Decode([]byte(words.Replace(doc)))
		if len(problems) > 0 {
			t.Fatalf("%v\n%s", problem.Of(problem.Invalid, problems...), doc)
		}
		set.Add(d)
	}
	return set
}

func values(t testing.TB, text string) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// call is one of the user with this login, "" for an administrator.
func (o *office) call(login string) record.Call {
	if login == "" {
		return record.Call{Actor: o.admin}
	}
	return record.Call{Actor: o.actors[login]}
}

// add makes a record as an administrator.
func (o *office) add(entity, text string) string {
	o.t.Helper()
	r, err := o.records.Create(context.WithoutCancel(o.t.Context()), o.call(""), entity, values(o.t, text))
	if err != nil {
		o.t.Fatal(err)
	}
	return r.ID
}

func (o *office) patch(login, id, text string) error {
	o.t.Helper()
	_, err := o.records.Update(o.t.Context(), o.call(login), "lead", id, values(o.t, text))
	return err
}

func (o *office) mustPatch(login, id, text string) {
	o.t.Helper()
	if err := o.patch(login, id, text); err != nil {
		o.t.Fatal(err)
	}
}

// person makes a user with a role, and a profile of the given members.
func (o *office) person(login, role, profile string) string {
	o.t.Helper()
	id := o.add("user", `{"login":"`+login+`","name":"`+strings.ToUpper(login)+`"}`)
	o.add("role_assignment", `{"user":"`+id+`","role":"`+role+`"}`)
	if profile != "" {
		o.add("profile", `{"person":"`+id+`",`+strings.TrimPrefix(profile, "{"))
	}
	a, err := o.access.ActorOf(o.t.Context(), login)
	if err != nil {
		o.t.Fatal(err)
	}
	o.actors[login], o.names[id] = a, login
	return id
}

func (o *office) run(id string) *assign.Answer {
	o.t.Helper()
	a, err := o.assign.Assign(o.t.Context(), o.call(""), "r", "lead", id, false)
	if err != nil {
		o.t.Fatal(err)
	}
	return a
}

func (o *office) try(id string) *assign.Answer {
	o.t.Helper()
	a, err := o.assign.Assign(o.t.Context(), o.call(""), "r", "lead", id, true)
	if err != nil {
		o.t.Fatal(err)
	}
	return a
}

// doc reads a record as stored.
func (o *office) doc(entity, id string) map[string]any {
	o.t.Helper()
	d, err := o.store.Get(context.WithoutCancel(o.t.Context()), entity, id)
	if err != nil {
		o.t.Fatal(err)
	}
	return values(o.t, string(d.Body))
}

func (o *office) docs(collection string) []map[string]any {
	o.t.Helper()
	var out []map[string]any
	for d, err := range store.Each(o.t.Context(), o.store, collection, store.Find{Limit: 500}) {
		if err != nil {
			o.t.Fatal(err)
		}
		out = append(out, values(o.t, string(d.Body)))
	}
	return out
}

// owner is the login of the owner of a lead, "" for none.
func (o *office) owner(id string) string {
	o.t.Helper()
	owner, _ := o.doc("lead", id)["owner"].(string)
	return o.names[owner]
}

// list shows the candidates of an answer: "ann 12.5, bob filtered".
func (o *office) list(a *assign.Answer) string {
	var out []string
	for _, c := range a.Candidates {
		word := fmt.Sprint(c.Total)
		if c.Skipped != nil {
			word = c.SkipCode
		}
		out = append(out, o.names[c.User]+" "+word)
	}
	return strings.Join(out, ", ")
}

func (o *office) refused(err error, code problem.Code) {
	o.t.Helper()
	if problem.CodeOf(err) != code {
		o.t.Fatalf("want %s, got %v", code, err)
	}
}
