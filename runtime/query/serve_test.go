package query

import (
	"fmt"
	"strings"
	"testing"
)

// dealKinds are the fields of the tests below.
var dealKinds = map[string]Kind{
	"stage": Key, "owner": Key, "amount": Decimal, "close": Date, "name": Text, "code": Text, "tags": Keys, "id": Key,
}

func dealPath(field string) Path {
	if via, rest, across := strings.Cut(field, "."); across {
		return Path{Field: rest, Via: via, Through: "account", Kind: Key}
	}
	return Path{Field: field, Kind: dealKinds[field]}
}

// dealIndex reads "stage,-amount"; a text is indexed by its sort key unless it
// is marked "=", or "~" when it is folded; a unique index begins with "!", a
// sparse one with "?".
func dealIndex(text string) Index {
	i := Index{Name: text}
	text, i.Unique = strings.CutPrefix(text, "!")
	text, i.Sparse = strings.CutPrefix(text, "?")
	for _, field := range strings.Split(text, ",") {
		field, desc := strings.CutPrefix(field, "-")
		field, raw := strings.CutPrefix(field, "=")
		field, folded := strings.CutPrefix(field, "~")
		p := dealPath(field)
		p.SortKey = p.Kind == Text && !raw && !folded
		i.Keys = append(i.Keys, IndexKey{Path: p, Desc: desc, Folded: folded})
	}
	return i
}

func dealSort(text string) (terms []SortTerm) {
	for _, field := range strings.Fields(text) {
		field, desc := strings.CutPrefix(field, "-")
		terms = append(terms, SortTerm{Path: dealPath(field), Desc: desc})
	}
	return terms
}

// dealWhere reads "stage = owner in": fields with operators.
func dealWhere(text string) Expr {
	var all All
	words := strings.Fields(text)
	for i := 0; i+1 < len(words); i += 2 {
		c := Cmp{Path: dealPath(words[i]), Op: Op(words[i+1]), Value: "x"}
		switch {
		case c.Op == "not":
			all = append(all, Not{Cmp{Path: c.Path, Op: Eq, Value: "x"}})
		case c.Op == Match:
			c.Value = Word{Text: "x"}
			all = append(all, Any{c})
		default:
			all = append(all, c)
		}
	}
	return And(all...)
}

func (p Plan) String() string {
	return fmt.Sprintf("%s %s =%v ~%s ordered=%v rest=%v", p.Reason, p.Index, p.Equality, p.Range, p.Ordered, p.Compared)
}

func TestServe(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, indexes, where, sort string
		sqlite, mongo              string // mongo "": as sqlite
	}{
		{"all by id", "", "", "", "index id =[] ~ ordered=true rest=[]", ""},
		{"by id downwards", "", "", "-id", "index id =[] ~ ordered=true rest=[]", ""},
		{"one record", "owner", "id = owner =", "-amount", "index id =[id] ~ ordered=true rest=[owner]", ""},
		{"a unique key", "!=code", "code =", "-amount", "index !=code =[code] ~ ordered=true rest=[]", ""},
		{"an order", "-close", "", "-close", "index -close =[] ~ ordered=true rest=[]", ""},
		{"an order upwards", "-close", "", "close", "index -close =[] ~ ordered=true rest=[]", "unordered  =[] ~ ordered=false rest=[]"},
		{"an order by two", "-close,amount", "", "-close amount", "index -close,amount =[] ~ ordered=true rest=[]", ""},
		{"an order by the first of two", "-close,amount", "", "-close", "unordered  =[] ~ ordered=false rest=[]", ""},
		{"an order that ends in the id downwards", "-close", "", "-close -id", "index -close =[] ~ ordered=true rest=[]", "unordered  =[] ~ ordered=false rest=[]"},
		{"equality and order", "-close stage,-close", "stage =", "-close", "index stage,-close =[stage] ~ ordered=true rest=[]", ""},
		{"equality, order, rest", "stage,-close", "stage = owner != tags =", "-close", "index stage,-close =[stage] ~ ordered=true rest=[owner tags]", ""},
		{"equality of two", "stage,-close owner,stage,-close", "stage = owner =", "-close", "index owner,stage,-close =[owner stage] ~ ordered=true rest=[]", ""},
		{"equality without order", "stage", "stage =", "-close", "unordered stage =[stage] ~ ordered=false rest=[]", ""},
		{"order without equality", "-close", "stage =", "-close", "unbounded -close =[] ~ ordered=true rest=[stage]", ""},
		{"equality by id", "stage stage,-close", "stage =", "", "index stage =[stage] ~ ordered=true rest=[]", ""},
		{"equality by id downwards", "stage", "stage =", "-id", "index stage =[stage] ~ ordered=true rest=[]", ""},
		{"equality by id, sorted otherwise", "stage,-close", "stage =", "", "unordered stage,-close =[stage] ~ ordered=false rest=[]", ""},
		{"a range of the order", "-close", "close >=", "-close", "index -close =[] ~close ordered=true rest=[]", ""},
		{"a list of values", "-close stage", "stage in", "-close", "index -close =[] ~ ordered=true rest=[stage]", ""},
		{"sorted by what is fixed", "stage,-close", "stage =", "-stage -close", "index stage,-close =[stage] ~ ordered=true rest=[]", ""},
		{"sorted by what is fixed, upwards", "-stage,-close", "stage =", "stage -close", "index -stage,-close =[stage] ~ ordered=true rest=[]", ""},
		{"sorted by what is fixed, but not there", "stage,-close", "stage = owner =", "owner -close", "unordered stage,-close =[stage] ~ ordered=false rest=[owner]", ""},
		{"text by sort key", "name", "name =", "", "index name =[name] ~ ordered=true rest=[]", ""},
		{"text in order", "name", "", "name", "index name =[] ~ ordered=true rest=[]", ""},
		{"text in order of its letters", "=name", "", "name", "unordered  =[] ~ ordered=false rest=[]", ""},
		{"a list of texts", "name", "name in", "name", "index name =[] ~ ordered=true rest=[name]", ""},
		{"tags", "-close", "tags =", "-close", "index -close =[] ~ ordered=true rest=[tags]", ""},
		{"across a reference", "-close", "account.sector =", "-close", "index -close =[] ~ ordered=true rest=[account.sector]", ""},
		{"a negation", "stage,-close", "stage not", "-close", "unordered  =[] ~ ordered=false rest=[stage]", ""},
		{"sparse order", "?-close", "", "-close", "unordered  =[] ~ ordered=false rest=[]", ""},
		{"sparse equality", "?stage", "stage =", "", "index ?stage =[stage] ~ ordered=true rest=[]", ""},
		{"words", "stage", "name match stage =", "-close", "words  =[] ~ ordered=false rest=[name stage]", ""},
	} {
		var indexes []Index
		for _, text := range strings.Fields(test.indexes) {
			indexes = append(indexes, dealIndex(text))
		}
		if test.mongo == "" {
			test.mongo = test.sqlite
		}
		where, sort := dealWhere(test.where), dealSort(test.sort)
		if got := PlanList(SQLite, indexes, where, sort).String(); got != test.sqlite {
			t.Errorf("%s: SQLite:\n%s\nwant\n%s", test.name, got, test.sqlite)
		}
		if got := PlanList(MongoDB, indexes, where, sort).String(); got != test.mongo {
			t.Errorf("%s: MongoDB:\n%s\nwant\n%s", test.name, got, test.mongo)
		}
	}
}

func TestServeFigures(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, indexes, where string
		sqlite, mongo        string // mongo "": as sqlite
	}{
		{"everything", "stage,-amount", "", "whole  =[] ~ ordered=false rest=[]", ""},
		{"nothing that narrows", "stage", "stage != owner present", "whole  =[] ~ ordered=false rest=[stage owner]", ""},
		{"one value", "stage,-amount", "stage = owner =", "index stage,-amount =[stage] ~ ordered=false rest=[owner]", ""},
		{"a list of values", "stage,-amount", "stage in", "index stage,-amount =[] ~stage ordered=false rest=[]", ""},
		{"a range behind a value", "stage,-close", "close >= stage =", "index stage,-close =[stage] ~close ordered=false rest=[]", ""},
		{"no index", "stage,-amount", "owner =", "unbounded  =[] ~ ordered=false rest=[owner]", ""},
		{"words", "", "name match", "words  =[] ~ ordered=false rest=[name]", ""},
		{"a unique key", "!=code", "code in", "index !=code =[] ~code ordered=false rest=[]", ""},
		{"the first of two unique keys", "!stage,=code", "stage =", "index !stage,=code =[stage] ~ ordered=false rest=[]",
			"unbounded  =[] ~ ordered=false rest=[stage]"},
		{"the first of two unique keys, and another index", "!stage,=code stage", "stage =", "index !stage,=code =[stage] ~ ordered=false rest=[]",
			"index stage =[stage] ~ ordered=false rest=[]"},
		{"both unique keys", "!stage,=code", "code in stage =", "index !stage,=code =[stage] ~code ordered=false rest=[]", ""},
		{"sparse", "?stage", "stage in", "index ?stage =[] ~stage ordered=false rest=[]", ""},
		{"folded", "~code", "code starts", "index ~code =[] ~code ordered=false rest=[]", ""},
		{"folded and sparse", "?~code", "code starts", "index ?~code =[] ~code ordered=false rest=[]", "unbounded  =[] ~ ordered=false rest=[code]"},
	} {
		var indexes []Index
		for _, text := range strings.Fields(test.indexes) {
			indexes = append(indexes, dealIndex(text))
		}
		if test.mongo == "" {
			test.mongo = test.sqlite
		}
		for e, want := range map[Engine]string{SQLite: test.sqlite, MongoDB: test.mongo} {
			if got := PlanAggregate(e, indexes, dealWhere(test.where)).String(); got != want {
				t.Errorf("%s: %+v:\n%s\nwant\n%s", test.name, e, got, want)
			}
		}
	}
}

// TestHelpfulServes makes the index that is said to help and asks again.
func TestHelpfulServes(t *testing.T) {
	t.Parallel()
	for _, test := range [][2]string{
		{"", "-close"}, {"stage =", "-close"}, {"stage = owner =", "amount -close"}, {"stage =", ""}, {"stage =", "-stage close"},
		{"stage in owner =", "name"}, {"tags = account.sector =", "name -close"}, {"name = stage =", "-close stage"},
	} {
		where, sort := dealWhere(test[0]), dealSort(test[1])
		helpful := []Index{dealIndex(strings.Join(SuggestListIndex(where, sort), ","))}
		for _, e := range []Engine{SQLite, MongoDB} {
			if p := PlanList(e, helpful, where, sort); !p.Served() {
				t.Errorf("%q by %q with %s: %v", test[0], test[1], helpful[0].Name, p)
			}
		}
	}
	for _, where := range []string{"stage =", "owner = stage in", "close >=", "stage in"} {
		helpful := []Index{dealIndex(strings.Join(SuggestAggregateIndex(dealWhere(where)), ","))}
		for _, e := range []Engine{SQLite, MongoDB} {
			if p := PlanAggregate(e, helpful, dealWhere(where)); !p.Served() {
				t.Errorf("%q with %s: %v", where, helpful[0].Name, p)
			}
		}
	}
}
