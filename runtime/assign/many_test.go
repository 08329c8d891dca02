package assign_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"weft/runtime/assign"
)

// assignAll assigns leads at once, each by one of the services, and counts what
// each person has open.
func assignAll(t *testing.T, o *office, leads []string, services ...*assign.Service) (held map[string]int, nobody int) {
	t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i, id := range leads {
		wg.Go(func() {
			a, err := services[i%len(services)].Assign(t.Context(), o.call(""), "r", "lead", id, false)
			if err != nil {
				t.Errorf("%s: %v", id, err)
				return
			}
			if a.Outcome == assign.Nobody {
				mu.Lock()
				nobody++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	held = map[string]int{}
	for _, d := range o.docs("lead") {
		if owner, _ := d["owner"].(string); owner != "" && d["stage"] == "new" {
			held[o.names[owner]]++
		}
	}
	return held, nobody
}

// 64 leads at once never overfill a person, in one process or in two.
func TestManyAtOnceNeverOverfillAnybody(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name            string
		people, limit   int
		processes, lost int // lost: leads that find nobody
		rule            string
	}{
		{"everybody is equal", 8, 8, 1, 0, ``},
		{"one is best", 8, 8, 1, 0, `"factors":[{"key":"f","type":"formula","weight":1,"formula":"person.login == 's0' ? 1 : 0"}],`},
		{"too few people", 5, 8, 1, 24, `"factors":[{"key":"load","type":"load","weight":1}],`},
		{"two processes", 8, 8, 2, 0, `"factors":[{"key":"load","type":"load","weight":1}],`},
		{"two processes and too few people", 5, 8, 2, 24, ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, fmt.Sprintf(`%s"load":{"limit":%d}`, c.rule, c.limit))
			for i := range c.people {
				o.person(fmt.Sprintf("s%d", i), "seller", "")
			}
			leads := make([]string, 64)
			for i := range leads {
				leads[i] = o.add("lead", `{"name":"x"}`)
			}
			services := []*assign.Service{o.assign}
			for range c.processes - 1 {
				services = append(services, o.over(o.store))
			}
			began := time.Now()
			held, nobody := assignAll(t, o, leads, services...)
			t.Logf("64 leads in %v: %v", time.Since(began).Round(time.Millisecond), held)
			total := 0
			for login, n := range held {
				total += n
				if n > c.limit {
					t.Errorf("%s has %d", login, n)
				}
			}
			if nobody != c.lost || total != 64-c.lost {
				t.Errorf("%d assigned, %d found nobody", total, nobody)
			}
			if n := len(o.docs("assignment")); n != 64 {
				t.Errorf("%d traces", n)
			}
		})
	}
}

// Owners that change in other ways meanwhile count as soon as they are committed.
func TestOtherWaysToAnOwnerCount(t *testing.T) {
	t.Parallel()
	o := newOffice(t, `"load":{"limit":8}`)
	ids := make([]string, 4)
	for i := range ids {
		ids[i] = o.person(fmt.Sprintf("s%d", i), "seller", "")
	}
	leads := make([]string, 24)
	for i := range leads {
		leads[i] = o.add("lead", `{"name":"x"}`)
	}
	var wg sync.WaitGroup
	for i := range 8 { // by hand, half of them are closed again
		wg.Go(func() {
			id := o.add("lead", `{"name":"by hand","owner":"`+ids[i%4]+`"}`)
			if i < 4 {
				o.mustPatch("", id, `{"stage":"won"}`)
			}
		})
	}
	assignAll(t, o, leads, o.assign)
	wg.Wait()
	before, _ := assignAll(t, o, nil, o.assign)
	more := make([]string, 8)
	for i := range more {
		more[i] = o.add("lead", `{"name":"more"}`)
	}
	after, _ := assignAll(t, o, more, o.assign)
	for login, n := range after {
		if n > max(8, before[login]) {
			t.Errorf("%s had %d and has %d", login, before[login], n)
		}
		if before[login] > 9 { // eight by the rule, one by hand
			t.Errorf("%s had %d", login, before[login])
		}
	}
}
