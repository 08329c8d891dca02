package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"weft/cmd/internal/apptest"
	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/templates"
)

const pipeline = "opportunity-pipeline"

// rows aggregates over HTTP.
func rows(t *testing.T, app *apptest.App, token, entity string, query map[string]any) []map[string]any {
	t.Helper()
	var answer struct{ Rows []map[string]any }
	app.Do(t, token, "POST", "/records/"+entity+"/aggregate", query).Want(t, http.StatusOK).JSON(t, &answer)
	return answer.Rows
}

func TestSampleData(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.Options{Install: []string{pipeline}, SampleData: true})
	t.Run("stands in all stages with its past", func(t *testing.T) { checkEveryStageHasRecords(t, app) })
	t.Run("every view and figure answers", func(t *testing.T) { checkDashboards(t, app) })
	t.Run("is not made twice", func(t *testing.T) {
		var again struct{ Records int }
		app.Do(t, app.Admin, "POST", "/templates/"+pipeline+"/install", map[string]any{"sampleData": true}).Want(t, http.StatusOK).JSON(t, &again)
		if again.Records != 0 {
			t.Errorf("installing again made %d records", again.Records)
		}
	})
}

func checkEveryStageHasRecords(t *testing.T, app *apptest.App) {
	// admin is one of the users.
	counts := map[string]float64{"user": 9, "department": 5, "role_assignment": 8, "account": 10, "product": 6, "opportunity": 19}
	for entity, want := range counts {
		got := rows(t, app, app.Admin, entity, map[string]any{"metrics": map[string]any{"n": []string{"count"}}})
		if n := got[0]["n"].(float64); n != want {
			t.Errorf("%v %s, want %v", n, entity, want)
		}
	}
	stages := map[any]float64{}
	for _, row := range rows(t, app, app.Admin, "opportunity", map[string]any{"groupBy": []string{"stage"}, "metrics": map[string]any{"n": []string{"count"}}}) {
		stages[row["stage"]] = row["n"].(float64)
	}
	for _, stage := range []string{"prospecting", "engaging", "evaluation", "contract_review", "won", "lost"} {
		if stages[stage] < 2 {
			t.Errorf("%v deals in %s", stages[stage], stage)
		}
	}
	passed := rows(t, app, app.Admin, "stage_visit", map[string]any{
		"where": []string{"left_at", "present"}, "groupBy": []string{"stage"}, "metrics": map[string]any{"days": []string{"avg", "days"}},
	})
	if len(passed) != 4 || passed[0]["days"].(float64) <= 0 {
		t.Errorf("stage table: %v", passed)
	}
}

// checkDashboards checks that each user can query each widget and view that is
// meant for them (O6, O7).
func checkDashboards(t *testing.T, app *apptest.App) {
	m := app.Current.Model()
	for _, login := range []string{"chen.xi", "zhou.lan", "sun.jia"} {
		token := app.Token(t, login)
		for _, v := range m.Views {
			path := "/records/" + v.Def.Entity
			if v.Def.Type == "board" {
				app.Do(t, token, "POST", path+"/board", body(map[string]any{"by": v.Def.By, "sort": v.Def.Sort, "sums": v.Def.Sums}, v.Def.Where)).Want(t, http.StatusOK)
				continue
			}
			app.Do(t, token, "POST", path+"/query", body(map[string]any{"sort": v.Def.Sort, "fields": v.Def.Columns}, v.Def.Where)).Want(t, http.StatusOK)
		}
		for _, d := range m.Dashboards {
			for _, w := range d.Widgets {
				q := body(map[string]any{"groupBy": w.GroupBy, "metrics": w.Metrics, "sort": w.Sort}, w.Where)
				if len(rows(t, app, token, w.Entity, q)) == 0 {
					t.Errorf("%s as %s: no rows", w.Key, login)
				}
			}
		}
	}
}

// body builds a query without the members that the definition does not set.
func body(q map[string]any, where json.RawMessage) map[string]any {
	if len(where) > 0 {
		q["where"] = where
	}
	for key, v := range q {
		if list, ok := v.([]string); ok && list == nil {
			delete(q, key)
		}
		if list, ok := v.([]json.RawMessage); ok && list == nil {
			delete(q, key)
		}
	}
	return q
}

func TestAProblemInSampleDataStopsTheLoad(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.Options{Install: []string{pipeline}})
	loader := &templates.Loader{
		Records: app.Records, Reads: app.Reads, Files: app.Files, By: &access.Actor{Login: "admin", Admin: true}, At: time.Now(), Zone: time.UTC,
	}
	for name, text := range map[string]string{
		"unknown field":     `[{"name":"a","colour":"red"}]`,
		"unknown word":      `[{"name":{"$magic":1}}]`,
		"dangling $ref":     `[{"name":"a","parent":{"$ref":["account","name","nobody"]}}]`,
		"$ref of two parts": `[{"name":"a","parent":{"$ref":["account","name"]}}]`,
		"$date of a text":   `[{"name":{"$date":"today"}}]`,
		"$visits of a text": `[{"name":"a","$visits":"won"}]`,
	} {
		var rows []map[string]any
		if err := json.Unmarshal([]byte(text), &rows); err != nil {
			t.Fatal(err)
		}
		n, err := loader.Load(t.Context(), "account", rows)
		if err == nil || n != 0 {
			t.Errorf("%s: %d records, %v", name, n, err)
		}
		if name == "unknown field" && problem.CodeOf(err) != problem.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The lead manager's sample data leaves room for 40 more leads, with and beside the
// opportunity pipeline in either order; loading it again adds nothing.
func TestSampleLeads(t *testing.T) {
	t.Parallel()
	for _, names := range [][]string{{"lead-manager"}, {"lead-manager", pipeline}, {pipeline, "lead-manager"}} {
		t.Run(strings.Join(names, " "), func(t *testing.T) {
			t.Parallel()
			app := apptest.Start(t, apptest.Options{Install: names, SampleData: true, Unchecked: true})
			leads := func() int {
				return int(rows(t, app, app.Admin, "lead", map[string]any{"metrics": map[string]any{"n": []string{"count"}}})[0]["n"].(float64))
			}
			before := leads()
			for i := range 40 {
				app.Create(t, app.Admin, "lead", map[string]any{"name": fmt.Sprintf("新线索 %d", i), "phone": fmt.Sprintf("138%08d", i), "company": fmt.Sprintf("公司 %d", i)})
			}
			if err := app.Jobs.Await(t.Context()); err != nil {
				t.Fatal(err)
			}
			open := rows(t, app, app.Admin, "lead", map[string]any{
				"where": map[string]any{"all": []any{[]any{"stage", "=", "assigned"}, []any{"name", "starts", "新线索"}}}, "metrics": map[string]any{"n": []string{"count"}},
			})
			if open[0]["n"].(float64) != 40 {
				t.Errorf("%v of 40 new leads are assigned beside %d", open[0]["n"], before)
			}
			app.Do(t, app.Admin, "POST", "/templates/lead-manager/install", `{"confirmRoles":true,"sampleData":true}`).Want(t, http.StatusOK)
			if got := leads(); got != before+40 {
				t.Errorf("%d leads after loading again, want %d", got, before+40)
			}
		})
	}
}
