package trigger_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/store/storetest/anystore"
	"weft/runtime/trigger"
	"weft/schemas"
)

// benched is a record service with and without the effect of triggers.
func benched(b *testing.B, with bool) (*record.Service, *model.Model) {
	b.Helper()
	set := &schemas.Set{}
	for _, doc := range []string{
		`{"kind":"entity","key":"quiet","type":"object","x-title":{"en":"Q"},"properties":{"name":{"x-type":"text","x-title":{"en":"N"}},"amount":{"x-type":"number","x-title":{"en":"A"}}}}`,
		`{"kind":"entity","key":"loud","type":"object","x-title":{"en":"L"},"properties":{"name":{"x-type":"text","x-title":{"en":"N"}},"amount":{"x-type":"number","x-title":{"en":"A"}}}}`,
		`{"kind":"trigger","key":"t","title":{"en":"T"},"entity":"loud","on":{"event":"created"},"where":["amount",">",1000000],"steps":[{"key":"s","type":"set","values":{"name":"x"}}]}`,
	} {
		d, problems := schemas.Decode([]byte(doc))
		if len(problems) > 0 {
			b.Fatal(problem.Of(problem.Invalid, problems...))
		}
		set.Add(d)
	}
	m, problems := model.Compile(set, 1)
	if len(problems) > 0 {
		b.Fatal(problem.Of(problem.Invalid, problems...))
	}
	current := &model.Current{}
	current.Swap(m)
	st := anystore.Open(b)
	if err := st.Ensure(b.Context(), append(append(record.Collections(m), access.Collections()...), trigger.Collections()...)); err != nil {
		b.Fatal(err)
	}
	o := record.Options{Store: st, Current: current, Authority: access.New(access.Options{Store: st, Current: current})}
	if with {
		o.Effects = []record.Effect{&trigger.Effect{Store: st}}
	}
	return record.New(o), m
}

// BenchmarkEffect is what the search for triggers costs a change by itself: of an
// entity that no trigger listens to, and of one whose trigger has a filter that does
// not hold.
func BenchmarkEffect(b *testing.B) {
	_, m := benched(b, true)
	e := &trigger.Effect{}
	c := record.Call{Actor: access.System()}
	for _, entity := range []string{"quiet", "loud"} {
		b.Run(entity, func(b *testing.B) {
			ev := &record.Event{Op: "create", Entity: entity, ID: "x", After: map[string]any{"id": "x", "name": "a", "amount": 5.0}, At: time.Now()}
			for b.Loop() {
				if ops, err := e.Jobs(context.Background(), c, m, ev); err != nil || ops != nil {
					b.Fatal(ops, err)
				}
			}
		})
	}
}

// BenchmarkChange is a whole change, to compare with.
func BenchmarkChange(b *testing.B) {
	for _, with := range []bool{false, true} {
		for _, entity := range []string{"quiet", "loud"} {
			b.Run(fmt.Sprintf("%s/triggers=%t", entity, with), func(b *testing.B) {
				s, _ := benched(b, with)
				b.SetParallelism(32)
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if _, err := s.Create(context.Background(), record.Call{Actor: access.System()}, entity, map[string]any{"name": "a", "amount": 5.0}); err != nil {
							b.Error(err)
							return
						}
					}
				})
			})
		}
	}
}
