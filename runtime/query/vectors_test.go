package query_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"weft/runtime/query"
)

// vectors are shared by every reader of the language: this package, the
// stores, the browser.
type vectors struct {
	Env struct {
		Now                               time.Time
		Zone, Me                          string
		MyDepartments, MyDepartmentsBelow []string
	}
	Entities map[string]map[string]struct {
		Kind, Target        string
		SortKey, Searchable bool
	}
	Records map[string][]map[string]any
	Filters []struct {
		Name  string
		Where json.RawMessage
		IDs   []string
	}
	Searches []struct {
		Text string
		IDs  []string
	}
	Orders []struct {
		Sort, IDs []string
	}
}

func readVectors(t testing.TB) vectors {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v vectors) env(t testing.TB) query.Env {
	zone, err := query.Zone(v.Env.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return query.Env{Now: v.Env.Now, Zone: zone, Me: v.Env.Me,
		MyDepartments: v.Env.MyDepartments, MyDepartmentsBelow: v.Env.MyDepartmentsBelow}
}

var kinds = map[string]query.Kind{
	"text": query.Text, "number": query.Number, "decimal": query.Decimal, "date": query.Date,
	"instant": query.Instant, "bool": query.Bool, "key": query.Key, "keys": query.Keys, "object": query.Object,
}

// entity is a plain query.Entity.
type entity struct {
	key    string
	fields map[string]query.Field
}

func (e entity) EntityKey() string { return e.key }

func (e entity) Lookup(key string) (query.Field, bool) {
	f, ok := e.fields[key]
	return f, ok
}

func (v vectors) entity(key string) entity {
	e := entity{key: key, fields: map[string]query.Field{}}
	for name, f := range v.Entities[key] {
		field := query.Field{Key: name, Kind: kinds[f.Kind], SortKey: f.SortKey, Searchable: f.Searchable, Normalise: normaliser(kinds[f.Kind])}
		if f.Target != "" {
			field.Target = v.entity(f.Target)
		}
		e.fields[name] = field
	}
	return e
}

// normaliser accepts what the field types of these kinds accept.
func normaliser(k query.Kind) func(any) (any, bool) {
	return func(wire any) (any, bool) {
		s, isText := wire.(string)
		switch k {
		case query.Number:
			n, ok := wire.(json.Number)
			return n, ok
		case query.Bool:
			b, ok := wire.(bool)
			return b, ok
		case query.Decimal:
			d, err := query.ParseDecimal(wire)
			return d, err == nil
		case query.Date:
			_, err := time.Parse(query.DateLayout, s)
			return s, err == nil
		case query.Instant:
			t, err := time.Parse(time.RFC3339, s)
			return t.UTC().Format(query.InstantLayout), err == nil
		}
		return s, isText
	}
}

func (v vectors) get(collection, id string) map[string]any {
	for _, r := range v.Records[collection] {
		if r["id"] == id {
			return r
		}
	}
	return nil
}

func (v vectors) matching(x query.Expr) []string {
	ids := []string{}
	for _, doc := range v.Records["deal"] {
		if query.Matches(x, doc, v.get) {
			ids = append(ids, doc["id"].(string))
		}
	}
	return ids
}

func TestFiltersMatchInMemory(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	deal := v.entity("deal")
	for _, c := range v.Filters {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			f, problems := query.Parse(c.Where, deal, "/where")
			if problems != nil {
				t.Fatal(problems)
			}
			x, problems := f.Bind(v.env(t), deal, nil)
			if problems != nil {
				t.Fatal(problems)
			}
			if got := v.matching(x); !slices.Equal(got, c.IDs) {
				t.Errorf("%s\n got %v\nwant %v", c.Where, got, c.IDs)
			}
		})
	}
}

func TestSearchesMatchInMemory(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	deal := v.entity("deal")
	searchable := []query.Field{deal.fields["name"], deal.fields["note"]}
	for _, c := range v.Searches {
		if got := v.matching(query.Search(c.Text, deal, nil, searchable)); !slices.Equal(got, c.IDs) {
			t.Errorf("%q\n got %v\nwant %v", c.Text, got, c.IDs)
		}
	}
}

func TestOrdersInMemory(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	for _, c := range v.Orders {
		terms, problems := query.ParseSort(c.Sort, v.entity("deal"), "/sort")
		if problems != nil {
			t.Fatal(problems)
		}
		docs := slices.Clone(v.Records["deal"])
		slices.Reverse(docs)
		terms, idDesc := query.SplitID(terms)
		slices.SortFunc(docs, func(a, b map[string]any) int {
			return query.PositionOf(terms, a, nil).Compare(query.PositionOf(terms, b, nil), terms, idDesc)
		})
		got := []string{}
		for _, d := range docs {
			got = append(got, d["id"].(string))
		}
		if !slices.Equal(got, c.IDs) {
			t.Errorf("%v\n got %v\nwant %v", c.Sort, got, c.IDs)
		}
	}
}
