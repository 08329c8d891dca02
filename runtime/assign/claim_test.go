package assign_test

import (
	"sync"
	"testing"
	"time"

	"weft/runtime/problem"
)

func TestWhoClaimsARecordOwnsIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t, `"claim":{"limit":2,"where":["pool","=",true],"values":{"pool":null,"taken":{"today":true}}}`)
	o.person("ann", "seller", "")
	o.person("bob", "seller", "")
	o.person("max", "manager", "")
	claim := func(login, id string) error {
		_, err := o.assign.Claim(t.Context(), o.call(login), "lead", id)
		return err
	}
	pool := make([]string, 4)
	for i := range pool {
		pool[i] = o.add("lead", `{"name":"x","pool":true}`)
	}
	outside := o.add("lead", `{"name":"x"}`)

	if err := claim("ann", pool[0]); err != nil {
		t.Fatal(err)
	}
	doc := o.doc("lead", pool[0])
	if o.owner(pool[0]) != "ann" || doc["pool"] != nil || doc["taken"] == nil {
		t.Errorf("%v", doc)
	}
	if traces := o.docs("assignment"); len(traces) != 1 || traces[0]["outcome"] != "claimed" || traces[0]["by"] != traces[0]["winner"] {
		t.Errorf("trace: %v", traces)
	}
	// The other one is told, although the record is out of sight by now.
	o.refused(claim("bob", pool[0]), problem.Claimed)
	o.refused(claim("ann", pool[0]), problem.Claimed)
	o.refused(claim("max", pool[1]), problem.Forbidden)
	o.refused(claim("ann", outside), problem.Guard)
	o.refused(claim("ann", "00000000-0000-7000-8000-000000000000"), problem.NotFound)
	// A person has no other way to take one.
	o.refused(o.patch("bob", pool[1], `{"owner":"`+o.actors["bob"].UserID+`"}`), problem.Forbidden)

	if err := claim("ann", pool[1]); err != nil {
		t.Fatal(err)
	}
	o.refused(claim("ann", pool[2]), problem.ClaimLimit)
	o.mustPatch("ann", pool[0], `{"stage":"won"}`) // what is closed does not count
	if err := claim("ann", pool[2]); err != nil {
		t.Fatal(err)
	}
	// Long after, the record does not exist for bob.
	o.later.Store(int64(2 * time.Hour))
	o.refused(claim("bob", pool[2]), problem.NotFound)
}

func TestClaimsOfADayAreLimited(t *testing.T) {
	t.Parallel()
	o := newOffice(t, `"claim":{"per_day":2}`)
	o.person("ann", "seller", "")
	claim := func() error {
		id := o.add("lead", `{"name":"x"}`)
		if _, err := o.assign.Claim(t.Context(), o.call("ann"), "lead", id); err != nil {
			return err
		}
		o.mustPatch("ann", id, `{"stage":"won"}`)
		return nil
	}
	for range 2 {
		if err := claim(); err != nil {
			t.Fatal(err)
		}
	}
	o.refused(claim(), problem.ClaimLimit)
	o.later.Store(int64(24 * time.Hour))
	if err := claim(); err != nil {
		t.Error("the next day:", err)
	}
}

func TestARepeatedClaimAnswersAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t, `"claim":{}`)
	o.person("ann", "seller", "")
	id := o.add("lead", `{"name":"x"}`)
	c := o.call("ann")
	c.Key, c.Digest = "k", "d"
	for range 2 {
		r, err := o.assign.Claim(t.Context(), c, "lead", id)
		if err != nil || r.ID != id {
			t.Fatal(err)
		}
	}
	if n := len(o.docs("assignment")); n != 1 {
		t.Errorf("%d claims", n)
	}
}

func TestWithoutARuleNothingIsClaimed(t *testing.T) {
	t.Parallel()
	o := newOffice(t, ``)
	o.person("ann", "seller", "")
	_, err := o.assign.Claim(t.Context(), o.call("ann"), "lead", o.add("lead", `{"name":"x"}`))
	o.refused(err, problem.Forbidden)
}

// Of many who click at once one gets the record, and nobody gets more than allowed.
func TestClaimsAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t, `"claim":{"limit":3}`)
	people := []string{"ann", "bob", "cat", "dan"}
	for _, login := range people {
		o.person(login, "seller", "")
	}
	leads := make([]string, 16)
	for i := range leads {
		leads[i] = o.add("lead", `{"name":"x"}`)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := map[string]int{}
	for _, login := range people {
		for _, id := range leads {
			wg.Go(func() {
				_, err := o.assign.Claim(t.Context(), o.call(login), "lead", id)
				switch code := problem.CodeOf(err); code {
				case "":
					mu.Lock()
					won[id]++
					mu.Unlock()
				case problem.Claimed, problem.ClaimLimit:
				default:
					t.Errorf("%s: %v", login, err)
				}
			})
		}
	}
	wg.Wait()
	held := map[string]int{}
	for _, id := range leads {
		if owner := o.owner(id); owner != "" {
			held[owner]++
			if won[id] != 1 {
				t.Errorf("%s was claimed %d times", id, won[id])
			}
		}
	}
	for _, login := range people {
		if held[login] != 3 {
			t.Errorf("%s holds %d", login, held[login])
		}
	}
}
