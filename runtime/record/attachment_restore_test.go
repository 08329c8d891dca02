package record_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"weft/runtime/files"
	"weft/runtime/problem"
	"weft/runtime/record"
)

// clock is the time of an office, which its test moves on.
type clock struct{ at time.Time }

func newClock() *clock { return &clock{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)} }

func (c *clock) part() part {
	return func(o *record.Options) { o.Now = func() time.Time { return c.at } }
}

// sweep lets a day pass and takes away what no record refers to.
func (c *clock) sweep(o *office) {
	o.t.Helper()
	c.at = c.at.Add(files.UnlinkedRetention + time.Minute)
	if _, err := o.files.Sweep(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

func (p person) merge(keep, from, text string) *record.Result {
	p.o.t.Helper()
	return p.o.must(p.records().Merge(p.ctx(), p.call, "deal", keep, []string{from}, values(p.o.t, text)))
}

// what a restored record lists belongs to it, and stays.
func TestARestoredRecordListsWhatItHas(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meanwhile func(o *office, c *clock, keep string)
		holder    string // of the file after the restore
		lost      bool
	}{
		"which the kept record has": {func(*office, *clock, string) {}, "keep.proof", true},
		"which was let go": {func(o *office, _ *clock, keep string) {
			o.must(o.as("ann").patch("deal", keep, `{"proof":null}`))
		}, "other.proof", false},
		"which was swept": {func(o *office, c *clock, keep string) {
			o.must(o.as("ann").patch("deal", keep, `{"proof":null}`))
			c.sweep(o)
		}, "gone", true},
		"which lies in the bin": {func(o *office, _ *clock, keep string) {
			o.must(o.as("ann").remove("deal", keep))
		}, "keep.proof", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := newClock()
			o := newOffice(t, clock.part())
			ann := o.as("ann")
			ids := map[string]string{"F": ann.upload("f"), "G": ann.upload("g")}
			keep := o.must(ann.create("deal", `{"name":"keep"}`)).ID
			other := o.must(ann.create("deal", named(`{"name":"other","proof":[$F],"scan":[$G]}`, ids))).ID
			ann.merge(keep, other, `{"scan":[]}`)
			c.meanwhile(o, clock, keep)
			r := o.must(ann.restore("deal", other))
			clock.sweep(o)
			deals := map[string]string{"keep": keep, "other": other}
			if got := o.holder(ids["F"], deals); got != c.holder {
				t.Errorf("the file is linked to %s, want %s", got, c.holder)
			}
			if got := o.holder(ids["G"], deals); got != "other.scan" {
				t.Errorf("a file that was never taken is linked to %s", got)
			}
			o.listsOnly(other, ids["F"], c.lost, r)
		})
	}
}

// listsOnly checks that a restored deal lists its proof, or that the loss is in
// the answer and in the history.
func (o *office) listsOnly(deal, file string, lost bool, r *record.Result) {
	o.t.Helper()
	rows := o.history(deal)
	changes := rows[len(rows)-1]["changes"].(map[string]any)
	list := o.doc("deal", deal)["proof"]
	if !lost {
		if !reflect.DeepEqual(list, []any{file}) || r.Warnings != nil || len(changes) > 0 {
			o.t.Errorf("lists %v, warnings %s, history %v", list, r.Warnings, changes)
		}
		return
	}
	if list != nil || !strings.Contains(string(r.Warnings), `[{"path":"/proof","code":"lost_files","message":"came back without`) {
		o.t.Errorf("lists %v, warnings %s", list, r.Warnings)
	}
	if want := (map[string]any{"proof": map[string]any{"from": []any{file}}}); !reflect.DeepEqual(changes, want) {
		o.t.Errorf("history: %v", changes)
	}
}

// What comes back with a record keeps its files, too.
func TestACascadeKeepsItsFiles(t *testing.T) {
	t.Parallel()
	clock := newClock()
	o := newOffice(t, clock.part())
	ann := o.as("ann")
	ids := map[string]string{"F": ann.upload("f"), "G": ann.upload("g"), "S": ann.upload("s")}
	d := o.must(ann.create("deal", named(`{"name":"x","proof":[$F],"scan":[$F],"items":[{"product":"p","slip":[$S,$G]}]}`, ids)))
	row := wire(t, d)["items"].([]any)[0].(map[string]any)["id"].(string)
	o.must(ann.remove("deal", d.ID))
	clock.sweep(o)
	o.loseFile(ids["G"])
	r := o.must(ann.restore("deal", d.ID))
	clock.sweep(o)
	names := map[string]string{"deal": d.ID, "row": row}
	if f, s := o.holder(ids["F"], names), o.holder(ids["S"], names); f != "deal.proof" || s != "row.slip" {
		t.Errorf("linked to %s and %s", f, s)
	}
	if got := o.doc("item", row)["slip"]; !reflect.DeepEqual(got, []any{ids["S"]}) {
		t.Errorf("the row lists %v", got)
	}
	if !strings.Contains(string(r.Warnings), `[{"path":"","code":"lost_files"`) {
		t.Errorf("warnings: %s", r.Warnings)
	}
	if h := o.history(row); h[len(h)-1]["changes"].(map[string]any)["slip"] == nil {
		t.Errorf("history of the row: %v", h)
	}
}

// loseFile takes a file away although a record lists it, as it was possible once.
func (o *office) loseFile(id string) {
	o.t.Helper()
	found, err := o.files.Lookup(o.t.Context(), []string{id})
	if err == nil {
		err = o.files.DeleteUnlinked(o.t.Context(), &found[0])
	}
	if err != nil {
		o.t.Fatal(err)
	}
}

// Two merges took one file along; of the two records that come back at once
// one has it.
func TestABulkRestoreGivesAFileToOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	file := ann.upload("f")
	deal := func(text string) string { return o.must(ann.create("deal", text)).ID }
	first, second, last := deal(`{"name":"a","proof":["`+file+`"]}`), deal(`{"name":"b"}`), deal(`{"name":"c"}`)
	ann.merge(second, first, `{}`)
	ann.merge(last, second, `{}`)
	o.must(ann.patch("deal", last, `{"proof":null}`))
	list, err := o.records.Bulk(t.Context(), ann.call, "deal", record.BulkRequest{Op: "restore", IDs: []string{first, second}})
	if err != nil || list[0].Status != 200 || list[1].Status != 200 {
		t.Fatalf("%+v, %v", list, err)
	}
	holder := o.holder(file, map[string]string{"first": first, "second": second})
	if holder != "first.proof" && holder != "second.proof" {
		t.Fatalf("linked to %s", holder)
	}
	for i, name := range []string{"first", "second"} {
		has := o.doc("deal", list[i].ID)["proof"] != nil
		if has != (holder == name+".proof") || has == strings.Contains(string(list[i].Warnings), "lost_files") {
			t.Errorf("%s: has it: %v, warnings %s; linked to %s", name, has, list[i].Warnings, holder)
		}
	}
}

// A hook may change the files of a record that comes back.
func TestAHookChangesRestoredFiles(t *testing.T) {
	t.Parallel()
	var more []any
	o := newOffice(t, withHook(hookFunc(func(ch *record.Event) error {
		if ch.Op == "restore" {
			ch.After["proof"] = more
		}
		return nil
	})))
	ann := o.as("ann")
	own, his, mine := ann.upload("own"), o.as("bob").upload("his"), ann.upload("mine")
	d := o.must(ann.create("deal", `{"name":"x","proof":["`+own+`"]}`)).ID
	o.must(ann.remove("deal", d))
	more = []any{own, his}
	_, err := ann.restore("deal", d)
	o.refused(err, problem.Invalid, "/proof/1 no_such_file")
	more = []any{mine}
	o.must(ann.restore("deal", d))
	names := map[string]string{"deal": d}
	if a, b := o.holder(mine, names), o.holder(own, names); a != "deal.proof" || b != "loose" {
		t.Errorf("linked to %s and %s", a, b)
	}
}

// An undo takes back what its import let go, whoever uploaded it.
func TestAnUndoTakesFilesBack(t *testing.T) {
	t.Parallel()
	clock := newClock()
	o := newOffice(t, clock.part())
	ann, bob := o.as("ann"), o.as("bob")
	file := bob.upload("f")
	d := o.must(bob.create("deal", `{"name":"x","proof":["`+file+`"]}`)).ID
	o.must(bob.patch("deal", d, `{"owner":"`+ann.id()+`"}`))
	o.must(ann.patch("deal", d, `{"proof":null}`))
	_, err := ann.patch("deal", d, `{"proof":["`+file+`"]}`)
	o.refused(err, problem.Invalid, "/proof/0 no_such_file")
	undo := ann
	undo.call.Source, undo.call.Import = "undo", "run-1"
	o.must(undo.patch("deal", d, `{"proof":["`+file+`"]}`))
	if got := o.holder(file, map[string]string{"deal": d}); got != "deal.proof" {
		t.Errorf("linked to %s", got)
	}
	o.must(ann.patch("deal", d, `{"proof":null}`))
	clock.sweep(o)
	_, err = undo.patch("deal", d, `{"proof":["`+file+`"]}`)
	o.refused(err, problem.Invalid, "/proof/0 no_such_file")
}
