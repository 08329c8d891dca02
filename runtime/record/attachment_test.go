package record_test

import (
	"fmt"
	"strings"
	"testing"

	"weft/runtime/problem"
	"weft/runtime/record"
)

// holder says where a file is linked, "deal.proof" of a record under one of
// the names given; "loose", or "gone".
func (o *office) holder(file string, names map[string]string) string {
	o.t.Helper()
	f := o.doc("weft_file", file)
	if f == nil {
		return "gone"
	}
	id, _ := f["record"].(string)
	if id == "" {
		return "loose"
	}
	for name, have := range names {
		if have == id {
			return fmt.Sprint(name, ".", f["field"])
		}
	}
	return "elsewhere"
}

// named writes values in which a word like $F stands for an id.
func named(text string, ids map[string]string) string {
	for name, id := range ids {
		text = strings.ReplaceAll(text, "$"+name, `"`+id+`"`)
	}
	return text
}

func TestFilesBelongToOneRecord(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann, bob := o.as("ann"), o.as("bob")
	file, his := ann.upload("mine"), bob.upload("his")
	big := ann.upload(fmt.Sprintf("%0200d", 1))
	_, err := ann.create("deal", `{"name":"x","proof":["`+file+`","`+his+`","`+big+`"]}`)
	o.refused(err, problem.Invalid, "/proof/1 no_such_file", "/proof/2 file_too_large")
	d := o.must(ann.create("deal", `{"name":"x","proof":["`+file+`"]}`)).ID
	if f := o.doc("weft_file", file); f["record"] != d || f["field"] != "proof" {
		t.Errorf("file: %v", f)
	}
	_, err = ann.create("deal", `{"name":"y","proof":["`+file+`"]}`)
	o.refused(err, problem.Invalid, "/proof/0 file_elsewhere")
	_, err = bob.create("deal", `{"name":"y","proof":["`+file+`"]}`)
	o.refused(err, problem.Invalid, "/proof/0 no_such_file")
	o.must(ann.patch("deal", d, `{"proof":null}`))
	if f := o.doc("weft_file", file); f["record"] != nil && f["record"] != "" {
		t.Errorf("let go: %v", f)
	}
}

// A file in two fields of a record is linked once, to one that holds it.
func TestAFileInTwoFieldsOfARecord(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ create, patch, want string }{
		"in both at once":        {`{"name":"x","proof":[$F],"scan":[$F]}`, `{}`, "deal.proof"},
		"later in another":       {`{"name":"x","scan":[$F]}`, `{"proof":[$F]}`, "deal.scan"},
		"from one to another":    {`{"name":"x","scan":[$F]}`, `{"scan":null,"proof":[$F]}`, "deal.proof"},
		"out of the one linked":  {`{"name":"x","proof":[$F],"scan":[$F]}`, `{"proof":null}`, "deal.scan"},
		"out of the other":       {`{"name":"x","proof":[$F],"scan":[$F]}`, `{"scan":null}`, "deal.proof"},
		"out of both at once":    {`{"name":"x","proof":[$F],"scan":[$F]}`, `{"scan":null,"proof":null}`, "loose"},
		"one beside it goes":     {`{"name":"x","proof":[$F,$G],"scan":[$F]}`, `{"proof":[$G]}`, "deal.scan"},
		"both change their list": {`{"name":"x","proof":[$F],"scan":[$G]}`, `{"proof":[$G],"scan":[$F]}`, "deal.scan"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			ann := o.as("ann")
			ids := map[string]string{"F": ann.upload("f"), "G": ann.upload("g")}
			d := o.must(ann.create("deal", named(c.create, ids))).ID
			o.must(ann.patch("deal", d, named(c.patch, ids)))
			if got := o.holder(ids["F"], map[string]string{"deal": d}); got != c.want {
				t.Errorf("linked to %s, want %s", got, c.want)
			}
		})
	}
}

// A file that is named twice is a problem of the field, never a conflict.
func TestAFileGivenTwice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ values, want string }{
		"in one list":                {`{"proof":[$F,$F]}`, "/proof/1 duplicate_item"},
		"record and child row":       {`{"proof":[$F],"items":[{"id":$ROW,"slip":[$G,$F]}]}`, "/proof/0 file_elsewhere"},
		"record and new row":         {`{"scan":[$F],"items":[{"id":$ROW},{"product":"q","slip":[$F]}]}`, "/scan/0 file_elsewhere"},
		"two new rows":               {`{"items":[{"id":$ROW},{"product":"q","slip":[$F]},{"product":"r","slip":[$F]}]}`, "/items/2/slip/0 file_elsewhere"},
		"the record takes the row's": {`{"proof":[$G]}`, "/proof/0 file_elsewhere"},
		"a new row in its place":     {`{"items":[{"product":"q","slip":[$G]}]}`, "/items/0/slip/0 file_elsewhere"},
		"from row to row":            {`{"items":[{"id":$ROW,"slip":null},{"product":"q","slip":[$G]}]}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			ann := o.as("ann")
			ids := map[string]string{"F": ann.upload("f"), "G": ann.upload("g")}
			d := o.must(ann.create("deal", named(`{"name":"x","items":[{"product":"p","slip":[$G]}]}`, ids)))
			ids["ROW"] = wire(t, d)["items"].([]any)[0].(map[string]any)["id"].(string)
			_, err := ann.patch("deal", d.ID, named(c.values, ids))
			if c.want != "" {
				o.refused(err, problem.Invalid, c.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := o.holder(ids["G"], map[string]string{"deal": d.ID, "row": ids["ROW"]}); got != "elsewhere" {
				t.Errorf("linked to %s, want the new row", got)
			}
		})
	}
}

// Of several records that are given one file in a call, one takes it.
func TestOneFileForManyRecords(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann, admin := o.as("ann"), o.as("admin")
	a, b := o.must(ann.create("deal", `{"name":"a"}`)).ID, o.must(ann.create("deal", `{"name":"b"}`)).ID
	values := map[string]any{"name": "x", "proof": []any{ann.upload("f")}}
	list, err := o.records.Bulk(t.Context(), ann.call, "deal", record.BulkRequest{Op: "update", IDs: []string{a, b}, Values: values})
	if err != nil || list[0].Status+list[1].Status != 200+422 {
		t.Fatalf("bulk: %+v, %v", list, err)
	}
	for _, r := range list {
		if r.Problem != nil {
			o.refused(r.Problem, problem.Invalid, "/proof/0 file_elsewhere")
		}
	}
	values["proof"] = []any{admin.upload("g")}
	rows := dealRows(3, func(int) map[string]any { return values })
	for _, dryRun := range []bool{true, false} {
		name := map[bool]string{true: "a dry run", false: "an import"}[dryRun]
		done := admin.importing(rows, dryRun)
		if done[0].Problem != nil || done[1].Problem == nil || done[2].Problem == nil {
			t.Fatalf("%s: %+v", name, done)
		}
		o.refused(done[1].Problem, problem.Invalid, "/proof/0 file_elsewhere")
		o.refused(done[2].Problem, problem.Invalid, "/proof/0 file_elsewhere")
		if !dryRun && o.holder(fmt.Sprint(values["proof"].([]any)[0]), map[string]string{"first": done[0].ID}) != "first.proof" {
			t.Error("the first row has not got the file")
		}
	}
}
