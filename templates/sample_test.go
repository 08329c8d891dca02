package templates_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/templates"
)

func TestSampleDataStandsInAllStagesWithItsPast(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "opportunity-pipeline")
	made := h.loadSamples()
	want := 0
	for _, s := range h.pack.Samples {
		want += len(s.Rows)
	}
	if made != want || made == 0 {
		t.Errorf("%d records, want %d", made, want)
	}
	if again := h.loadSamples(); again != 0 {
		t.Errorf("loading again made %d records", again)
	}
	stages := map[string]float64{}
	for _, row := range h.rows(h.admin(), "opportunity", `{"groupBy":["stage"],"metrics":{"n":["count"]}}`) {
		stages[row["stage"].(string)] = row["n"].(float64)
	}
	for _, stage := range []string{"prospecting", "engaging", "evaluation", "contract_review", "won", "lost"} {
		if stages[stage] < 2 {
			t.Errorf("%v deals in %s", stages[stage], stage)
		}
	}
	days := h.rows(h.admin(), "stage_visit", `{"where":["left_at","present"],"groupBy":["stage"],"metrics":{"days":["avg","days"],"n":["count"]}}`)
	if len(days) != 4 || days[0]["days"].(float64) <= 0 {
		t.Errorf("stage table: %v", days)
	}
}

// Every figure of the shipped dashboards and every shipped view can be asked
// for by everybody who is meant to see it (O6, O7).
func TestEveryViewAndFigureAnswers(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "opportunity-pipeline")
	h.loadSamples()
	m := h.current.Model()
	for _, login := range []string{"chen.xi", "zhou.lan", "sun.jia"} {
		call := record.Call{Actor: h.actor(login), Door: "api"}
		for key, v := range m.Views {
			if v.Def.Type == "board" {
				board, err := h.records.Board(t.Context(), call, v.Def.Entity, record.BoardQuery{By: v.Def.By, Where: v.Def.Where, Sort: v.Def.Sort, Sums: v.Def.Sums})
				if err != nil || len(board.Columns) != 6 {
					t.Errorf("%s as %s: %v", key, login, err)
				}
				continue
			}
			q := record.Query{Where: v.Def.Where, Sort: v.Def.Sort, Fields: v.Def.Columns}
			if _, err := h.records.Query(t.Context(), call, v.Def.Entity, q); err != nil {
				t.Errorf("%s as %s: %v", key, login, err)
			}
		}
		for _, d := range m.Dashboards {
			for _, w := range d.Widgets {
				q := record.AggregateQuery{Where: w.Where, GroupBy: w.GroupBy, Metrics: w.Metrics, Sort: w.Sort, Limit: w.Limit}
				rows, err := h.records.Aggregate(t.Context(), call, w.Entity, q)
				if err != nil || len(rows) == 0 {
					t.Errorf("%s as %s: %d rows, %v", w.Key, login, len(rows), err)
				}
			}
		}
	}
}

func TestSampleProblemsNameTheirRow(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "opportunity-pipeline")
	loader := &templates.Loader{Records: h.records, Files: h.files, By: h.admin(), At: time.Now(), Zone: h.zone}
	for name, text := range map[string]string{
		"unknown field":     `[{"name":"a","colour":"red"}]`,
		"unknown word":      `[{"name":{"$magic":1}}]`,
		"dangling $ref":     `[{"name":"a","parent":{"$ref":["account","name","nobody"]}}]`,
		"$ref of two parts": `[{"name":"a","parent":{"$ref":["account","name"]}}]`,
		"$date of a text":   `[{"name":{"$date":"today"}}]`,
	} {
		var rows []map[string]any
		if err := json.Unmarshal([]byte(text), &rows); err != nil {
			t.Fatal(err)
		}
		n, err := loader.Load(t.Context(), "account", rows)
		if err == nil || n != 0 {
			t.Errorf("%s: %d records, %v", name, n, err)
		}
		if p := problem.As(err); name == "unknown field" && (p == nil || !errors.As(err, &p) || p.Code != problem.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
