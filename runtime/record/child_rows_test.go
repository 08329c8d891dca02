package record_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"weft/runtime/problem"
	"weft/runtime/record"
)

// What a write answers is what a read answers.
func TestAWriteAnswersAsARead(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	written := o.must(ann.create("deal", `{"name":"a\"b\u0007 大单","amount":"12.3400","tags":["x"],"items":[{"product":"p","qty":0.5},{"product":"q"}]}`))
	if written == nil {
		return
	}
	read, rev, err := o.reads.Get(t.Context(), ann.call.Actor, "deal", written.ID, nil, nil)
	if err != nil || rev != written.Rev {
		t.Fatal(rev, err)
	}
	var a, b any
	if json.Unmarshal(written.Record, &a) != nil || json.Unmarshal(read, &b) != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("written %s\nread    %s", written.Record, read)
	}
}

// A child row changed by itself needs the right to change its parent.
func TestAChildRowBelongsToItsParent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann, bob := o.as("ann"), o.as("bob")
	mine := o.must(ann.create("deal", `{"name":"mine","items":[{"product":"p","qty":1}]}`))
	other := o.must(ann.create("deal", `{"name":"other"}`)).ID
	row := wire(t, mine)["items"].([]any)[0].(map[string]any)["id"].(string)

	_, err := ann.create("item", `{"product":"p"}`)
	o.refused(err, problem.Invalid, "/deal required")
	_, err = bob.create("item", `{"product":"p","deal":"`+mine.ID+`"}`)
	o.refused(err, problem.Invalid, "/deal no_such_record")
	// The deal is not his to see, so its rows are not there (S-01).
	_, err = bob.patch("item", row, `{"qty":9}`)
	o.refused(err, problem.NotFound)
	_, err = bob.remove("item", row)
	o.refused(err, problem.NotFound)

	o.must(ann.patch("item", row, `{"qty":3}`))
	if doc := o.doc("deal", mine.ID); doc["quantity"] != float64(3) || doc["rev"] != float64(2) {
		t.Errorf("the parent did not follow: %v", doc)
	}
	o.must(ann.patch("item", row, `{"deal":"`+other+`"}`))
	if from, to := o.doc("deal", mine.ID), o.doc("deal", other); from["quantity"] != float64(0) || to["quantity"] != float64(3) || to["twice"] != float64(6) {
		t.Errorf("moved: %v, %v", from, to)
	}
	o.must(ann.remove("item", row))
	if doc := o.doc("deal", other); doc["quantity"] != float64(0) {
		t.Errorf("deleted: %v", doc)
	}
	o.must(ann.restore("item", row))
	if doc := o.doc("deal", other); doc["quantity"] != float64(3) {
		t.Errorf("restored: %v", doc)
	}
}

func TestBulk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann, bob := o.as("ann"), o.as("bob")
	a := o.must(ann.create("deal", `{"name":"x","amount":1}`)).ID
	b := o.must(ann.create("deal", `{"name":"x","amount":2}`)).ID
	his := o.must(bob.create("deal", `{"name":"x","amount":3}`)).ID
	bulk := func(r record.BulkRequest) []record.BulkResult {
		t.Helper()
		list, err := o.records.Bulk(t.Context(), ann.call, "deal", r)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	list := bulk(record.BulkRequest{Op: "update", Where: []byte(`["name","=","x"]`), Values: map[string]any{"external_id": "same"}})
	if len(list) != 2 || list[0].Status+list[1].Status != 200+409 {
		t.Errorf("one of two takes the key, the third is not his: %+v", list)
	}
	list = bulk(record.BulkRequest{Op: "transition", IDs: []string{a, his, b, a, "gone"}, To: "lost", Comment: "price"})
	want := []int{200, 404, 200, 404}
	for i, r := range list {
		if r.Status != want[i] {
			t.Errorf("result %d: %+v", i, r)
		}
	}
	bulk(record.BulkRequest{Op: "delete", IDs: []string{a, b}})
	list = bulk(record.BulkRequest{Op: "restore", IDs: []string{b, a}})
	if len(list) != 2 || list[0].ID != b || list[0].Status != 200 || o.doc("deal", a)["stage"] != "lost" {
		t.Errorf("restored: %+v", list)
	}
	for _, r := range []record.BulkRequest{
		{Op: "update"},
		{Op: "delete", Where: []byte(`null`)},
		{Op: "update", IDs: []string{a}, Where: []byte(`["name","=","x"]`)},
		{Op: "explode", IDs: []string{a}},
		{Op: "update", Where: []byte(`["colour","=","x"]`)},
		{Op: "update", IDs: make([]string, 10_001)},
	} {
		_, err := o.records.Bulk(t.Context(), ann.call, "deal", r)
		o.refused(err, problem.Invalid)
	}
}
