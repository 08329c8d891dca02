package query_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"weft/runtime/query"
)

func TestParseSort(t *testing.T) {
	t.Parallel()
	deal := readVectors(t).entity("deal")
	for _, c := range []struct {
		terms, want []string
	}{
		{[]string{"nope", "-nope"}, []string{"/sort/0 unknown_field", "/sort/1 unknown_field"}},
		{[]string{"account.name"}, []string{"/sort/0 not_sortable"}},
		{[]string{"tags", "place"}, []string{"/sort/0 not_sortable", "/sort/1 not_sortable"}},
		{[]string{"amount", "-amount"}, []string{"/sort/1 field_twice"}},
		{[]string{"--amount", ""}, []string{"/sort/0 unknown_field", "/sort/1 unknown_field"}},
		{make([]string, 9), []string{"/sort too_many_terms"}},
		{[]string{"-amount", "name", "-id"}, nil},
	} {
		if _, problems := query.ParseSort(c.terms, deal, "/sort"); !slices.Equal(found(problems), c.want) {
			t.Errorf("%q: %q", c.terms, found(problems))
		}
	}
	terms, _ := query.ParseSort([]string{"-id", "amount"}, deal, "")
	if rest, desc := query.SplitID(terms); len(rest) != 0 || !desc {
		t.Errorf("terms behind id are kept: %v", rest)
	}
}

func TestParseGroups(t *testing.T) {
	t.Parallel()
	deal := readVectors(t).entity("deal")
	for _, c := range []struct {
		group string
		want  []string
	}{
		{`"stage"`, nil},
		{`"account.sector"`, nil},
		{`{"field":"stage"}`, nil},
		{`{"field":"close_date","by":"week"}`, nil},
		{`{"field":"updated_at","by":"quarter","zone":"Asia/Shanghai"}`, nil},
		{`5`, []string{"/g/0 group_shape"}},
		{`{"by":"day"}`, []string{"/g/0 group_shape"}},
		{`{"field":"close_date","by":"day","of":"x"}`, []string{"/g/0 group_shape"}},
		{`"nope"`, []string{"/g/0 unknown_field"}},
		{`{"field":"account.nope","by":"day"}`, []string{"/g/0/field unknown_field"}},
		{`"tags"`, nil},
		{`"account.tags"`, []string{"/g/0 not_groupable"}},
		{`"place"`, []string{"/g/0 not_groupable"}},
		{`{"field":"stage","by":"day"}`, []string{"/g/0/by not_a_time"}},
		{`{"field":"close_date","by":"decade","zone":"Asia/Atlantis"}`, []string{"/g/0/by unknown_bucket", "/g/0/zone unknown_zone"}},
		{`{"field":"close_date","by":"day","zone":"../../etc/passwd"}`, []string{"/g/0/zone unknown_zone"}},
		{`{"field":"close_date","by":"day","zone":"Local"}`, []string{"/g/0/zone unknown_zone"}},
	} {
		groups, problems := query.ParseGroups([]json.RawMessage{json.RawMessage(c.group)}, deal, "/g")
		if !slices.Equal(found(problems), c.want) || (c.want == nil) != (len(groups) == 1) {
			t.Errorf("%s: %q", c.group, found(problems))
		}
	}
	twice := []json.RawMessage{json.RawMessage(`"close_date"`), json.RawMessage(`{"field":"close_date","by":"day"}`)}
	if _, problems := query.ParseGroups(twice, deal, "/g"); !slices.Equal(found(problems), []string{"/g/1 field_twice"}) {
		t.Errorf("a group twice: %q", found(problems))
	}
}

func TestParseMetrics(t *testing.T) {
	t.Parallel()
	deal := readVectors(t).entity("deal")
	_, problems := query.ParseMetrics(map[string]json.RawMessage{
		"a": json.RawMessage(`["count"]`), "b": json.RawMessage(`["sum","amount"]`), "c": json.RawMessage(`["max","close_date"]`),
		"d": json.RawMessage(`["count_distinct","owner"]`), "": json.RawMessage(`["count"]`), "e": json.RawMessage(`["count","amount"]`),
		"f": json.RawMessage(`["sum"]`), "g": json.RawMessage(`["median","amount"]`), "h": json.RawMessage(`["sum","name"]`),
		"i": json.RawMessage(`["sum","nope"]`), "j": json.RawMessage(`"count"`), "k/l": json.RawMessage(`["sum","account.employees"]`),
	}, deal, "/metrics")
	want := []string{"/metrics/ metric_name", "/metrics/e metric_shape", "/metrics/f metric_shape", "/metrics/g/0 unknown_metric",
		"/metrics/h/1 wrong_metric", "/metrics/i/1 unknown_field", "/metrics/j metric_shape", "/metrics/k~1l/1 unknown_field"}
	if !slices.Equal(found(problems), want) {
		t.Errorf("got %q", found(problems))
	}
	metrics, _ := query.ParseMetrics(map[string]json.RawMessage{"sum": json.RawMessage(`["sum","amount"]`), "n": json.RawMessage(`["count"]`)}, deal, "")
	if len(metrics) != 2 || metrics[0].Name != "n" || metrics[1].Path.Kind != query.Decimal {
		t.Errorf("%+v", metrics)
	}
}

func TestBucket(t *testing.T) {
	t.Parallel()
	shanghai, _ := query.Zone("Asia/Shanghai")
	for _, c := range []struct {
		kind       query.Kind
		stored, by string
		zone       *time.Location
		want       string
	}{
		{query.Date, "2017-04-01", "day", nil, "2017-04-01"},
		{query.Date, "2017-04-03", "week", nil, "2017-W14"},
		{query.Date, "2017-01-01", "week", nil, "2016-W52"},
		{query.Date, "2018-12-31", "week", nil, "2019-W01"},
		{query.Date, "2017-06-30", "month", shanghai, "2017-06"},
		{query.Date, "2017-06-30", "quarter", nil, "2017Q2"},
		{query.Date, "2017-07-01", "quarter", nil, "2017Q3"},
		{query.Date, "2017-12-31", "year", nil, "2017"},
		{query.Instant, "2016-12-31T16:00:00.000Z", "year", shanghai, "2017"},
		{query.Instant, "2016-12-31T15:59:59.999Z", "day", shanghai, "2016-12-31"},
		{query.Instant, "2016-12-31T16:00:00.000Z", "year", nil, "2016"},
		{query.Instant, "9999-12-31T23:59:59.000Z", "day", shanghai, "9999-12-31"},
		{query.Instant, "9999-12-31T23:59:59.000Z", "month", shanghai, "9999-12"},
		{query.Instant, "0000-06-01T00:00:00.000Z", "week", nil, "0001-W01"},
		{query.Instant, "0000-12-31T23:00:00.000Z", "day", shanghai, "0001-01-01"},
		{query.Date, "", "day", nil, ""},
		{query.Date, "2017-04-01", "decade", nil, ""},
	} {
		if got := query.Bucket(c.kind, c.stored, c.by, c.zone); got != c.want {
			t.Errorf("%s by %s = %q, want %q", c.stored, c.by, got, c.want)
		}
	}
}

func TestCursor(t *testing.T) {
	t.Parallel()
	deal := readVectors(t).entity("deal")
	terms, _ := query.ParseSort([]string{"-amount", "name", "hot", "score"}, deal, "")
	order := query.OrderName(terms)
	p := query.Position{Values: []any{"10000000000000010000", nil, true, 9.75}, ID: "r01"}
	text := query.EncodeCursor(p, order)
	back, err := query.DecodeCursor(text, order)
	if err != nil || !reflect.DeepEqual(*back, p) || !back.Fits(terms) {
		t.Errorf("%+v, %v", back, err)
	}
	if _, err := query.DecodeCursor(text, "amount"); !errors.Is(err, query.ErrCursor) {
		t.Errorf("a cursor of another order: %v", err)
	}
	for _, bad := range []string{"", "x", "####", "bnVsbA", "e30", text + "AA", text[:len(text)-3]} {
		if p, err := query.DecodeCursor(bad, order); !errors.Is(err, query.ErrCursor) {
			t.Errorf("%q was read as %v", bad, p)
		}
	}
	for _, wrong := range [][]any{nil, {"1", nil, true}, {1.0, nil, true, 9.75}, {"1", nil, "yes", 9.75}, {"1", []any{}, true, 1.0}} {
		if (&query.Position{Values: wrong}).Fits(terms) {
			t.Errorf("%v fits", wrong)
		}
	}
}
