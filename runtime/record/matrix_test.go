package record_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/store"
)

// countingEffect leaves one job per change, in the commit of the change.
type countingEffect struct{ n atomic.Int64 }

func (e *countingEffect) Jobs(_ context.Context, _ record.Call, _ *model.Model, ch *record.Event) ([]store.Op, error) {
	if ch.Entity != "deal" {
		return nil, nil
	}
	e.n.Add(1)
	rev := float64(0)
	if ch.After != nil {
		rev, _ = ch.After["rev"].(float64)
	}
	id := ch.Op + ":" + ch.ID + ":" + time.Now().String()
	body, err := json.Marshal(map[string]any{"id": id, "rev": 1, "record": ch.ID, "op": ch.Op, "n": rev})
	return []store.Op{{Kind: store.Insert, Collection: "weft_job_probe", Doc: store.Doc{ID: id, Rev: 1, Body: body}}}, err
}

// askedHook counts what it is asked, and refuses records named "refused by hook".
type askedHook struct{ asked atomic.Int64 }

var errHook = problem.New(problem.Invalid, "", nil)

func (h *askedHook) Before(_ context.Context, _ record.Call, _ record.Reader, events []*record.Event) error {
	for _, ev := range events {
		if ev.Entity != "deal" {
			continue
		}
		h.asked.Add(1)
		name, _ := ev.After["name"].(string)
		if ev.After == nil {
			name, _ = ev.Before["name"].(string)
		}
		if strings.HasPrefix(name, "refused") {
			return errHook
		}
	}
	return nil
}

// method is one way in. do makes a good change of a deal (prepared by make) and
// returns the id of a record that it changed.
type method struct {
	name string
	// changes tells whether values given by the person pass this method.
	values, stage bool
	do            func(o *office, p person, deal, text string) (string, error)
}

func methods() []method {
	result := func(r *record.Result, err error) (string, error) {
		if err != nil {
			return "", err
		}
		return r.ID, nil
	}
	bulk := func(o *office, p person, r record.BulkRequest) (string, error) {
		list, err := o.records.Bulk(p.ctx(), p.call, "deal", r)
		if err != nil {
			return "", err
		}
		if list[0].Problem != nil {
			return "", list[0].Problem
		}
		return list[0].ID, nil
	}
	rows := func(o *office, p person, row record.Row) (string, error) {
		list, err := o.records.ImportRows(p.ctx(), p.call, "deal", []record.Row{row}, false)
		if err != nil {
			return "", err
		}
		if list[0].Problem != nil {
			return "", list[0].Problem
		}
		return list[0].ID, nil
	}
	return []method{
		{"create", true, true, func(_ *office, p person, _, text string) (string, error) {
			return result(p.create("deal", text))
		}},
		{"update", true, true, func(_ *office, p person, deal, text string) (string, error) {
			return result(p.patch("deal", deal, text))
		}},
		{"transition", true, true, func(o *office, p person, deal, text string) (string, error) {
			v := values(o.t, text)
			to, _ := v["stage"].(string)
			delete(v, "stage")
			if to == "" {
				to = "lost"
			}
			return result(o.records.Transition(p.ctx(), p.call, "deal", deal, to, v, "because"))
		}},
		{"merge", true, true, func(o *office, p person, deal, text string) (string, error) {
			duplicate := o.must(o.as("ann").create("deal", `{"name":"duplicate"}`)).ID
			return result(o.records.Merge(p.ctx(), p.call, "deal", deal, []string{duplicate}, values(o.t, text)))
		}},
		{"bulk update", true, true, func(o *office, p person, deal, text string) (string, error) {
			return bulk(o, p, record.BulkRequest{Op: "update", IDs: []string{deal}, Values: values(o.t, text)})
		}},
		{"bulk transition", true, true, func(o *office, p person, deal, text string) (string, error) {
			v := values(o.t, text)
			to, _ := v["stage"].(string)
			delete(v, "stage")
			if to == "" {
				to = "lost"
			}
			return bulk(o, p, record.BulkRequest{Op: "transition", IDs: []string{deal}, To: to, Values: v, Comment: "because"})
		}},
		{"import new", true, true, func(o *office, p person, _, text string) (string, error) {
			return rows(o, p, record.Row{Values: values(o.t, text)})
		}},
		{"import known", true, true, func(o *office, p person, deal, text string) (string, error) {
			return rows(o, p, record.Row{ID: deal, Values: values(o.t, text)})
		}},
		{"apply", true, true, func(o *office, p person, deal, text string) (string, error) {
			list, err := o.records.Apply(p.ctx(), p.call, []record.Operation{{Op: "update", Entity: "deal", ID: deal, Values: values(o.t, text)}})
			if err != nil {
				return "", err
			}
			return list[0].ID, nil
		}},
		{"apply rule", true, true, func(o *office, p person, deal, text string) (string, error) {
			return result(o.records.ApplyRule(p.ctx(), p.call, record.RuleChange{Entity: "deal", ID: deal, Right: "update", Values: values(o.t, text)}))
		}},
		{"delete", false, false, func(_ *office, p person, deal, _ string) (string, error) {
			return result(p.remove("deal", deal))
		}},
		{"bulk delete", false, false, func(o *office, p person, deal, _ string) (string, error) {
			return bulk(o, p, record.BulkRequest{Op: "delete", IDs: []string{deal}})
		}},
		{"restore", false, false, func(o *office, p person, deal, _ string) (string, error) {
			o.must(o.as("admin").remove("deal", deal))
			return result(p.restore("deal", deal))
		}},
		{"bulk restore", false, false, func(o *office, p person, deal, _ string) (string, error) {
			o.must(o.as("admin").remove("deal", deal))
			return bulk(o, p, record.BulkRequest{Op: "restore", IDs: []string{deal}})
		}},
	}
}

// TestEveryWriteMethodMakesEveryStep is method × effect: whatever the way in, rights,
// values, guards and unique keys refuse alike and leave nothing behind (S-08),
// and a good change has its history, roll-up, hook, jobs and event.
func TestEveryWriteMethodMakesEveryStep(t *testing.T) {
	t.Parallel()
	for _, d := range methods() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			hook, effect := &askedHook{}, &countingEffect{}
			o := newOffice(t, withHook(hook), withEffect(effect))
			admin := o.as("admin")
			account := o.must(admin.create("account", `{"name":"A"}`)).ID
			o.must(admin.create("deal", `{"name":"holder","external_id":"taken"}`))
			deal := o.must(o.as("ann").create("deal", `{"name":"x","amount":1}`)).ID

			for name, r := range refusals(d, deal) {
				before := o.everything()
				_, err := d.do(o, o.as(r.who), deal, r.text)
				if problem.CodeOf(err) != r.code {
					t.Errorf("%s: %v, want %s", name, err, r.code)
				}
				if d.name != "restore" && d.name != "bulk restore" && d.name != "merge" && o.everything() != before {
					t.Errorf("%s: the refused change left something", name)
				}
				if strings.Contains(d.name, "restore") {
					o.must(admin.restore("deal", deal))
				}
			}

			jobs, asked := effect.n.Load(), hook.asked.Load()
			events, err := o.store.Watch(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			who := o.as("admin")
			id, err := d.do(o, who, deal, `{"name":"good","amount":50,"account":"`+account+`"}`)
			if err != nil {
				t.Fatal(err)
			}
			h := o.history(id)
			if last := h[len(h)-1]; last["source"] != "api" || last["version"] != float64(7) {
				t.Errorf("history: %v", last)
			}
			if effect.n.Load() <= jobs || hook.asked.Load() <= asked {
				t.Error("no job or no hook")
			}
			if len(o.rows("weft_job_probe", "record", id)) == 0 {
				t.Error("the job is not in the commit")
			}
			if d.values && o.figuresOf(account) == "0 0 <nil>" {
				t.Error("the roll-up of the account did not follow")
			}
			for e := range events {
				if e.Collection == "deal" && e.Doc.ID == id {
					break
				}
			}
		})
	}
}

// A method that takes a Call is a read, or one of the methods above: a new one
// must be put among them.
func TestNoWriteMethodIsForgotten(t *testing.T) {
	t.Parallel()
	reads := "Bin Get Query Aggregate Board History Each Select Preview"
	answers := "Replay KeepAnswer AnswerOp" // kept answers of other rooms: no record is touched
	tested := "Create Update Transition Apply ApplyRule Merge Bulk ImportRows Delete Restore"
	service := reflect.TypeFor[*record.Service]()
	for i := range service.NumMethod() {
		m := service.Method(i)
		takesCall := false
		for j := range m.Type.NumIn() {
			takesCall = takesCall || m.Type.In(j) == reflect.TypeFor[record.Call]()
		}
		if takesCall && !strings.Contains(" "+reads+" "+answers+" "+tested+" ", " "+m.Name+" ") {
			t.Errorf("%s is neither a read nor a tested method", m.Name)
		}
	}
}

type refusal struct {
	who, text string
	code      problem.Code
}

// refusals are what a method must refuse, as far as values pass it.
func refusals(d method, deal string) map[string]refusal {
	hidden := problem.NotFound
	if d.name == "create" {
		hidden = problem.Forbidden
	}
	list := map[string]refusal{"rights": {"bob", `{"name":"y","owner":"x"}`, hidden}}
	switch d.name {
	case "create":
		list["rights"] = refusal{"fay", `{"name":"y"}`, hidden}
	case "import new", "import known":
		list["rights"] = refusal{"ann", `{"name":"y"}`, problem.Forbidden}
	}
	if !d.values {
		return list
	}
	list["values"] = refusal{"admin", `{"name":"y","amount":"lots"}`, problem.Invalid}
	list["system fields"] = refusal{"admin", `{"name":"y","created_by":"me"}`, problem.Invalid}
	list["unknown fields"] = refusal{"admin", `{"name":"y","colour":"red"}`, problem.Invalid}
	list["unique key"] = refusal{"admin", `{"name":"y","external_id":"taken"}`, problem.Unique}
	list["guards, for an admin too"] = refusal{"admin", `{"name":"y","stage":"review"}`, problem.Guard}
	list["hook"] = refusal{"admin", `{"name":"refused"}`, problem.Invalid}
	if d.name == "create" || d.name == "import new" {
		return list
	}
	list["no such move"] = refusal{"admin", `{"stage":"won"}`, problem.Transition}
	return list
}

// everything is a fingerprint of all that a refused change must not touch.
func (o *office) everything() string {
	o.t.Helper()
	var b strings.Builder
	for _, c := range []string{"deal", "account", "item", "stage_visit", record.HistoryCollection, record.BinCollection, "weft_job_probe"} {
		docs, err := o.store.Find(o.t.Context(), c, store.Find{Limit: 1000})
		if err != nil {
			o.t.Fatal(err)
		}
		for _, d := range docs {
			b.Write(d.Body)
		}
	}
	return b.String()
}

// a commit that fails leaves nothing, and is told honestly.
func TestAFailedCommitIsToldHonestly(t *testing.T) {
	t.Parallel()
	for failure, code := range map[error]problem.Code{
		store.ErrUnavailable: problem.Unavailable, store.ErrUnknown: problem.OutcomeUnknown,
		store.ErrFull: problem.StorageFull, store.ErrReadOnly: problem.Unavailable, errors.New("odd"): problem.Internal,
	} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			broken := &brokenStore{}
			o := newOffice(t, withStore(func(s store.Store) store.Store { broken.Store = s; return broken }))
			broken.fail = failure
			_, err := o.as("ann").create("deal", `{"name":"x"}`)
			if problem.CodeOf(err) != code {
				t.Errorf("%v: %v", failure, err)
			}
		})
	}
}

// brokenStore is the real store, but for its commits.
type brokenStore struct {
	store.Store
	fail error
}

func (b *brokenStore) Commit(ctx context.Context, batch *store.Batch) error {
	if b.fail != nil {
		return b.fail
	}
	return b.Store.Commit(ctx, batch)
}
