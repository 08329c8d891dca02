package read

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/query"
)

// renderEntity has one field of each form that a stored value can take.
func renderEntity() *model.Entity {
	e := &model.Entity{Key: "deal", ByKey: map[string]*model.Field{}}
	for _, f := range []model.Field{
		{Key: "name", Kind: query.Text}, {Key: "amount", Kind: query.Decimal}, {Key: "score", Kind: query.Number},
		{Key: "tags", Kind: query.Keys}, {Key: "place", Kind: query.Object}, {Key: "cost", Kind: query.Decimal},
	} {
		e.Fields = append(e.Fields, &f)
		e.ByKey[f.Key] = &f
	}
	return e
}

func adminMask() *access.Mask {
	return (&access.Rights{Actor: &access.Actor{Admin: true}}).ReadMask("deal", nil)
}

func TestRenderCopiesWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	const all = `{"id":"1","rev":2,"created_at":"2026-01-01T00:00:00.000Z","name":"a\"b\\","amount":"10000000000000125000","score":1.5,"tags":["x","}"],"place":{"lat":1,"address":"]\\\""},"cost":"09999999999999999900"}`
	for _, c := range []struct {
		body, want string
		fields     []string
	}{
		{all, `{"id":"1","rev":2,"created_at":"2026-01-01T00:00:00.000Z","name":"a\"b\\","amount":"12.5","score":1.5,"tags":["x","}"],"place":{"lat":1,"address":"]\\\""},"cost":"-0.01"}`, nil},
		{all, `{"id":"1","rev":2}`, []string{}},
		{all, `{"id":"1","rev":2,"cost":"-0.01"}`, []string{"cost"}},
		{all, `{"id":"1","rev":2,"name":"a\"b\\","score":1.5,"place":{"lat":1,"address":"]\\\""}}`, []string{"name", "score", "place"}},
		{`{"id":"1","rev":2,"gone":{"a":[1,{"b":"}"}]},"name":"n","lost":true}`, `{"id":"1","rev":2,"name":"n"}`, nil},
		{`{"name":"n","rev":2,"amount":"10000000000000000000","id":"1"}`, `{"name":"n","rev":2,"amount":"0","id":"1"}`, nil}, // another order
		{` { "id" : "1" , "rev" : 2 , "gone" : null , "amount" : "10000000000000010000" } `, `{"id" : "1" , "rev" : 2,"amount" : "1"}`, nil},
		{`{"id":"1","amount":"39999999999999999997"}`, `{"id":"1","amount":"2999999999999999.9997"}`, nil}, // a sum beyond a field's range
	} {
		var fields map[string]bool
		if c.fields != nil {
			fields = map[string]bool{}
			for _, f := range c.fields {
				fields[f] = true
			}
		}
		got, err := newRenderer(renderEntity(), adminMask(), fields).append(nil, []byte(c.body))
		if err != nil || string(got) != c.want {
			t.Errorf("%s\n got %s, %v\nwant %s", c.body, got, err, c.want)
		}
	}
}

func TestRenderRefusesWhatIsNoObject(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{", "[]", "null", `{"id"}`, `{"id":}`, `{"id":"1"`, `{"id":"1",}`, `{"id":"1" "rev":2}`, `{"id":"\"}`, `{"tags":[1}`, `{"place":{"a":"}`, `{id:1}`} {
		if out, err := newRenderer(renderEntity(), adminMask(), nil).append(nil, []byte(body)); err == nil {
			t.Errorf("%s became %s", body, out)
		}
	}
}

// FuzzRender: what encoding/json can read as an object is rendered as the same
// object; nothing ever makes the scanner run out of its body.
func FuzzRender(f *testing.F) {
	for _, seed := range []string{`{"id":"1","rev":2,"name":"\\\""}`, `{"id":"1","tags":[[[]]],"place":{"a":{"b":[]}}}`, `{}`, `{"a":1}`, `{"name":"` + strings.Repeat(`\\`, 9) + `"}`} {
		f.Add([]byte(seed))
	}
	e := renderEntity()
	r := newRenderer(e, adminMask(), nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		out, err := r.append(nil, body)
		var want map[string]any
		if json.Unmarshal(body, &want) != nil || want == nil {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		var got map[string]any
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("%s became %s: %v", body, out, err)
		}
		for key, v := range got {
			if kind := e.ByKey[key]; kind != nil && kind.Kind == query.Decimal {
				continue
			}
			if !reflect.DeepEqual(v, want[key]) {
				t.Fatalf("%s became %s", body, out)
			}
		}
	})
}

func BenchmarkRender(b *testing.B) {
	body := []byte(`{"id":"0190a0a0-0000-7000-8000-000000000000","rev":3,"created_at":"2026-01-01T00:00:00.000Z","created_by":"0190a0a0-0000-7000-8000-000000000000",` +
		`"updated_at":"2026-01-01T00:00:00.000Z","updated_by":"0190a0a0-0000-7000-8000-000000000000","name":"` + strings.Repeat("名称", 30) +
		`","amount":"10000000000010000000","score":17.5,"tags":["a","b","c"],"place":{"lat":31.2,"lng":121.4,"system":"gcj02"}}`)
	r := newRenderer(renderEntity(), adminMask(), nil)
	out := make([]byte, 0, 1024)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		out, _ = r.append(out[:0], body)
	}
}

// A reader who sees no field of a record must not get the rendering of one who
// sees all.
func TestNoFieldsAndAllFieldsAreDifferentViews(t *testing.T) {
	t.Parallel()
	view := func(a *access.Actor) string {
		sel := &Selection{Rights: &access.Rights{Actor: a}, Entity: renderEntity(), view: "*:"}
		return sel.RenderKey(map[string]any{"id": "1"})
	}
	if all, none := view(&access.Actor{Admin: true}), view(&access.Actor{}); all == none {
		t.Errorf("both are %q", all)
	}
}
