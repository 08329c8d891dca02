package assign_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"weft/runtime/store"
)

// BenchmarkAssign is one assignment among 300 people with seven factors, 2,400 open
// leads and 20,000 closed ones.
func BenchmarkAssign(b *testing.B) {
	o := newOffice(b, withProfiles+`"load":{"limit":100000,"capacity":"capacity"},
		"filters":[{"key":"size","title":{"zh-CN":"规模","en":"Size"},"where":{"any":[["least","empty"],["least","<=",{"field":"size"}]]}}],
		"factors":[{"key":"region","type":"region","weight":30,"field":"region","person":"regions"},
			{"key":"industry","type":"match","weight":20,"field":"industry","person":"industries"},
			{"key":"source","type":"match","weight":5,"field":"source","person":"sources"},
			{"key":"near","type":"distance","weight":10,"field":"place","person":"home","beyond":"zero"},
			{"key":"wins","type":"count","weight":10,"entity":"lead","where":{"all":[["stage","=","won"],["industry","=",{"field":"industry"}]]}},
			{"key":"big","type":"formula","weight":5,"formula":"size > 10 && person.capacity > 3"},
			{"key":"load","type":"load","weight":20}]`)
	people := make([]string, 300)
	for i := range people {
		people[i] = o.person(fmt.Sprintf("s%d", i), "seller", fmt.Sprintf(`{"regions":["33%02d00"],"industries":["steel"],"capacity":100000,"home":{"lat":30.%03d,"lng":120.1,"system":"gcj02"}}`, i%11+1, i))
	}
	fill(b, o, people)
	leads := make([]string, 64)
	for i := range leads {
		leads[i] = o.add("lead", `{"name":"x","region":"330106","industry":"steel","size":20,"source":"web","place":{"lat":30.2,"lng":120.1,"system":"wgs84"}}`)
	}
	b.Run("dry", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := o.assign.Assign(b.Context(), o.call(""), "r", "lead", leads[i%64], true); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("assign", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := o.assign.Assign(b.Context(), o.call(""), "r", "lead", leads[i%64], false); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.SetParallelism(16)
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				if _, err := o.assign.Assign(b.Context(), o.call(""), "r", "lead", leads[i%64], false); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

// fill adds leads of the people, past the write path: 8 open ones and many closed ones each.
func fill(b *testing.B, o *office, people []string) {
	b.Helper()
	n := 0
	for range 112 {
		batch := &store.Batch{}
		for range 200 {
			n++
			stage := []string{"new", "won", "lost"}[min(2, n%9)]
			id := fmt.Sprintf("00000000-0000-7000-8000-%012d", n)
			body, err := json.Marshal(map[string]any{"id": id, "rev": 1, "name": "x", "owner": people[n%300], "industry": []string{"steel", "food"}[n%2], "stage": stage})
			if err != nil {
				b.Fatal(err)
			}
			batch.Ops = append(batch.Ops, store.Op{Kind: store.Insert, Collection: "lead", Doc: store.Doc{ID: id, Rev: 1, Body: body}})
		}
		if err := o.store.Commit(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
}
