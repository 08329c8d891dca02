package main

import (
	"fmt"
	"sort"
	"strings"
)

// pair is what two peers did in one round of a workload.
type pair struct{ a, b []Result }

// compare prints two peers side by side, a row for each workload that both
// ran, with the ratio of b to a: of the rates, or of p99 the other way round for
// realtime, so that more is better throughout. The ratio is the median of the
// ratios of single rounds, in which both ran one right after the other; its
// range stands behind it. Rows below least are marked and counted.
func compare(files []string, a, b string, noise, least float64) (below int) {
	rows := results(files)
	var keys []key
	for k := range rows {
		if k.peer == a && len(rows[key{k.wl, k.coll, k.conc, b}]) > 0 {
			keys = append(keys, k)
		}
	}
	sort.Slice(keys, func(i, j int) bool {
		x, y := keys[i], keys[j]
		return fmt.Sprintf("%s %s %05d", x.wl, x.coll, x.conc) < fmt.Sprintf("%s %s %05d", y.wl, y.coll, y.conc)
	})
	fmt.Printf("\n| workload | collection | callers | %s | p99 ms | CPU µs | %s | p99 ms | CPU µs | ratio [least–most] | rounds | |\n", a, b)
	fmt.Println("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|")
	for _, k := range keys {
		other := key{k.wl, k.coll, k.conc, b}
		pairs := rounds(rows[k], rows[other], noise)
		var ratios []float64
		for _, p := range pairs {
			ratios = append(ratios, ratioOf(k.wl, p))
		}
		sort.Float64s(ratios)
		ratio, mark := middle(ratios), ""
		if least > 0 && ratio < least {
			mark = fmt.Sprintf("below %g", least)
			below++
		}
		fmt.Printf("| %s | %s | %d | %s | %.4g | %.0f | %s | %.4g | %.0f | %.3g [%.3g–%.3g] | %d | %s |\n", k.wl, k.coll, k.conc,
			rateOf(k.wl, rows[k]), medianOf(rows[k], p99), medianOf(rows[k], cpu),
			rateOf(k.wl, rows[other]), medianOf(rows[other], p99), medianOf(rows[other], cpu),
			ratio, ratios[0], ratios[len(ratios)-1], len(ratios), mark)
	}
	return below
}

// rounds pairs the results of two peers by round. Disturbed results are left
// out where a round has calm ones of both.
func rounds(as, bs []Result, noise float64) []pair {
	byRound := map[int]*pair{}
	for _, r := range as {
		p := byRound[r.Round]
		if p == nil {
			p = &pair{}
			byRound[r.Round] = p
		}
		p.a = append(p.a, r)
	}
	for _, r := range bs {
		if p := byRound[r.Round]; p != nil {
			p.b = append(p.b, r)
		}
	}
	var calm, all []pair
	for _, p := range byRound {
		if len(p.b) == 0 {
			continue
		}
		all = append(all, *p)
		if c := (pair{quietOnes(p.a, noise), quietOnes(p.b, noise)}); len(c.a) > 0 && len(c.b) > 0 {
			calm = append(calm, c)
		}
	}
	if len(calm) > 0 {
		return calm
	}
	return all
}

func quietOnes(rs []Result, noise float64) (calm []Result) {
	for _, r := range rs {
		if r.Other < noise {
			calm = append(calm, r)
		}
	}
	return calm
}

func rate(r Result) float64 { return r.Rate }
func p99(r Result) float64  { return r.P99 }

// cpu is what the server used for a request in µs, its database included: on a
// machine that does other work, too, it says more than the rate.
func cpu(r Result) float64 { return r.SrvCPU * r.Secs / float64(max(r.N, 1)) * 1e6 }

func ratioOf(wl string, p pair) float64 {
	if wl == "realtime" {
		return medianOf(p.a, p99) / medianOf(p.b, p99)
	}
	return medianOf(p.b, rate) / medianOf(p.a, rate)
}

func rateOf(wl string, rs []Result) string {
	if wl == "realtime" {
		return fmt.Sprintf("p50 %.3g ms", medianOf(rs, func(r Result) float64 { return r.P50 }))
	}
	return fmt.Sprintf("%.4g/s", medianOf(rs, rate))
}

func medianOf(rs []Result, f func(Result) float64) float64 {
	v := make([]float64, len(rs))
	for i, r := range rs {
		v[i] = f(r)
	}
	sort.Float64s(v)
	return middle(v)
}

// middle is the median of sorted values.
func middle(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	m := v[len(v)/2]
	if len(v)%2 == 0 {
		m = (m + v[len(v)/2-1]) / 2
	}
	return m
}

// twoPeers reads "a,b".
func twoPeers(text string) (a, b string, err error) {
	a, b, ok := strings.Cut(text, ",")
	if !ok {
		err = fmt.Errorf("-peers takes two names, a,b")
	}
	return a, b, err
}
