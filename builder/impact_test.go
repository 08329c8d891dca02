package builder_test

import (
	"slices"
	"testing"

	"weft/builder"
)

func TestImpactCountsRecordsAndNamesDefinitions(t *testing.T) { // P4, R-18
	t.Parallel()
	b := open(t)
	form := func(key, fields string) string {
		return `{"kind":"form","key":"` + key + `","title":` + title + `,"entity":"deal","sections":[{"fields":[` + fields + `]}]}`
	}
	view := `{"kind":"view","key":"board","title":` + title + `,"entity":"deal","type":"board","by":"stage","sort":["-note"],"columns":["name"]}`
	b.publish(t, entity("deal", text("name")+","+text("note")+","+choice("stage", "new", "won")), form("phone", `"name"`), form("desk", `"name","note"`), view)
	b.put(t, "deal", "a", `,"name":"大单","stage":"won"`)
	b.put(t, "deal", "b", `,"name":"小单","note":"重要","stage":"new"`)

	next := set(t, `{"kind":"entity","key":"deal","type":"object","x-title":`+title+`,"required":["phone"],"properties":{
		"name":{"x-type":"text","x-unique":true,"maxLength":10,"x-searchable":true,"x-title":`+title+`},`+choice("stage", "new")+`,"phone":{"x-type":"phone","x-title":`+title+`},
		"size":{"x-type":"formula","x-formula":"LEN(name)","x-result":"number","x-title":`+title+`}}}`,
		form("phone", `"name"`), form("desk", `"name","note"`), view)
	out, err := b.Impact(t.Context(), next, builder.Conversions{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]struct {
		records     int64
		definitions []string
	}{
		"/entity/deal/properties/note field_removed":               {1, []string{"form/desk", "view/board"}},
		"/entity/deal/properties/stage/x-choices/1 choice_removed": {1, []string{"view/board"}},
		"/entity/deal/properties/name becomes_unique":              {0, nil},
		"/entity/deal/properties/name renewed_later":               {2, nil},
		"/entity/deal/properties/size renewed_later":               {2, nil},
		"/entity/deal/properties/phone becomes_required":           {2, []string{"form/phone", "form/desk"}},
	}
	for _, e := range out.Effects {
		w, ok := want[e.Path+" "+e.Code]
		if !ok || w.records != e.Records || !slices.Equal(w.definitions, e.Definitions) {
			t.Errorf("%+v, want %+v", e, w)
		}
		delete(want, e.Path+" "+e.Code)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
	if len(out.Changes) != 1 || out.Changes[0].Op != "changed" {
		t.Errorf("%+v", out.Changes)
	}
}
