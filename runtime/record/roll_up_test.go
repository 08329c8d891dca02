package record_test

import (
	"fmt"
	"sync"
	"testing"
)

// figuresOf reads count, sum and greatest of an account's deals as shown.
func (o *office) figuresOf(id string) string {
	o.t.Helper()
	raw, _, err := o.reads.Get(o.t.Context(), o.as("admin").call.Actor, "account", id, nil, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	v := values(o.t, string(raw))
	return fmt.Sprint(v["deals"], " ", v["pipeline"], " ", v["biggest"])
}

func TestRollUpsFollowEveryChange(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.as("admin")
	a := o.must(admin.create("account", `{"name":"A"}`)).ID
	b := o.must(admin.create("account", `{"name":"B"}`)).ID
	want := func(step, inA, inB string) {
		t.Helper()
		if gotA, gotB := o.figuresOf(a), o.figuresOf(b); gotA != inA || gotB != inB {
			t.Errorf("%s: A %s, B %s; want %s and %s", step, gotA, gotB, inA, inB)
		}
	}
	want("empty", "0 0 <nil>", "0 0 <nil>")
	d1 := o.must(admin.create("deal", `{"name":"1","amount":"10.10","account":"`+a+`"}`)).ID
	d2 := o.must(admin.create("deal", `{"name":"2","amount":5,"account":"`+a+`"}`)).ID
	want("two created", "2 15.1 10.1", "0 0 <nil>")
	o.must(admin.patch("deal", d1, `{"amount":1}`))
	want("one changed", "2 6 5", "0 0 <nil>")
	o.must(admin.patch("deal", d1, `{"account":"`+b+`"}`))
	want("one moved", "1 5 5", "1 1 1")
	o.must(admin.remove("deal", d1))
	want("one deleted", "1 5 5", "0 0 <nil>")
	o.must(admin.restore("deal", d1))
	want("restored", "1 5 5", "1 1 1")
	o.must(admin.move("deal", d2, "lost", `{}`, "too dear"))
	want("lost deals are not the biggest", "1 5 <nil>", "1 1 1")
	o.must(o.records.Merge(t.Context(), admin.call, "account", a, []string{b}, nil))
	if got := o.figuresOf(a); got != "2 6 1" {
		t.Errorf("merged: %s", got)
	}
	o.must(admin.patch("deal", d1, `{"account":null}`))
	if got := o.figuresOf(a); got != "1 5 <nil>" {
		t.Errorf("reference cleared: %s", got)
	}
	if n := len(o.history(a)); n != 8 {
		t.Errorf("%d history rows: one per change of a figure is wanted, none for others", n)
	}
}

// whatever the order of commits, the figure is that of all children.
func TestRollUpsHoldUnderConcurrentChildren(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.as("admin")
	a := o.must(admin.create("account", `{"name":"A"}`)).ID
	b := o.must(admin.create("account", `{"name":"B"}`)).ID
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			d, err := admin.create("deal", `{"name":"x","amount":1,"account":"`+a+`"}`)
			if err == nil && i%4 == 0 {
				_, err = admin.patch("deal", d.ID, `{"account":"`+b+`"}`)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if gotA, gotB := o.figuresOf(a), o.figuresOf(b); gotA != "24 24 1" || gotB != "8 8 1" {
		t.Errorf("A %s, B %s", gotA, gotB)
	}
}
