package query_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"weft/runtime/problem"
	"weft/runtime/query"
)

// found lists problems as "path code".
func found(problems []problem.Field) []string {
	var out []string
	for _, p := range problems {
		if !problem.Known(p.Code) {
			out = append(out, "no text for "+p.Code)
		}
		out = append(out, p.Path+" "+p.Code)
	}
	return out
}

func TestParseNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	deal := readVectors(t).entity("deal")
	long := `["owner","in",[` + strings.Repeat(`"x",`, 1000) + `"x"]]`
	deep := strings.Repeat(`{"not":`, 32) + `["hot","=",true]` + strings.Repeat(`}`, 32)
	wide := `{"any":[` + strings.Repeat(`["hot","=",true],`, 500) + `["hot","=",true]]}`
	for _, c := range []struct {
		where string
		want  []string
	}{
		{`{}`, []string{"/where filter_shape"}},
		{`[]`, []string{"/where filter_shape"}},
		{`"won"`, []string{"/where filter_shape"}},
		{`["stage"]`, []string{"/where filter_shape"}},
		{`["stage","=","won","lost"]`, []string{"/where filter_shape"}},
		{`[["stage"],"=","won"]`, []string{"/where filter_shape"}},
		{`["stage",`, []string{"/where filter_shape"}},
		{`["stage","=","won"] []`, []string{"/where filter_shape"}},
		{`{"all":[],"any":[]}`, []string{"/where filter_shape"}},
		{`{"all":["stage","=","won"]}`, []string{"/where/all/0 filter_shape", "/where/all/1 filter_shape", "/where/all/2 filter_shape"}},
		{`{"none":[]}`, []string{"/where/none filter_shape"}},
		{`["nope","=",1]`, []string{"/where/0 unknown_field"}},
		{`["account.nope","=",1]`, []string{"/where/0 unknown_field"}},
		{`["stage.name","=",1]`, []string{"/where/0 unknown_field"}},
		{`["account.owner.name","=",1]`, []string{"/where/0 unknown_field"}},
		{`["","=",1]`, []string{"/where/0 unknown_field"}},
		{`["stage","like","w"]`, []string{"/where/1 unknown_operator"}},
		{`["name","match","w"]`, []string{"/where/1 unknown_operator"}},
		{`["stage","$ne","w"]`, []string{"/where/1 unknown_operator"}},
		{`["place","=","x"]`, []string{"/where/1 wrong_operator"}},
		{`["hot","<",true]`, []string{"/where/1 wrong_operator"}},
		{`["tags","<","a"]`, []string{"/where/1 wrong_operator"}},
		{`["amount","contains","1"]`, []string{"/where/1 wrong_operator"}},
		{`["stage","empty",true]`, []string{"/where/2 no_value_wanted"}},
		{`["stage","="]`, []string{"/where value_wanted"}},
		{`["stage","=",null]`, []string{"/where/2 null_value"}},
		{`["stage","=",{"$ne":null}]`, []string{"/where/2 relative_value"}},
		{`["stage","=",["won"]]`, []string{"/where/2 wrong_value"}},
		{`["amount","=","abc"]`, []string{"/where/2 wrong_value"}},
		{`["amount","=","0.00001"]`, []string{"/where/2 wrong_value"}},
		{`["hot","=","true"]`, []string{"/where/2 wrong_value"}},
		{`["close_date",">","yesterday"]`, []string{"/where/2 wrong_value"}},
		{`["close_date",">",{"now":"-7x"}]`, []string{"/where/2 relative_value"}},
		{`["close_date",">",{"now":"-9999y"}]`, []string{"/where/2 relative_value"}},
		{`["close_date",">",{"now":"","me":true}]`, []string{"/where/2 relative_value"}},
		{`["stage",">",{"me":true}]`, []string{"/where/2 relative_value"}},
		{`["owner","=",{"me":false}]`, []string{"/where/2 relative_value"}},
		{`["name","=",{"me":true}]`, []string{"/where/2 relative_value"}},
		{`["department","=",{"myDepartment":"above"}]`, []string{"/where/2 relative_value"}},
		{`["score","between",[1]]`, []string{"/where/2 two_values_wanted"}},
		{`["score","between",5]`, []string{"/where/2 two_values_wanted"}},
		{`["score","in",5]`, []string{"/where/2 list_wanted"}},
		{`["score","in",[1,"2",null]]`, []string{"/where/2/1 wrong_value", "/where/2/2 null_value"}},
		{`["name","contains",5]`, []string{"/where/2 wrong_type"}},
		{long, []string{"/where/2 too_many_values"}},
		{deep, []string{"/where" + strings.Repeat("/not", 32) + " filter_depth"}},
		{wide, []string{"/where/any/500 filter_size"}},
		{`{"all":[["nope","=",1],["stage","like","w"],{"not":["hot","=",1]}]}`,
			[]string{"/where/all/0/0 unknown_field", "/where/all/1/1 unknown_operator", "/where/all/2/not/2 wrong_value"}},
	} {
		f, problems := query.Parse(json.RawMessage(c.where), deal, "/where")
		if got := found(problems); !slices.Equal(got, c.want) || !f.IsZero() {
			t.Errorf("%.80s\n got %q\nwant %q", c.where, got, c.want)
		}
	}
}

func TestParseAtTheBounds(t *testing.T) {
	t.Parallel()
	deal := readVectors(t).entity("deal")
	deep := strings.Repeat(`{"not":`, 31) + `["hot","=",true]` + strings.Repeat(`}`, 31)
	wide := `{"any":[` + strings.Repeat(`["hot","=",true],`, 499) + `["account.sector","=","x"]]}`
	for _, where := range []string{deep, wide, " null ", ""} {
		if _, problems := query.Parse(json.RawMessage(where), deal, ""); problems != nil {
			t.Errorf("%.40s: %v", where, problems)
		}
	}
	f, _ := query.Parse(json.RawMessage(wide), deal, "")
	paths := f.Fields()
	if len(paths) != 500 || paths[499].Name() != "account.sector" || paths[499].Through != "account" {
		t.Errorf("%d paths, last %+v", len(paths), paths[len(paths)-1])
	}
}

func TestRelativeTimes(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	deal, env := v.entity("deal"), v.env(t)
	env.Now = time.Date(2024, 3, 31, 15, 30, 0, 5e6, time.UTC) // 23:30 in Shanghai
	for _, c := range []struct{ field, now, want string }{
		{"close_date", "", "2024-03-31"},
		{"close_date", "+30m", "2024-04-01"},
		{"close_date", "-24h", "2024-03-30"},
		{"close_date", "-1M", "2024-02-29"},
		{"close_date", "-13M", "2023-02-28"},
		{"close_date", "1y", "2025-03-31"},
		{"close_date", "-2w", "2024-03-17"},
		{"updated_at", "", "2024-03-31T15:30:00.005Z"},
		{"updated_at", "-90m", "2024-03-31T14:00:00.005Z"},
		{"updated_at", "-7d", "2024-03-24T15:30:00.005Z"},
	} {
		where := fmt.Sprintf(`[%q,">=",{"now":%q}]`, c.field, c.now)
		f, problems := query.Parse(json.RawMessage(where), deal, "")
		if problems != nil {
			t.Fatal(problems)
		}
		x, _ := f.Bind(env, deal, nil)
		if got := x.(query.Cmp).Value; got != c.want {
			t.Errorf("%s = %v, want %s", where, got, c.want)
		}
	}
}

func TestNobodyIsNobody(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	deal := v.entity("deal")
	for where, want := range map[string]int{
		`["owner","=",{"me":true}]`: 0, `["owner","!=",{"me":true}]`: 8, `["owner","in",[{"me":true}]]`: 0,
		`["department","=",{"myDepartment":"below"}]`: 0, `["department","in",{"myDepartment":"own"}]`: 0,
	} {
		f, problems := query.Parse(json.RawMessage(where), deal, "")
		if problems != nil {
			t.Fatal(problems)
		}
		x, _ := f.Bind(query.Env{}, deal, nil)
		if got := v.matching(x); len(got) != want {
			t.Errorf("%s found %v", where, got)
		}
	}
}

// reader may not see score, sees amount only where the stage is won, and
// accounts only in retail.
type reader struct{}

func (reader) RestrictPath(e query.Entity, p query.Path) (query.Path, bool) {
	switch {
	case p.Field == "score" || p.Through != "" && p.Field == "employees":
		return p, false
	case p.Field == "amount":
		p.Visible = query.Cmp{Path: query.Path{Field: "stage", Kind: query.Key}, Op: query.Eq, Value: "won"}
	case p.Through == "account":
		p.Scope = query.Cmp{Path: query.Path{Field: "sector", Kind: query.Key}, Op: query.Eq, Value: "retail"}
	}
	return p, true
}

// S-03: what a reader may not see cannot be found out by filter, sort, group or metric.
func TestRightsCutEveryPath(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	deal, env := v.entity("deal"), v.env(t)
	for where, want := range map[string][]string{
		`["amount","present"]`:                    {"r01", "r03"},
		`["amount","<",0]`:                        {},
		`{"not":["amount","present"]}`:            {"r02", "r04", "r05", "r06", "r07", "r08"},
		`["account.sector","=","software"]`:       {},
		`["account.sector","empty"]`:              {"r02", "r03", "r04", "r05", "r06", "r07", "r08"},
		`["account.name","contains","公司"]`:        {"r01"},
		`["account.name","contains","a"]`:         {},
		`{"not":["account.name","contains","a"]}`: {"r01", "r02", "r03", "r04", "r05", "r06", "r07", "r08"},
	} {
		f, _ := query.Parse(json.RawMessage(where), deal, "")
		x, problems := f.Bind(env, deal, reader{})
		if got := v.matching(x); problems != nil || !slices.Equal(got, want) {
			t.Errorf("%s found %v, %v", where, got, problems)
		}
	}
	hidden, _ := query.Parse(json.RawMessage(`{"any":[["stage","=","won"],["score",">",5],["account.employees",">",5]]}`), deal, "/where")
	x, problems := hidden.Bind(env, deal, reader{})
	if got := found(problems); x != nil || !slices.Equal(got, []string{"/where/any/1/0 unknown_field", "/where/any/2/0 unknown_field"}) {
		t.Errorf("hidden fields in a filter: %q", got)
	}
	_, missing := query.Parse(json.RawMessage(`{"any":[["stage","=","won"],["nope",">",5],["account.nope",">",5]]}`), deal, "/where")
	if got := found(missing); !slices.Equal(got, found(problems)) {
		t.Errorf("a hidden field differs from a missing one: %q", got)
	}
	sort, _ := query.ParseSort([]string{"stage", "-score"}, deal, "/sort")
	if _, problems := query.RestrictSort(sort, deal, reader{}, "/sort"); !slices.Equal(found(problems), []string{"/sort/1 unknown_field"}) {
		t.Errorf("sort: %q", found(problems))
	}
	groups, _ := query.ParseGroups([]json.RawMessage{json.RawMessage(`"account.employees"`)}, deal, "/groupBy")
	if _, problems := query.RestrictGroups(groups, deal, reader{}, "/groupBy"); !slices.Equal(found(problems), []string{"/groupBy/0 unknown_field"}) {
		t.Errorf("groups: %q", found(problems))
	}
	metrics, _ := query.ParseMetrics(map[string]json.RawMessage{"n": json.RawMessage(`["count"]`), "s": json.RawMessage(`["sum","score"]`)}, deal, "/metrics")
	if _, problems := query.RestrictMetrics(metrics, deal, reader{}, "/metrics"); !slices.Equal(found(problems), []string{"/metrics/s/1 unknown_field"}) {
		t.Errorf("metrics: %q", found(problems))
	}
	sort, _ = query.ParseSort([]string{"amount"}, deal, "")
	sort, _ = query.RestrictSort(sort, deal, reader{}, "")
	if p := query.PositionOf(sort, v.get("deal", "r06"), nil); p.Values[0] != nil {
		t.Errorf("a cursor carries a hidden value: %v", p)
	}
}

func TestSearchOfHiddenFieldsFindsNothing(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	deal := v.entity("deal")
	score := deal.fields["score"] // hidden from the reader
	if got := v.matching(query.Search("acme", deal, reader{}, []query.Field{score})); len(got) != 0 {
		t.Errorf("found %v", got)
	}
}
