package mongo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"
)

func dealCollection(t *testing.T) *collection {
	t.Helper()
	c, err := newCollection(store.Collection{
		Name: "deal", Searchable: true,
		Kinds: map[string]query.Kind{"name": query.Text, "amount": query.Decimal, "at": query.Instant, "day": query.Date, "n": query.Number},
		Indexes: []store.Index{
			{Name: "amount", Keys: []store.IndexKey{{Path: query.Path{Field: "amount", Kind: query.Decimal}}}},
			{Name: "at", Keys: []store.IndexKey{{Path: query.Path{Field: "at", Kind: query.Instant}, Desc: true}}},
			{Name: "code", Keys: []store.IndexKey{{Path: query.Path{Field: "code", Kind: query.Text}, Folded: true}}},
			{Name: "key", Unique: true, Keys: []store.IndexKey{{Path: query.Path{Field: "key", Kind: query.Key}}}},
			{Name: "title", Keys: []store.IndexKey{{Path: query.Path{Field: "title", Kind: query.Text, SortKey: true}}}},
		},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLayoutOfADocument(t *testing.T) {
	t.Parallel()
	c := dealCollection(t)
	raw, err := c.encode(&store.Doc{
		ID: "a", Rev: 3, Body: []byte(`{"id":"a","rev":3,"name":"ACME 一号","amount":"10000000000000125000","at":"2026-01-31T08:00:00.123Z","key":null,
			"n":12,"x":-0.5,"big":12345678901234567890,"code":"abc","title":"王","list":[1,{"k":"v"},[]],"no":null,"yes":true}`),
		Sort: map[string]string{"name": "3f"}, Tokens: []store.Token{{Field: "name", Text: "acme"}, {Field: "name", Text: "一号"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Validate(); err != nil {
		t.Fatal(err)
	}
	want := `{"_id": "a","rev": {"$numberLong":"3"},"name": "ACME 一号","amount": {"$numberDecimal":"12.5"},"at": {"$date":{"$numberLong":"1769846400123"}},` +
		`"n": {"$numberLong":"12"},"x": {"$numberDouble":"-0.5"},"big": {"$numberDouble":"12345678901234567000"},"code": "abc","title": "王",` +
		`"list": [{"$numberLong":"1"},{"k": "v"},[]],"no": null,"yes": true,"_sort": {"name": "3f","title": "` + query.SortKey("王") + `"},` +
		`"_fold": {"name": "acme 一号","code": "abc"},"_words": ["name acme","name 一号"]}`
	if got := strings.Replace(raw.String(), "1.2345678901234567E+19", "12345678901234567000", 1); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	d, err := decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"id":"a","rev":3,"name":"ACME 一号","amount":"10000000000000125000","at":"2026-01-31T08:00:00.123Z",` +
		`"n":12,"x":-0.5,"big":12345678901234567000,"code":"abc","title":"王","list":[1,{"k":"v"},[]],"no":null,"yes":true}`; string(d.Body) != want || d.ID != "a" || d.Rev != 3 {
		t.Errorf("got  %s\nwant %s", d.Body, want)
	}
	raw, err = c.encode(&store.Doc{ID: "b", Rev: 1, Body: []byte(`{"id":"b","rev":1}`)})
	if want := `{"_id": "b","rev": {"$numberLong":"1"},"_unset": {"amount": true,"code": true,"title": true}}`; err != nil || raw.String() != want {
		t.Errorf("got  %s %v\nwant %s", raw, err, want)
	}
}

func TestDecimalsAreExact(t *testing.T) {
	t.Parallel()
	for _, wire := range []string{"0", "-0.0001", "0.1", "12.5", "-12.5", "1000000", "999999999999999.9999", "-999999999999999.9999"} {
		stored, err := query.ParseDecimal(wire)
		if err != nil {
			t.Fatal(err)
		}
		d, ok := decimalOf(stored)
		want, err := primitive.ParseDecimal128(wire)
		if err != nil || !ok || d.String() != want.String() && wire != "1000000" {
			t.Errorf("%s became %s", wire, d)
		}
		if got := string(appendDecimal(nil, d)); got != stored {
			t.Errorf("%s came back as %s", stored, got)
		}
	}
	for written, wire := range map[string]string{"1E+3": "1000", "0.00004": "0", "0.00005": "0.0001", "-0.00005": "-0.0001", "-0": "0", "12.50000000": "12.5",
		"2999999999999999.9997": "2999999999999999.9997", "-2999999999999999.9997": "-2999999999999999.9997"} {
		d, err := primitive.ParseDecimal128(written)
		if err != nil {
			t.Fatal(err)
		}
		stored := string(appendDecimal(nil, d))
		if got := query.FormatDecimal(stored); got != wire {
			t.Errorf("%s was read as %s, want %s", written, got, wire)
		}
		if again, ok := decimalOf(stored); !ok || string(appendDecimal(nil, again)) != stored {
			t.Errorf("%s does not survive", stored)
		}
	}
}

// What a package or a definition carries is JSON of its own: no digit is lost.
func TestNumbersInsideKeepTheirDigits(t *testing.T) {
	t.Parallel()
	c := dealCollection(t)
	for _, number := range []string{
		"0", "-0.5", "12345678901234.5678", "-12345678901234567890", "0.1000000000000000000000000000000001", "123456789012345680000", "3.141592653589793",
	} {
		body := `{"id":"a","rev":1,"sample":[{"amount":` + number + `}]}`
		raw, err := c.encode(&store.Doc{ID: "a", Rev: 1, Body: []byte(body)})
		if err != nil {
			t.Fatal(err)
		}
		if d, err := decode(raw); err != nil || string(d.Body) != body {
			t.Errorf("%s came back as %s, %v", body, d.Body, err)
		}
	}
	for _, number := range []string{"0.0000000000001e-99999999", "1" + strings.Repeat("0", 300)} {
		if _, err := c.encode(&store.Doc{ID: "a", Rev: 1, Body: []byte(`{"id":"a","rev":1,"sample":[` + number + `]}`)}); err != nil {
			t.Errorf("%.40s: %v", number, err)
		}
	}
}

func TestBodiesThatAreRefused(t *testing.T) {
	t.Parallel()
	c := dealCollection(t)
	for _, body := range []string{
		``, `[]`, `{`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":1}x`, `{"a":01}`, `{"a":tru}`, `{"a":"x}`, `{"a":[1,]}`, `{"a":[1 2]}`, `{"a":1e999}`,
		`{"_sort":1}`, `{"$set":1}`, `{"a\u0000b":1}`, `{"":1}`, "{\"a\":\"\n\"}", `{"a":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`,
	} {
		if raw, err := c.encode(&store.Doc{ID: "a", Rev: 1, Body: []byte(body)}); err == nil {
			t.Errorf("%s was taken as %s", body, raw)
		}
	}
	large := fmt.Sprintf(`{"a":%q}`, strings.Repeat("x", 17<<20))
	if _, err := c.encode(&store.Doc{ID: "a", Rev: 1, Body: []byte(large)}); err == nil || !strings.Contains(err.Error(), "16 MiB") {
		t.Errorf("17 MiB: %v", err)
	}
}

// FuzzCodec holds that what is taken comes back with the same meaning.
func FuzzCodec(f *testing.F) {
	for _, body := range []string{`{"name":"\ud800 \u00e9\n😀","n":1.0,"l":[{},[],null,false]}`, `{"amount":"00000000000000000001","at":"2026-02-30T00:00:00.000Z"}`,
		`{ "n" : -1e-7 , "m":9223372036854775808}`, `{"amount":"29999999999999999997"}`} {
		f.Add([]byte(body))
	}
	c, err := newCollection(store.Collection{Name: "x", Kinds: map[string]query.Kind{"name": query.Text, "amount": query.Decimal, "at": query.Instant}}, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		raw, err := c.encode(&store.Doc{ID: "a", Rev: 1, Body: body})
		if err != nil {
			return
		}
		if err := raw.Validate(); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		d, err := decode(raw)
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		var was, is map[string]any
		if json.Unmarshal(body, &was) != nil {
			t.Fatalf("no JSON was taken: %s", body)
		}
		if err := json.Unmarshal(d.Body, &is); err != nil {
			t.Fatalf("%s: %v", d.Body, err)
		}
		was["id"], was["rev"] = "a", 1.0
		if a, b := mustJSON(t, was), mustJSON(t, is); !bytes.Equal(a, b) && !bytes.Contains(a, []byte("-0")) {
			t.Errorf("%s became %s", a, b)
		}
	})
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func BenchmarkCodec(b *testing.B) {
	c, err := newCollection(store.Collection{Name: "x", Kinds: map[string]query.Kind{"name": query.Text, "amount": query.Decimal, "created_at": query.Instant}}, nil)
	if err != nil {
		b.Fatal(err)
	}
	d := &store.Doc{ID: "0192", Rev: 1, Body: []byte(`{"id":"0192","rev":1,"created_at":"2026-01-31T08:00:00.123Z","name":"上海 company","amount":"10000000000000125000","stage":"won","tags":["a","b"],"note":"some longer text that says what was said"}`)}
	raw, err := c.encode(d)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.encode(d); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := decode(bson.Raw(raw)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
