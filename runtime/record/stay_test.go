package record_test

import (
	"fmt"
	"testing"

	"weft/runtime/problem"
	"weft/runtime/record"
)

// signed makes an account and a contract in the stage signed, with one line.
func (o *office) signed() (account, contract, line string) {
	o.t.Helper()
	admin := o.as("admin")
	account = o.must(admin.create("account", `{"name":"A"}`)).ID
	contract = o.must(admin.create("contract", `{"name":"C1","total":"5","party":"`+account+`","lines":[{"what":"x"}]}`)).ID
	r := o.must(admin.move("contract", contract, "signed", `{}`, ""))
	line = wire(o.t, r)["lines"].([]any)[0].(map[string]any)["id"].(string)
	return account, contract, line
}

// E12: a guard for the stay is asked for every change that could break it, and
// a stage locks fields, whatever the way.
func TestAGuardHoldsForTheStay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.as("admin")
	account, contract, line := o.signed()
	list := func(r []record.BulkResult, err error) error {
		if err != nil {
			return err
		}
		if r[0].Problem == nil {
			return nil
		}
		return r[0].Problem
	}
	for name, err := range map[string]error{
		"patch":             second(admin.patch("contract", contract, `{"party":null}`)),
		"empty text":        second(admin.patch("contract", contract, `{"party":" "}`)),
		"locked":            second(admin.patch("contract", contract, `{"total":"6"}`)),
		"no rows":           second(admin.patch("contract", contract, `{"lines":[]}`)),
		"the row itself":    second(admin.remove("contract_line", line)),
		"bulk of the row":   list(o.records.Bulk(t.Context(), admin.call, "contract_line", record.BulkRequest{Op: "delete", IDs: []string{line}})),
		"what it refers to": second(admin.remove("account", account)),
		"apply":             second(o.records.Apply(t.Context(), admin.call, []record.Operation{{Op: "delete", Entity: "contract_line", ID: line}})),
	} {
		if problem.CodeOf(err) != problem.Guard {
			t.Errorf("%s: %v", name, err)
		}
	}
	rows, err := o.records.ImportRows(t.Context(), admin.call, "contract", []record.Row{{ID: contract, Values: values(t, `{"party":null}`)}}, false)
	if err != nil || rows[0].Problem == nil || rows[0].Problem.Code != problem.Guard {
		t.Errorf("import: %+v, %v", rows, err)
	}
	o.must(admin.patch("contract_line", line, `{"what":"y"}`))
	o.must(admin.move("contract", contract, "ended", `{}`, ""))
	for name, err := range map[string]error{
		"a new row":     second(admin.create("contract_line", `{"what":"z","contract":"`+contract+`"}`)),
		"a changed row": second(admin.patch("contract_line", line, `{"what":"z"}`)),
		"a set":         second(admin.patch("contract", contract, `{"lines":[{"what":"z"}]}`)),
	} {
		if problem.CodeOf(err) != problem.Guard {
			t.Errorf("%s in a stage that locks the rows: %v", name, err)
		}
	}
	o.must(admin.patch("contract", contract, `{"name":"renamed"}`))
}

func second[T any](_ T, err error) error { return err }

// E13: an entity with several stage machines has visits and moves of each.
func TestEachStageMachineMovesByItself(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, contract, _ := o.signed()
	r := o.must(o.as("admin").move("contract", contract, "paid", `{}`, ""))
	rec := wire(t, r)
	if rec["state"] != "signed" || rec["payment"] != "paid" || rec["paid_on"] == nil {
		t.Errorf("record: %v", rec)
	}
	open := map[any]bool{}
	for _, v := range o.rows("stage_visit", "record", contract) {
		if v["left_at"] == nil {
			open[v["stage"]] = true
		}
	}
	if len(open) != 2 || !open["signed"] || !open["paid"] {
		t.Errorf("open visits: %v", open)
	}
}

// V2, V4: empty text is unset and blanks at the ends are no part of a value,
// whatever the type of the field and the way in.
func TestEmptyTextIsUnset(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.as("admin")
	a := wire(t, o.must(admin.create("contract", `{"name":"one","code":"","email":" ","total":"","party":"","kind_of":"","paid_on":""}`)))
	o.must(admin.create("contract", `{"name":"two","code":"\u3000"}`))
	for _, key := range []string{"code", "email", "total", "party", "kind_of", "paid_on"} {
		if v, set := a[key]; set {
			t.Errorf("%s: %q", key, v)
		}
	}
	if a["label"] != "none" {
		t.Errorf("formula: %v", a["label"])
	}
	_, err := admin.create("contract", `{"name":"   "}`)
	o.refused(err, problem.Invalid, "/name required")
	o.must(admin.create("contract", `{"name":"ww","code":"w1"}`))
	for _, code := range []string{"w1 ", `w1\u3000`, `w1\u200b`, ` w1`} {
		_, err := admin.create("contract", `{"name":"ww","code":"`+code+`"}`)
		o.refused(err, problem.Unique, "/code unique")
	}
	rows, err := o.records.ImportRows(t.Context(), admin.call, "contract", []record.Row{{Values: map[string]any{"name": "imp", "code": " ", "email": ""}}}, false)
	if err != nil || rows[0].Problem != nil || o.doc("contract", rows[0].ID)["code"] != nil {
		t.Errorf("import: %+v, %v", rows, err)
	}
}

// V11: a choice that is no longer offered stays on old records only.
func TestAHiddenChoiceIsNotTakenAnew(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, err := o.as("admin").create("contract", `{"name":"new","kind_of":"old"}`)
	o.refused(err, problem.Invalid, "/kind_of retired_choice")
}

// V14: the limit of child rows holds on every way in.
func TestTheLimitOfChildRowsHoldsOnEveryWay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.as("admin")
	contract := o.must(admin.create("contract", `{"name":"C1","lines":[{"what":"1"},{"what":"2"}]}`)).ID
	_, err := admin.patch("contract", contract, `{"lines":[{"what":"1"},{"what":"2"},{"what":"3"},{"what":"4"}]}`)
	o.refused(err, problem.Invalid, "/lines too_many_items")
	row := `{"what":"x","contract":"` + contract + `"}`
	o.must(admin.create("contract_line", row))
	_, err = admin.create("contract_line", row)
	o.refused(err, problem.Invalid, "/contract too_many_items")
	other := o.must(admin.create("contract", `{"name":"C2","lines":[{"what":"1"}]}`)).ID
	moved := o.rows("contract_line", "contract", other)[0]["id"].(string)
	_, err = admin.patch("contract_line", moved, `{"contract":"`+contract+`"}`)
	o.refused(err, problem.Invalid, "/contract too_many_items")
	rows := make([]record.Row, 5)
	for i := range rows {
		rows[i].Values = map[string]any{"what": fmt.Sprint(i), "contract": other}
	}
	done, err := o.records.ImportRows(t.Context(), admin.call, "contract_line", rows, false)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range done {
		if bad := r.Problem != nil; bad != (i > 1) {
			t.Errorf("row %d: %+v", i, r)
		}
	}
	if n := len(o.rows("contract_line", "contract", other)); n != 3 {
		t.Errorf("%d rows", n)
	}
}

// R10: restore needs the right to delete every record that it brings back.
func TestRestoreNeedsTheRightOnAllThatReturns(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann, bob, admin := o.as("ann"), o.as("bob"), o.as("admin")
	mine, his := o.must(ann.create("deal", `{"name":"mine"}`)).ID, o.must(bob.create("deal", `{"name":"his"}`)).ID
	keep := o.must(admin.create("deal", `{"name":"keep"}`)).ID
	if _, err := o.records.Merge(t.Context(), admin.call, "deal", keep, []string{mine, his}, nil); err != nil {
		t.Fatal(err)
	}
	_, err := ann.restore("deal", mine)
	o.refused(err, problem.Forbidden)
	if o.doc("deal", his) != nil {
		t.Error("a record of somebody else came back")
	}
	o.must(admin.restore("deal", mine))
	if o.doc("deal", his) == nil {
		t.Error("the admin brings all of it back")
	}
}

// B5: guards of an import row see the values that are computed from the row, as
// those of any other change.
func TestGuardsOfAnImportRowSeeComputedValues(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.as("admin")
	account := o.must(admin.create("account", `{"name":"A"}`)).ID
	known := o.must(admin.create("contract", `{"name":"known"}`)).ID
	row := `{"name":"CC","party":"` + account + `","lines":[{"what":"x"}],"state":"signed"}`
	none := `{"name":"CC","party":"` + account + `","state":"signed"}`
	rows, err := o.records.ImportRows(t.Context(), admin.call, "contract", []record.Row{
		{ID: known, Values: values(t, row)}, {Values: values(t, row)}, {Values: values(t, none)},
	}, false)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		if bad := r.Problem != nil; bad != (i == 2) {
			t.Errorf("row %d: %+v", i, r)
		}
	}
	if problem.CodeOf(rows[2].Problem) != problem.Guard {
		t.Errorf("without a line: %v", rows[2].Problem)
	}
	if doc := o.doc("contract", known); doc["state"] != "signed" || doc["line_count"] != 1.0 {
		t.Errorf("stored: %v", doc)
	}
}

// A merge moves references of records whose stage locks them: they name the same
// thing as before.
func TestAMergeMovesLockedReferences(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.as("admin")
	account, contract, _ := o.signed()
	o.must(admin.move("contract", contract, "ended", `{}`, ""))
	if _, err := admin.patch("contract", contract, `{"party":null}`); problem.CodeOf(err) != problem.Guard {
		t.Fatalf("a locked reference: %v", err)
	}
	keep := o.must(admin.create("account", `{"name":"B"}`)).ID
	if _, err := o.records.Merge(t.Context(), admin.call, "account", keep, []string{account}, nil); err != nil {
		t.Fatal(err)
	}
	if got := o.doc("contract", contract)["party"]; got != keep {
		t.Errorf("the contract refers to %v", got)
	}
}
