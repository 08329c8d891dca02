package app_test

import (
	"archive/zip"
	"bytes"
	"net/http"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
)

// A seller has the tickets that nobody owns in sight, and may claim them.
const sellerRole = `{"kind":"role","key":"seller","title":{"en":"Seller"},"grants":[
	{"entity":"ticket","operations":["read","claim"],"scopes":[{"type":"filter","where":["owner","empty"]}],"read":{"all":true}},
	{"entity":"ticket","operations":["read","update"],"scopes":[{"type":"own"}],"read":{"all":true},"write":{"only":["name"]}}]}`

const ticketRule = `{"kind":"assignment_rule","key":"tickets","title":{"en":"Tickets"},"entity":"ticket","candidates":{"roles":["seller"]},"load":{"limit":2},
	"factors":[{"key":"grade","type":"match","weight":10,"field":"grade","person":"login"},{"key":"load","type":"load","weight":1}],"claim":{"limit":3}}`

func TestTicketsAreAssignedAndClaimedByTheAPI(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{}, sellerRole, ticketRule)
	ann, bob := f.User(t, "ann", "seller"), f.User(t, "bob", "seller")
	type answer struct {
		ID         string
		Winner     *string
		Outcome    string
		Candidates []struct {
			User    string
			Total   float64
			Factors []struct {
				Key           string
				Weight, Score float64
				Why           map[string]string
			}
		}
	}
	assign := func(id, body string, headers ...string) (a answer) {
		t.Helper()
		f.Do(t, f.Admin, "POST", "/records/ticket/"+id+"/assign", body, headers...).Want(t, http.StatusOK).JSON(t, &a)
		return a
	}
	id := f.create("ticket", `{"name":"x","grade":"bob"}`)
	dry := assign(id, `{"rule":"tickets","dry_run":true}`)
	if dry.Winner == nil || *dry.Winner != bob.ID || dry.ID != "" || f.field("ticket", id, "owner") != nil {
		t.Fatalf("%+v", dry)
	}
	if c := dry.Candidates[0]; c.Total != 11 || c.Factors[0].Key != "grade" || c.Factors[0].Score != 1 || c.Factors[0].Why["zh-CN"] == "" || c.Factors[0].Why["en"] == "" {
		t.Errorf("%+v", c)
	}
	first := assign(id, `{"rule":"tickets"}`, "Idempotency-Key", "one")
	if again := assign(id, `{"rule":"tickets"}`, "Idempotency-Key", "one"); again.ID != first.ID || *first.Winner != bob.ID {
		t.Errorf("%+v, repeated %+v", first, again)
	}
	f.want("ticket", id, "owner", bob.ID)
	f.Do(t, f.Admin, "POST", "/records/ticket/"+id+"/assign", `{"rule":"tickets"}`, "If-Match", `"1"`).Want(t, http.StatusPreconditionFailed)
	f.Do(t, f.Admin, "POST", "/records/ticket/"+id+"/assign", `{"rule":"none"}`).Want(t, http.StatusUnprocessableEntity)
	f.Do(t, f.Admin, "POST", "/records/note/"+id+"/assign", `{"rule":"tickets"}`).Want(t, http.StatusUnprocessableEntity)
	f.Do(t, ann.Token, "POST", "/records/ticket/"+id+"/assign", `{"rule":"tickets"}`).Want(t, http.StatusNotFound)
	f.Do(t, bob.Token, "POST", "/records/ticket/"+id+"/assign", `{"rule":"tickets"}`).Want(t, http.StatusForbidden)

	for token, has := range map[string]bool{f.Admin: true, ann.Token: false} {
		if body := f.Do(t, token, "GET", "/meta", nil).Want(t, http.StatusOK).Body; strings.Contains(body, `"assignment_rules":[{"key":"tickets"`) != has || !strings.Contains(body, `"claim"`) {
			t.Errorf("meta offers the rule: %v is wrong", !has)
		}
	}

	// One click takes a ticket that nobody owns.
	free := f.create("ticket", `{"name":"free"}`)
	claimed := f.Do(t, ann.Token, "POST", "/records/ticket/"+free+"/claim", nil, "Idempotency-Key", "two").Want(t, http.StatusOK)
	if claimed.Text("owner") != ann.ID || claimed.Header.Get("ETag") == "" {
		t.Error(claimed.Body)
	}
	f.Do(t, ann.Token, "POST", "/records/ticket/"+free+"/claim", nil, "Idempotency-Key", "two").Want(t, http.StatusOK)
	for token, code := range map[string]string{ann.Token: "claimed", bob.Token: "claimed"} {
		if got := f.Do(t, token, "POST", "/records/ticket/"+free+"/claim", nil).Want(t, http.StatusConflict).Text("code"); got != code {
			t.Error(got)
		}
	}
	for range 2 {
		f.Do(t, ann.Token, "POST", "/records/ticket/"+f.create("ticket", `{"name":"x"}`)+"/claim", `{}`).Want(t, http.StatusOK)
	}
	if got := f.Do(t, ann.Token, "POST", "/records/ticket/"+f.create("ticket", `{"name":"x"}`)+"/claim", nil).Want(t, http.StatusConflict).Text("code"); got != "claim_limit" {
		t.Error(got)
	}
	f.Do(t, f.Admin, "POST", "/records/note/"+free+"/claim", nil).Want(t, http.StatusForbidden)

	// The trace is read with the ticket, and counted with the others.
	var traces struct {
		Items []struct{ Winner, Outcome string }
	}
	f.Do(t, bob.Token, "GET", "/records/ticket/"+id+"/assignments", nil).Want(t, http.StatusOK).JSON(t, &traces)
	if len(traces.Items) != 1 || traces.Items[0].Winner != bob.ID || traces.Items[0].Outcome != "assigned" {
		t.Errorf("%+v", traces)
	}
	f.patch("ticket", id, `{"owner":"`+ann.ID+`"}`)
	var reasons struct {
		Items []struct {
			Code  string
			Count int
		}
	}
	f.Do(t, f.Admin, "GET", "/assignments/reasons?entity=ticket&from=2020-01-01&to=2099-01-01", nil).Want(t, http.StatusOK).JSON(t, &reasons)
	if len(reasons.Items) != 1 || reasons.Items[0].Code != "overridden" || reasons.Items[0].Count != 1 {
		t.Errorf("%+v", reasons)
	}
	f.Do(t, f.Admin, "GET", "/assignments/reasons?limit=0", nil).Want(t, http.StatusUnprocessableEntity)
}

func TestATriggerAssignsNewTickets(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{}, sellerRole, ticketRule,
		onTicket("new", `"on":{"event":"created"},"steps":[{"key":"a","type":"assign","rule":"tickets"}]`))
	ann := f.User(t, "ann", "seller")
	var ids []string
	for range 3 {
		ids = append(ids, f.create("ticket", `{"name":"x"}`))
	}
	f.await()
	owned := 0
	for _, id := range ids {
		if f.field("ticket", id, "owner") == ann.ID {
			owned++
		}
	}
	if owned != 2 {
		t.Errorf("ann has %d of 3 tickets, her limit is 2", owned)
	}
	for _, run := range f.runs("trigger=new") {
		result, _ := run.Steps[0].Result.(map[string]any)
		if run.State != "done" || result["candidates"] == nil || result["outcome"] == nil {
			t.Errorf("%s %+v", run.State, run.Steps[0])
		}
	}
	if n, err := f.Store.Count(t.Context(), "assignment", nil, 0); err != nil || n != 3 {
		t.Errorf("%d traces, %v", n, err)
	}
}

// A draft of a rule says whom it would choose before anybody publishes it.
func TestADraftOfARuleIsTried(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{}, sellerRole, ticketRule)
	ann := f.User(t, "ann", "seller")
	id := f.create("ticket", `{"name":"x","grade":"ann"}`)
	try := func(body string, status int) *apptest.Answer {
		t.Helper()
		return f.Do(t, f.Admin, "POST", "/builder/assignment_rules/try", body).Want(t, status)
	}
	if got := try(`{"key":"tickets","entity":"ticket","id":"`+id+`"}`, http.StatusOK); got.Text("winner") != ann.ID {
		t.Error(got.Body)
	}
	draft := strings.Replace(ticketRule, `"weight":10`, `"weight":20`, 1)
	if got := try(`{"definition":`+draft+`,"id":"`+id+`"}`, http.StatusOK); !strings.Contains(got.Body, `"total":21`) {
		t.Error(got.Body)
	}
	try(`{"key":"none","id":"`+id+`"}`, http.StatusUnprocessableEntity)
	try(`{"key":"tickets"}`, http.StatusUnprocessableEntity)
	try(`{"key":"tickets","entity":"note","id":"`+id+`"}`, http.StatusUnprocessableEntity)
	if got := try(`{"definition":`+strings.Replace(ticketRule, `"field":"grade"`, `"field":"nothing"`, 1)+`,"id":"`+id+`"}`, http.StatusUnprocessableEntity).Body; !strings.Contains(got, "/assignment_rule/tickets/factors/0/field") {
		t.Error(got)
	}
	try(`{"definition":`+sellerRole+`,"id":"`+id+`"}`, http.StatusUnprocessableEntity)
	f.Do(t, ann.Token, "POST", "/builder/assignment_rules/try", `{"key":"tickets","id":"`+id+`"}`).Want(t, http.StatusForbidden)
	if f.field("ticket", id, "owner") != nil {
		t.Error("trying assigned the ticket")
	}
}

func TestPackagesHoldAssignmentRules(t *testing.T) {
	t.Parallel()
	f := newTestApp(t, apptest.Options{Unchecked: true})
	body := packageOf(t, map[string]string{
		"template.json":                 `{"kind":"template","key":"desk","version":"1.0.0","title":{"en":"Desk"},"description":{"en":"Desk"}}`,
		"entities/ticket.json":          words.Replace(ticketDefinitions[0]),
		"stage_machines/ticket.json":    ticketDefinitions[1],
		"roles/seller.json":             sellerRole,
		"assignment_rules/tickets.json": ticketRule,
	})
	f.Do(t, f.Admin, "POST", "/builder/packages?confirm_roles=true", body, "Content-Type", "application/zip").Want(t, http.StatusOK)
	if f.Current.Model().AssignmentRules["tickets"] == nil {
		t.Fatal("the rule is not in force")
	}
	exported := f.Do(t, f.Admin, "GET", "/builder/packages/desk", nil).Want(t, http.StatusOK).Body
	archive, err := zip.NewReader(bytes.NewReader([]byte(exported)), int64(len(exported)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := archive.Open("assignment_rules/tickets.json"); err != nil {
		t.Error(err)
	}
}
