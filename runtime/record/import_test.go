package record_test

import (
	"fmt"
	"testing"
	"time"

	"weft/runtime/problem"
	"weft/runtime/record"
)

func dealRows(n int, row func(i int) map[string]any) []record.Row {
	rows := make([]record.Row, n)
	for i := range rows {
		rows[i].Values = row(i)
	}
	return rows
}

func (p person) importing(rows []record.Row, dryRun bool) []record.RowResult {
	p.o.t.Helper()
	list, err := p.records().ImportRows(p.ctx(), p.call, "deal", rows, dryRun)
	if err != nil {
		p.o.t.Fatal(err)
	}
	return list
}

func TestABadRowDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.as("admin")
	account := o.must(admin.create("account", `{"name":"A"}`)).ID
	admin.call.Source, admin.call.Import = "import", "run-1"
	rows := dealRows(215, func(i int) map[string]any {
		v := map[string]any{"name": fmt.Sprint("deal ", i), "external_id": fmt.Sprint("E", i), "amount": 1, "account": account}
		switch i {
		case 7:
			v["amount"] = "lots"
		case 210:
			v["external_id"] = "E3" // taken by an earlier row of another group
		case 205:
			v["stage"] = "review"
		}
		return v
	})
	dry := admin.importing(rows, true)
	if n, _ := o.store.Count(t.Context(), "deal", nil, 0); n != 0 {
		t.Fatalf("a dry run wrote %d deals", n)
	}
	done := admin.importing(rows, false)
	for i := range rows {
		want := map[int]problem.Code{7: problem.Invalid, 210: problem.Unique, 205: problem.Guard}[i]
		for name, r := range map[string]record.RowResult{"dry run": dry[i], "import": done[i]} {
			code := problem.Code("")
			if r.Problem != nil {
				code = r.Problem.Code
			}
			if code != want {
				t.Errorf("row %d of the %s: %q, want %q", i, name, code, want)
			}
		}
		if i > 0 && done[i].ID != "" && done[i-1].ID != "" && done[i].ID <= done[i-1].ID {
			t.Errorf("row %d: ids do not follow the rows", i)
		}
	}
	if got := o.figuresOf(account); got != "212 212 1" {
		t.Errorf("roll-ups: %s", got)
	}
	if h := o.history(done[0].ID); len(h) != 1 || h[0]["import"] != "run-1" || h[0]["source"] != "import" {
		t.Errorf("history: %v", h)
	}
	for i := range rows {
		rows[i].ID = done[i].ID
		delete(rows[i].Values, "stage")
	}
	again := admin.importing(rows[:6], false)
	for i, r := range again {
		if !r.Unchanged || r.Rev != 1 {
			t.Errorf("row %d again: %+v", i, r)
		}
	}
}

func TestOnlyHistorySetsPastStages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	entered := time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC)
	left := entered.Add(36 * time.Hour)
	row := record.Row{
		Values: map[string]any{"name": "old", "stage": "won", "amount": 5},
		Visits: []record.Visit{{Stage: "open", EnteredAt: &entered, LeftAt: &left, Reason: "r"}, {Stage: "won", EnteredAt: &left}},
	}
	history := o.as("admin")
	history.call.Historical, history.call.Source, history.call.Import = true, "import", "run-2"

	if r := o.as("admin").importing([]record.Row{row}, false)[0]; r.Problem == nil || r.Problem.Code != problem.Guard {
		t.Errorf("without history: %+v", r)
	}
	ann := o.as("ann")
	ann.call.Historical = true
	_, err := ann.records().ImportRows(t.Context(), ann.call, "deal", []record.Row{row}, false)
	o.refused(err, problem.Forbidden)
	_, err = ann.create("deal", `{"name":"x","stage":"won"}`)
	o.refused(err, problem.Forbidden)

	r := history.importing([]record.Row{row}, false)[0]
	if r.Problem != nil {
		t.Fatal(r.Problem)
	}
	visits := o.rows("stage_visit", "record", r.ID)
	if len(visits) != 2 || visits[0]["days"] != 1.5 || visits[0]["next"] != "won" || visits[0]["entered_at"] != "2017-01-01T00:00:00.000Z" || visits[1]["left_at"] != nil {
		t.Errorf("visits: %v", visits)
	}
	if h := o.history(r.ID); h[0]["historical"] != true {
		t.Errorf("history: %v", h)
	}
	row.ID = r.ID
	if again := history.importing([]record.Row{row}, false)[0]; !again.Unchanged {
		t.Errorf("again: %+v", again)
	}
}

func TestStageVisitsTellTheWay(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	o := newOffice(t, func(r *record.Options) { r.Now = func() time.Time { return now } })
	ann := o.as("ann")
	account := o.must(ann.create("account", `{"name":"A","owner":"`+ann.id()+`"}`)).ID
	d := o.must(ann.create("deal", `{"name":"x"}`)).ID
	now = now.Add(60 * time.Hour)
	file := ann.upload("proof")
	o.must(ann.patch("deal", d, `{"stage":"review","amount":"100","account":"`+account+`","proof":["`+file+`"]}`))
	now = now.Add(24 * time.Hour)
	_, err := ann.move("deal", d, "open", `{}`, "")
	o.refused(err, problem.Guard, "/comment reason_required")
	o.must(ann.move("deal", d, "open", `{}`, "wrong price"))
	visits := o.rows("stage_visit", "record", d)
	if len(visits) != 3 || visits[0]["days"] != 2.5 || visits[0]["next"] != "review" || visits[1]["reason"] != "wrong price" ||
		visits[1]["by"] != ann.id() || visits[2]["stage"] != "open" || visits[2]["left_at"] != nil {
		t.Errorf("visits: %v", visits)
	}
}
