package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
	"weft/runtime/store"
	"weft/runtime/trigger"
)

func TestButtons(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{},
		`{"kind":"role","key":"agent","title":{"en":"A"},"grants":[{"entity":"ticket","operations":["create","read","update"],"scopes":[{"type":"own"}],"read":{"all":true},"write":{"all":true}},{"entity":"note","operations":["create"],"scopes":[{"type":"all"}],"read":{"all":true},"write":{"all":true}}]}`,
		`{"kind":"role","key":"viewer","title":{"en":"V"},"grants":[{"entity":"ticket","operations":["read"],"scopes":[{"type":"all"}],"read":{"all":true}}]}`,
		onTicket("escalate", `"on":{"event":"button","title":{"en":"Escalate"},"form":["grade","score"]},"where":["stage","!=","won"],"steps":[`+noteStep("n", "{grade} was {old.grade}")+`]`),
		onTicket("ask", `"as":"agent","on":{"event":"button","roles":["viewer"]},"steps":[`+noteStep("n", "asked")+`]`))
	ann, bob := f.User(t, "ann", "agent"), f.User(t, "bob", "viewer")
	id := f.Create(t, ann.Token, "ticket", map[string]any{"name": "x", "grade": "A", "owner": ann.ID})
	for token, want := range map[string]string{ann.Token: `"buttons":[{"key":"escalate","title":{"zh-CN":"Escalate","en":"Escalate"},"form":["grade","score"]}]`, bob.Token: `"buttons":[{"key":"ask",`} {
		if meta := f.Do(t, token, "GET", "/meta", nil).Want(t, http.StatusOK).Body; !strings.Contains(meta, want) {
			t.Errorf("no %s in %s", want, meta)
		}
	}
	press := func(token, key, body string, status int) string {
		t.Helper()
		a := f.Do(t, token, "POST", "/records/ticket/"+id+"/button/"+key, body).Want(t, status)
		f.await()
		return a.Body
	}
	press(ann.Token, "escalate", `{"values":{"grade":"B"}}`, http.StatusAccepted)
	f.want("ticket", id, "grade", "B")
	if got := f.notes(id); got != "B was A" {
		t.Error(got)
	}
	press(ann.Token, "escalate", ``, http.StatusAccepted)
	press(ann.Token, "escalate", `{"values":{"name":"y"}}`, http.StatusUnprocessableEntity)
	press(ann.Token, "escalate", `{"values":{"score":"much"}}`, http.StatusUnprocessableEntity)
	press(bob.Token, "escalate", `{}`, http.StatusForbidden)
	press(ann.Token, "ask", `{}`, http.StatusForbidden)
	press(ann.Token, "ghost", `{}`, http.StatusNotFound)
	press(bob.Token, "ask", `{}`, http.StatusAccepted)
	if got := f.notes(id); got != "B was A|B was B" {
		t.Errorf("a role sees its own rows only, so that the value is empty: %q", got)
	}
	if got := f.states("trigger=ask"); !strings.HasPrefix(got, "ask:failed") {
		t.Errorf("%s", got)
	}
	f.patch("ticket", id, `{"stage":"open"}`)
	f.patch("ticket", id, `{"stage":"won"}`)
	press(ann.Token, "escalate", `{}`, http.StatusConflict)
}

func TestTasksAndMessagesOfSteps(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{},
		`{"kind":"role","key":"agent","title":{"en":"A"},"grants":[{"entity":"ticket","operations":["create","read","update"],"scopes":[{"type":"all"}],"read":{"all":true},"write":{"all":true}}]}`,
		onTicket("tell", `"on":{"event":"created"},"steps":[
			{"key":"t","type":"task","title":{"en":"Call {name}"},"to":"owner","due":"2h","must":true,"where":["stage","!=","new"]},
			{"key":"n","type":"notify","to":["superior","owner.department","agent","created_by",{"field":"owner"}],"text":{"en":"New: {name} ({t.id})"}}]`))
	boss := f.User(t, "boss")
	north := f.Create(t, f.Admin, "department", map[string]any{"name": "North"})
	ann := f.UserWith(t, map[string]any{"login": "ann", "name": "Ann", "superior": boss.ID, "department": north}, "agent")
	cat := f.UserWith(t, map[string]any{"login": "cat", "name": "Cat", "department": north})
	bob := f.User(t, "bob", "agent")
	id := f.Create(t, bob.Token, "ticket", map[string]any{"name": "x", "owner": ann.ID})
	f.await()
	if got := f.states("trigger=tell"); got != "tell:done" {
		t.Fatal(got)
	}
	var tasks struct {
		Items []struct {
			ID, Title, Owner, Entity, Record, Due, State, Condition string
			Must                                                    bool
		}
	}
	f.Do(t, ann.Token, "POST", "/records/task/query", `{}`).Want(t, http.StatusOK).JSON(t, &tasks)
	if len(tasks.Items) != 1 {
		t.Fatalf("%+v", tasks)
	}
	if task := tasks.Items[0]; task.Title != "Call x" || task.Owner != ann.ID || task.Record != id || task.Entity != "ticket" || !task.Must || task.Condition != `["stage","!=","new"]` || task.Due == "" || task.State != "open" {
		t.Errorf("%+v", task)
	}
	for _, p := range []apptest.Person{boss, ann, bob, cat} {
		var inbox struct {
			Items []struct{ Text struct{ En string } }
		}
		f.Do(t, p.Token, "GET", "/notifications", nil).Want(t, http.StatusOK).JSON(t, &inbox)
		if len(inbox.Items) != 1 || p.ID != boss.ID && p.ID != cat.ID && inbox.Items[0].Text.En != "New: x ("+tasks.Items[0].ID+")" {
			t.Errorf("%s: %+v", p.Login, inbox)
		}
	}
}

// Records of imports start only those triggers that ask for them, historical ones none.
func TestImportsStartTriggersThatAskForThem(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{},
		onTicket("created", `"on":{"event":"created"},"steps":[`+noteStep("n", "created")+`]`),
		onTicket("asks", `"on":{"event":"created","imports":true},"steps":[`+noteStep("n", "asks")+`]`),
		onTicket("file", `"on":{"event":"imported"},"steps":[`+noteStep("n", "file")+`]`))
	csv := func(text string) {
		t.Helper()
		f.Do(t, f.Admin, "POST", "/records/ticket/import?key=name", text, "Content-Type", "text/csv").Want(t, http.StatusOK)
		f.await()
	}
	csv("name,grade\nx,A\n")
	id := f.ticketNamed("x")
	if got := f.notes(id); got != "asks|file" {
		t.Errorf("%q", got)
	}
	csv("name,grade\nx,B\n")
	if got := f.notes(id); got != "asks|file|file" {
		t.Errorf("%q", got)
	}
}

func (f triggered) ticketNamed(name string) string {
	f.t.Helper()
	var page struct{ Items []struct{ ID string } }
	f.Do(f.t, f.Admin, "POST", "/records/ticket/query", `{"where":["name","=","`+name+`"]}`).Want(f.t, http.StatusOK).JSON(f.t, &page)
	if len(page.Items) != 1 {
		f.t.Fatalf("%d tickets %s", len(page.Items), name)
	}
	return page.Items[0].ID
}

func TestWebhooksStartTriggers(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{},
		onTicket("makes", `"on":{"event":"webhook","token":"tok"},"steps":[{"key":"c","type":"create","entity":"ticket","values":{"name":{"input":"who.name"},"score":{"input":"list.1"},"grade":{"text":{"en":"from {input.who.name}"}}}}]`),
		onTicket("about", `"on":{"event":"webhook","token":"tok"},"where":["grade","=","A"],"steps":[`+noteStep("n", "hook {name}")+`]`))
	a, b := f.create("ticket", `{"name":"x","grade":"A"}`), f.create("ticket", `{"name":"y","grade":"B"}`)
	if !f.Triggers.HasWebhook("tok") || f.Triggers.HasWebhook("other") {
		t.Error("which tokens there are")
	}
	for _, w := range []trigger.Webhook{
		{Token: "tok", Body: map[string]any{"who": map[string]any{"name": "Li"}, "list": []any{1, 2}}},
		{Token: "tok", Body: map[string]any{"who": map[string]any{"name": "Wu"}}, Entity: "ticket", Record: a},
		{Token: "tok", Body: map[string]any{"who": map[string]any{"name": "Xu"}}, Entity: "ticket", Record: b},
		{Token: "other"},
	} {
		ops, err := f.Triggers.WebhookOps(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Store.Commit(t.Context(), &store.Batch{Ops: ops}); err != nil {
			t.Fatal(err)
		}
	}
	f.await()
	if got := f.states("trigger=makes"); got != "makes:done makes:done makes:done" {
		t.Error(got)
	}
	f.want("ticket", f.ticketNamed("Li"), "score", 2)
	f.want("ticket", f.ticketNamed("Li"), "grade", "from Li")
	if got := f.notes(a) + f.notes(b); got != "hook x" {
		t.Errorf("%q", got)
	}
}

func TestAStepAssigns(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{},
		`{"kind":"role","key":"seller","title":{"en":"S"},"grants":[{"entity":"ticket","operations":["read"],"scopes":[{"type":"own"}],"read":{"all":true}}]}`,
		`{"kind":"assignment_rule","key":"r","title":{"en":"R"},"entity":"ticket","candidates":{"roles":["seller"]},"load":{"open":["stage","!=","won"],"limit":2}}`,
		onTicket("gives", `"on":{"event":"created"},"steps":[{"key":"a","type":"assign","rule":"r"},`+noteStep("n", "{a.outcome} {owner.login}")+`,{"key":"last","type":"create","entity":"note","values":{"text":{"result":"a.winner"}}}]`),
		onTicket("only", `"on":{"event":"button"},"steps":[{"key":"a","type":"assign","rule":"r"}]`))
	ann := f.User(t, "ann", "seller")
	first, second, third := f.create("ticket", `{"name":"1"}`), f.create("ticket", `{"name":"2"}`), f.create("ticket", `{"name":"3"}`)
	f.await()
	got := []string{f.notes(first), f.notes(second), f.notes(third)}
	slices.Sort(got)
	if want := []string{"assigned ann", "assigned ann", "nobody"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if n := f.count("note", `["text","=","`+ann.ID+`"]`); n != 2 {
		t.Errorf("the winner is in %d results", n)
	}
	for _, r := range f.runs("trigger=gives") {
		answer, _ := r.Steps[0].Result.(map[string]any)
		if answer["candidates"] == nil || r.State != "done" {
			t.Errorf("%+v", r)
		}
	}
	f.post("/records/ticket/"+third+"/button/only", ``, http.StatusAccepted)
	f.await()
	if r := f.runs("trigger=only")[0]; r.State != "done" || r.Steps[0].Result == nil {
		t.Errorf("%+v", r)
	}
	var a trigger.TrialAnswer
	f.post("/builder/triggers/try", `{"key":"only","entity":"ticket","id":"`+third+`"}`, http.StatusOK).JSON(t, &a)
	if len(a.Steps) != 1 || a.Steps[0].Result == nil {
		t.Errorf("%+v", a)
	}
}

// What a visitor sends through a public form starts triggers, which act as weft
// itself or as their role; a person's own records do not count as sent.
func TestAPublicFormStartsTriggers(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{Unchecked: true},
		`{"kind":"form","key":"contact","title":{"en":"Contact"},"entity":"ticket","sections":[{"fields":["name"]}],"public":{"fields":["name"],"values":{"grade":"web"}}}`,
		`{"kind":"form","key":"other","title":{"en":"Other"},"entity":"ticket","sections":[{"fields":["name"]}],"public":{"fields":["name"]}}`,
		`{"kind":"role","key":"clerk","title":{"en":"C"},"grants":[{"entity":"ticket","operations":["read","update"],"scopes":[{"type":"all"}],"read":{"all":true},"write":{"only":["score"]}}]}`,
		onTicket("sent", `"order":1,"on":{"event":"form_submitted","form":"contact"},"steps":[{"key":"s","type":"set","values":{"secret":{"text":{"en":"{grade} {name}"}}}}]`),
		onTicket("counted", `"order":2,"as":"clerk","on":{"event":"form_submitted","form":"contact"},"steps":[{"key":"s","type":"set","values":{"score":1}}]`),
		onTicket("refused", `"order":3,"as":"clerk","on":{"event":"form_submitted","form":"contact"},"steps":[{"key":"s","type":"set","values":{"grade":"x"}}]`),
		onTicket("other", `"on":{"event":"form_submitted","form":"other"},"steps":[`+noteStep("n", "other")+`]`))
	var link struct{ Token string }
	f.post("/forms/contact/links", `{}`, http.StatusCreated).JSON(t, &link)
	f.Do(t, "", "POST", "/public/forms/"+link.Token, `{"values":{"name":"visitor"}}`)
	f.await()
	id := f.ticketNamed("visitor")
	f.want("ticket", id, "secret", "web visitor")
	f.want("ticket", id, "score", 1)
	f.want("ticket", id, "grade", "web")
	if got := f.notes(id); got != "" {
		t.Errorf("the other form: %q", got)
	}
	if got := f.states("state=failed"); !strings.HasPrefix(got, "refused:failed") {
		t.Error(got)
	}
	f.create("ticket", `{"name":"own"}`)
	f.await()
	f.want("ticket", f.ticketNamed("own"), "score", nil)
}

// A filter that cannot be computed fails a run that everybody can see, and not the
// change of a person who cannot mend it.
func TestAFilterThatCannotBeComputed(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{}, onTicket("divides", `"on":{"event":"created"},"where":["amount",">",{"formula":"score * score * score * score * score * score"}],"steps":[`+noteStep("n", "yes")+`]`))
	id := f.create("ticket", `{"name":"x","amount":60,"score":99999999}`)
	f.await()
	if r := f.runs("trigger=divides")[0]; r.State != "failed" || r.Record != id || r.Error == nil {
		t.Errorf("%+v", r)
	}
	other := f.create("ticket", `{"name":"y","amount":70,"score":2}`)
	f.await()
	if got := f.notes(other); got != "yes" {
		t.Error(got)
	}
}
