package builder_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"weft/builder"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/runtime/store/storetest/anystore"
	"weft/schemas"
)

// fixture is a builder over a real store.
type fixture struct {
	*builder.Builder
	store   store.Store
	current *model.Current
}

func open(t *testing.T) *fixture {
	t.Helper()
	return over(t, anystore.Open(t))
}

func over(t *testing.T, s store.Store) *fixture {
	t.Helper()
	current := &model.Current{}
	b := builder.New(builder.Options{
		Store: s, Current: current, Now: func() time.Time { return time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC) },
		Collections: func(m *model.Model) []store.Collection {
			return append(record.Collections(m), builder.Collections()...)
		},
	})
	if err := b.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &fixture{b, s, current}
}

// put writes a record as package record would.
func (b *fixture) put(t *testing.T, entity, id, rest string) {
	t.Helper()
	body := fmt.Sprintf(`{"id":%q,"rev":1%s}`, id, rest)
	err := b.store.Commit(t.Context(), &store.Batch{Ops: []store.Op{
		{Kind: store.Insert, Collection: entity, Doc: store.Doc{ID: id, Rev: 1, Body: json.RawMessage(body)}},
	}})
	if err != nil {
		t.Fatal(err)
	}
}

const title = `{"zh-CN":"题","en":"Title"}`

func entity(key, properties string) string {
	return `{"kind":"entity","key":"` + key + `","type":"object","x-title":` + title + `,"properties":{` + properties + `}}`
}

func text(key string) string { return `"` + key + `":{"x-type":"text","x-title":` + title + `}` }

func choice(key string, choices ...string) string {
	list := ""
	for i, c := range choices {
		if i > 0 {
			list += ","
		}
		list += `{"key":"` + c + `","title":` + title + `}`
	}
	return `"` + key + `":{"x-type":"choice","x-title":` + title + `,"x-choices":[` + list + `]}`
}

func set(t *testing.T, docs ...string) *schemas.Set {
	t.Helper()
	s := &schemas.Set{}
	for _, d := range docs {
		def, problems := schemas.Decode([]byte(d))
		if len(problems) > 0 {
			t.Fatal(problem.Of(problem.Invalid, problems...))
		}
		s.Add(def)
	}
	return s
}

func (b *fixture) publish(t *testing.T, docs ...string) int64 {
	t.Helper()
	v, err := b.Publish(t.Context(), "ada", set(t, docs...))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// refused checks that err is a problem with exactly these "path code" pairs.
func refused(t *testing.T, err error, want ...string) {
	t.Helper()
	p := problem.As(err)
	if p == nil {
		t.Fatalf("no problem but %v", err)
	}
	var have []string
	for _, f := range p.Fields {
		have = append(have, f.Path+" "+f.Code)
		if !problem.Known(f.Code) {
			t.Errorf("no text for %s", f.Code)
		}
	}
	if !slices.Equal(have, want) {
		t.Errorf("problems\n have %q\n want %q", have, want)
	}
}

func crm(extra map[string]string) fstest.MapFS {
	files := fstest.MapFS{}
	put := func(name, content string) { files[name] = &fstest.MapFile{Data: []byte(content)} }
	put("template.json", `{"kind":"template","key":"crm","version":"1.0.0","title":`+title+`,"description":`+title+`,"menu":[{"title":`+title+`,"entity":"deal"}]}`)
	put("entities/deal.json", entity("deal", text("name")))
	put("roles/sales.json", `{"kind":"role","key":"sales","title":`+title+`,"grants":[{"entity":"deal","operations":["read"],"scopes":[{"type":"all"}],"read":{"all":true}}]}`)
	put("scripts/check.json", `{"kind":"script","key":"check","title":`+title+`,"entity":"deal","events":["before_create"]}`)
	put("scripts/check.js", "function run(r) { return r }\n")
	put("mappings/b2b.json", `{"name":"b2b","files":[{"entity":"deal","columns":{}}]}`)
	put("sample/20-deal.json", `{"entity":"deal","rows":[{"name":"大单","amount":12345678901234.5678}]}`)
	put("scenarios/o1.json", `{"title":{"zh-CN":"一","en":"One"},"steps":[{"as":"admin","do":"get","expect":{"status":200}}]}`)
	put("README.md", "# CRM\n")
	for name, content := range extra {
		if content == "" {
			delete(files, name)
			continue
		}
		put(name, content)
	}
	return files
}

func readPackage(t *testing.T, files fstest.MapFS) *builder.Package {
	t.Helper()
	p, problems := builder.ReadPackage(files)
	if len(problems) > 0 {
		t.Fatal(problem.Of(problem.Invalid, problems...))
	}
	return p
}
