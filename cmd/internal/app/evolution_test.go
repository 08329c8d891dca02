package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
	"weft/runtime/store"
)

// evolving is an app whose entity item changes.
type evolving struct{ *testApp }

func newEvolving(t *testing.T, fields string) *evolving {
	t.Helper()
	e := &evolving{newTestApp(t, apptest.Options{})}
	e.publish(item(fields))
	return e
}

func item(fields string) string {
	return `{"kind":"entity","key":"item","type":"object",TITLE,"properties":{"name":{"x-type":"text",TITLE},` + fields + `}}`
}

// post sends definitions of item with further members of the proposal.
func (e *evolving) post(what, fields, more string, status int) *apptest.Answer {
	e.t.Helper()
	body := words.Replace(`{"definitions":[` + item(fields) + `]` + more + `}`)
	return e.Do(e.t, e.Admin, "POST", "/builder/"+what, body, "Accept-Language", "en").Want(e.t, status)
}

// values reads a field of all items in the order of creation.
func (e *evolving) values(field string) string {
	e.t.Helper()
	var page struct{ Items []map[string]any }
	e.Do(e.t, e.Admin, "POST", "/records/item/query", `{"limit":1000}`).Want(e.t, http.StatusOK).JSON(e.t, &page)
	var list []string
	for _, i := range page.Items {
		text, err := json.Marshal(i[field])
		if err != nil {
			e.t.Fatal(err)
		}
		list = append(list, string(text))
	}
	return strings.Join(list, " ")
}

func (e *evolving) add(values ...string) {
	e.t.Helper()
	for _, v := range values {
		e.create("item", `{"name":"x","v":`+v+`}`)
	}
}

func choiceField(choices ...string) string {
	var list []string
	for _, c := range choices {
		key, title, _ := strings.Cut(c, ":")
		retired := ""
		if strings.HasSuffix(title, "!") {
			title, retired = strings.TrimSuffix(title, "!"), `,"retired":true`
		}
		list = append(list, fmt.Sprintf(`{"key":%q,"title":{"zh-CN":%q,"en":%q}%s}`, key, title, title, retired))
	}
	return `"v":{"x-type":"choice",TITLE,"x-choices":[` + strings.Join(list, ",") + `]}`
}

func typed(t string) string { return `"v":{"x-type":"` + t + `",TITLE}` }

// E3: a type is converted with a preview and a report, and a rollback loses nothing.
func TestAFieldIsConverted(t *testing.T) {
	t.Parallel()
	grades := choiceField("h:High", "l:Low")
	for _, c := range []struct {
		name, from, to, more string
		values               []string
		unfit                int
		after, back          string
	}{
		{"integer to number", typed("integer"), typed("number"), "", []string{"1", "2"}, 0, "1 2", "1 2"},
		{"number to integer", typed("number"), typed("integer"), "", []string{"1", "2.5"}, 1, "1 null", "1 2.5"},
		{"number to currency", typed("number"), `"v":{"x-type":"currency","x-currency":"CNY",TITLE}`, "", []string{"1.5", "2"}, 0, `"1.5" "2"`, "1.5 2"},
		{"number to text", typed("number"), typed("text"), "", []string{"1.5", "2"}, 0, `"1.5" "2"`, "1.5 2"},
		{"text to number", typed("text"), typed("number"), "", []string{`"12.5"`, `"twelve"`, `"1e3"`}, 1, "12.5 null 1000", `"12.5" "twelve" "1e3"`},
		{"text to long text", typed("text"), typed("long_text"), "", []string{`"a"`, `"b"`}, 0, `"a" "b"`, `"a" "b"`},
		{"text to choice", typed("text"), grades, "", []string{`"high"`, `"l"`, `"middle"`, `"Middle"`, `"middle"`}, 3, `"h" "l" null null null`, `"high" "l" "middle" "Middle" "middle"`},
		{"choice to text", grades, typed("text"), "", []string{`"h"`, `"l"`}, 0, `"h" "l"`, `"h" "l"`},
		{"choice to text by titles", grades, typed("text"), `,"titles":"en"`, []string{`"h"`, `"l"`}, 0, `"High" "Low"`, `"h" "l"`},
		{"choice to multi-choice", grades, strings.Replace(grades, `"choice"`, `"multi_choice"`, 1), "", []string{`"h"`, `"l"`}, 0, `["h"] ["l"]`, `"h" "l"`},
		{"text to e-mail", typed("text"), typed("email"), "", []string{`"a@b.cn"`, `"nobody"`}, 1, `"a@b.cn" null`, `"a@b.cn" "nobody"`},
		{"datetime to date", typed("datetime"), typed("date"), "", []string{`"2026-01-31T16:30:00Z"`}, 0, `"2026-02-01"`, `"2026-01-31T16:30:00.000Z"`},
		{"date to datetime", typed("date"), typed("datetime"), "", []string{`"2026-02-01"`}, 0, `"2026-01-31T16:00:00.000Z"`, `"2026-02-01"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := newEvolving(t, c.from)
			e.add(c.values...)
			before := e.values("v")

			var impact struct {
				Effects []struct {
					Code    string
					Samples struct{ Records, Unfit int }
				}
			}
			e.post("impact", c.to, c.more, http.StatusOK).JSON(t, &impact)
			if len(impact.Effects) == 0 || impact.Effects[0].Code != "converted" || impact.Effects[0].Samples.Records != len(c.values) || impact.Effects[0].Samples.Unfit != c.unfit {
				t.Errorf("preview %+v", impact)
			}
			if c.unfit > 0 {
				refused := e.post("publish", c.to, c.more, http.StatusUnprocessableEntity).Body
				if !strings.Contains(refused, `"conversion_unfit"`) || !strings.Contains(refused, fmt.Sprintf(`"unfit":%d`, c.unfit)) {
					t.Error(refused)
				}
				if checked := e.post("check", c.to, c.more, http.StatusUnprocessableEntity).Body; !strings.Contains(checked, `"conversion_unfit"`) {
					t.Error("check says otherwise", checked)
				}
			}
			e.post("publish", c.to, c.more+`,"force":true`, http.StatusOK)
			e.drain()
			if got := e.values("v"); got != c.after {
				t.Errorf("converted: %s, want %s", got, c.after)
			}
			var versions struct {
				Items []struct{ Conversions []struct{ Unfit int } }
			}
			e.Do(t, e.Admin, "GET", "/builder/versions", nil).JSON(t, &versions)
			if list := versions.Items[0].Conversions; len(list) != 1 || list[0].Unfit != c.unfit {
				t.Errorf("report %+v", list)
			}
			e.Do(t, e.Admin, "POST", "/builder/versions/1/rollback", nil).Want(t, http.StatusOK)
			e.drain()
			if got := e.values("v"); got != before || got != c.back {
				t.Errorf("back: %s, want %s", got, before)
			}
			e.Do(t, e.Admin, "POST", "/builder/versions/2/rollback", nil).Want(t, http.StatusOK)
			e.drain()
			if got := e.values("v"); got != c.after {
				t.Errorf("forward again: %s, want %s", got, c.after)
			}
		})
	}
}

// E2: a rollback past a field that has values keeps them out of sight.
func TestARollbackPastAFilledFieldLosesNothing(t *testing.T) {
	t.Parallel()
	e := newEvolving(t, `"w":{"x-type":"text",TITLE}`)
	e.post("publish", `"w":{"x-type":"text",TITLE},`+typed("number"), "", http.StatusOK)
	e.add("1", "2")
	var id string
	{
		var page struct{ Items []struct{ ID string } }
		e.Do(t, e.Admin, "POST", "/records/item/query", `{}`).JSON(t, &page)
		id = page.Items[0].ID
	}
	e.Do(t, e.Admin, "POST", "/builder/versions/1/rollback", nil).Want(t, http.StatusOK)
	e.drain()
	if got := e.values("v"); got != "null null" {
		t.Errorf("a removed field is shown: %s", got)
	}
	e.patch("item", id, `{"w":"written meanwhile"}`)
	e.Do(t, e.Admin, "PATCH", "/records/item/"+id, `{"v":3}`).Want(t, http.StatusUnprocessableEntity)
	// Another type under the same key does not misread the values.
	e.post("publish", `"w":{"x-type":"text",TITLE},`+typed("text"), "", http.StatusOK)
	e.drain()
	if got := e.values("v"); got != `"1" "2"` {
		t.Errorf("as text: %s", got)
	}
	e.Do(t, e.Admin, "POST", "/builder/versions/2/rollback", nil).Want(t, http.StatusOK)
	e.drain()
	if got := e.values("v"); got != "1 2" || e.field("item", id, "w") != "written meanwhile" {
		t.Errorf("forward again: %s", got)
	}
}

// E1: computed values are no data.
func TestComputedFieldsAreRemoved(t *testing.T) {
	t.Parallel()
	number := `"n":{"x-type":"number",TITLE}`
	for name, field := range map[string]string{
		"formula":     `,"v":{FORMULA:"n * 2","x-result":"number"}`,
		"auto-number": `,"v":{"x-type":"auto_number",TITLE,"x-auto-number":{"prefix":"N-","digits":3}}`,
		"roll-up":     `,"parent":{"x-type":"reference","x-entity":"item",TITLE},"v":{"x-type":"roll_up",TITLE,"x-roll-up":{"entity":"item","field":"parent","func":"count"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEvolving(t, number)
			e.post("publish", number+field, "", http.StatusOK)
			e.create("item", `{"name":"x","n":2}`)
			e.drain()
			before := e.values("v")
			if before == "null" {
				t.Fatal("not computed")
			}
			keep := number
			if name == "roll-up" {
				keep += `,"parent":{"x-type":"reference","x-entity":"item",TITLE}`
			}
			e.post("check", keep, `,"force":true`, http.StatusOK)
			e.post("publish", keep, "", http.StatusOK)
			e.drain()
			if got := e.values("v"); got != "null" {
				t.Error(got)
			}
			e.Do(t, e.Admin, "POST", "/builder/versions/1/rollback", nil).Want(t, http.StatusOK)
			e.Do(t, e.Admin, "POST", "/builder/versions/2/rollback", nil).Want(t, http.StatusOK)
			e.drain()
			if got := e.values("v"); got != before {
				t.Errorf("%s, want %s", got, before)
			}
		})
	}
}

// E4: a used choice is retired and brought back, or replaced by another one; a
// rollback keeps those that records have.
func TestAUsedChoiceIsRetiredAndReplaced(t *testing.T) {
	t.Parallel()
	e := newEvolving(t, choiceField("a:Alpha", "b:Beta"))
	e.add(`"a"`, `"b"`)
	e.post("publish", choiceField("b:Beta"), `,"force":true`, http.StatusUnprocessableEntity)
	e.post("publish", choiceField("a:Alpha!", "b:Beta"), "", http.StatusOK)
	e.Do(t, e.Admin, "POST", "/records/item", `{"v":"a"}`).Want(t, http.StatusUnprocessableEntity)
	if got := e.values("v"); got != `"a" "b"` {
		t.Error("retiring changed values", got)
	}
	e.post("publish", choiceField("a:Alpha", "b:Beta"), "", http.StatusOK)
	e.add(`"a"`)

	for body, path := range map[string]string{
		`{"entity":"item","field":"v","from":"a","to":"c"}`:    "/replace/0/to",
		`{"entity":"item","field":"name","from":"a","to":"b"}`: "/replace/0/field",
		`{"entity":"thing","field":"v","from":"a","to":"b"}`:   "/replace/0/entity",
	} {
		if answer := e.post("publish", choiceField("b:Beta"), `,"replace":[`+body+`]`, http.StatusUnprocessableEntity).Body; !strings.Contains(answer, path) {
			t.Errorf("%s is missing in %s", path, answer)
		}
	}
	e.post("publish", choiceField("b:Beta"), `,"replace":[{"entity":"item","field":"v","from":"a","to":"b"}]`, http.StatusOK)
	e.drain()
	if got := e.values("v"); got != `"b" "b" "b"` {
		t.Errorf("replaced: %s", got)
	}
	e.post("publish", choiceField("b:Beta", "c:Gamma"), "", http.StatusOK)
	e.add(`"c"`)
	e.Do(t, e.Admin, "POST", "/builder/versions/4/rollback", nil).Want(t, http.StatusOK)
	e.drain()
	if got := e.values("v"); got != `"b" "b" "b" "c"` {
		t.Errorf("after the rollback: %s", got)
	}
	e.Do(t, e.Admin, "POST", "/records/item", `{"v":"c"}`).Want(t, http.StatusUnprocessableEntity)
}

// A conversion goes on while others read and write, and each value that is
// written meanwhile stays as its writer wanted it.
func TestAConversionMeetsReadersAndWriters(t *testing.T) {
	t.Parallel()
	e := &evolving{newTestApp(t, apptest.Options{Unchecked: true})} // what is not converted yet has its former form
	e.publish(item(typed("text")))
	b := &store.Batch{}
	for i := range 350 {
		id := fmt.Sprintf("00000000-0000-7000-8000-%012d", i)
		body := fmt.Sprintf(`{"id":%q,"rev":1,"created_at":"2026-01-01T00:00:00.000Z","updated_at":"2026-01-01T00:00:00.000Z","name":"%d","v":"High"}`, id, i)
		b.Ops = append(b.Ops, store.Op{Kind: store.Insert, Collection: "item", Doc: store.Doc{ID: id, Rev: 1, Body: json.RawMessage(body)}})
	}
	if err := e.Store.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	e.post("publish", choiceField("h:High", "l:Low"), "", http.StatusOK)
	last := fmt.Sprintf("00000000-0000-7000-8000-%012d", 349)
	e.patch("item", last, `{"v":"l"}`)
	e.patch("item", fmt.Sprintf("00000000-0000-7000-8000-%012d", 348), `{"name":"changed meanwhile"}`) // not converted yet
	if more, err := e.Recomputer.RunOnce(t.Context()); err != nil || !more {
		t.Fatal(more, err)
	}
	if got := e.recomputing(); len(got) != 1 || got[0].Done != 100 || got[0].Total != 350 {
		t.Errorf("progress %+v", got)
	}
	e.Do(t, e.Admin, "POST", "/records/item/query", `{"where":["v","=","h"],"count":"exact"}`).Want(t, http.StatusOK)
	e.drain()
	var answer struct{ Count int }
	e.Do(t, e.Admin, "POST", "/records/item/query", `{"where":["v","=","h"],"count":"exact"}`).Want(t, http.StatusOK).JSON(t, &answer)
	if answer.Count != 349 || e.field("item", last, "v") != "l" {
		t.Errorf("%d converted, written meanwhile %v", answer.Count, e.field("item", last, "v"))
	}
	// The history of former values can be read.
	e.Do(t, e.Admin, "GET", "/records/item/"+last+"/history", nil).Want(t, http.StatusOK)
}

// E4: a rollback past a stage that records are in keeps it as a retired one:
// they are readable and may leave, none enters.
func TestARollbackKeepsUsedStagesAsRetired(t *testing.T) {
	t.Parallel()
	f := newTestApp(t, apptest.Options{})
	set := func(stages ...string) []string {
		var choices, list []string
		park := ""
		if len(stages) > 2 {
			park = `{"key":"park","title":{"zh-CN":"停","en":"Park"},"from":["*"],"to":"parked","direction":"forward"},`
		}
		for _, s := range stages {
			choices = append(choices, fmt.Sprintf(`{"key":%q,"title":{"zh-CN":%q,"en":%q}}`, s, s, s))
			list = append(list, fmt.Sprintf(`{"key":%q,"title":{"zh-CN":%q,"en":%q},"type":"open"}`, s, s, s))
		}
		return []string{
			`{"kind":"entity","key":"job","type":"object",TITLE,"properties":{"name":{"x-type":"text",TITLE},"stage":{"x-type":"choice",TITLE,"x-choices":[` + strings.Join(choices, ",") + `]}}}`,
			`{"kind":"stage_machine","key":"m","title":{"zh-CN":"机","en":"M"},"entity":"job","field":"stage","initial":"open","stages":[` + strings.Join(list, ",") + `],
			"transitions":[{"key":"on","title":{"zh-CN":"进","en":"On"},"from":["*"],"to":"done","direction":"forward"},` + park + `{"key":"reopen","title":{"zh-CN":"退","en":"Back"},"from":["*"],"to":"open","direction":"back"}]}`,
		}
	}
	f.publish(set("open", "done")...)
	f.publish(set("open", "done", "parked")...)
	id := f.create("job", `{"name":"x"}`)
	f.Do(t, f.Admin, "POST", "/records/job/"+id+"/transition", `{"to":"parked"}`).Want(t, http.StatusOK)
	f.Do(t, f.Admin, "POST", "/builder/versions/1/rollback", nil).Want(t, http.StatusOK)
	f.drain()
	if got := f.field("job", id, "stage"); got != "parked" {
		t.Error(got)
	}
	f.patch("job", id, `{"name":"y"}`)
	other := f.create("job", `{"name":"z"}`)
	if status := f.Do(t, f.Admin, "POST", "/records/job/"+other+"/transition", `{"to":"parked"}`).Status; status < 400 {
		t.Errorf("a retired stage is entered: %d", status)
	}
	f.Do(t, f.Admin, "POST", "/records/job/"+id+"/transition", `{"to":"open"}`).Want(t, http.StatusOK)
	f.Do(t, f.Admin, "POST", "/builder/versions/2/rollback", nil).Want(t, http.StatusOK)
	f.Do(t, f.Admin, "POST", "/records/job/"+id+"/transition", `{"to":"parked"}`).Want(t, http.StatusOK)
}
