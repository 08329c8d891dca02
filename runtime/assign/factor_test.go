package assign_test

import (
	"math"
	"testing"

	"weft/runtime/assign"
)

// score is what one factor gives ann for a lead; ok is false when she is skipped.
func score(t *testing.T, factor, profile, lead string) (float64, bool) {
	t.Helper()
	o := newOffice(t, withProfiles+`"load":{"capacity":"capacity"},"factors":[{"key":"f","weight":1,`+factor+`}]`)
	o.person("ann", "seller", profile)
	a := o.try(o.add("lead", lead))
	if len(a.Candidates) != 1 || len(a.Candidates[0].Factors) != 1 {
		t.Fatalf("%+v", a)
	}
	return a.Candidates[0].Factors[0].Score, a.Candidates[0].Skipped == nil
}

func TestFactors(t *testing.T) {
	t.Parallel()
	const (
		region   = `"type":"region","field":"region","person":"regions"`
		match    = `"type":"match","field":"industry","person":"industries"`
		distance = `"type":"distance","field":"place","person":"home"`
		hangzhou = `"place":{"lat":30.2741,"lng":120.1551,"system":"wgs84"}`
	)
	home := func(lat, lng, system string) string {
		return `{"home":{"lat":` + lat + `,"lng":` + lng + `,"system":"` + system + `"}}`
	}
	for _, c := range []struct {
		name, factor, profile, lead string
		score                       float64
		skipped                     bool
	}{
		{"the same district", region, `{"regions":["330106"]}`, `{"region":"330106"}`, 1, false},
		{"the city of the district", region, `{"regions":["330100"]}`, `{"region":"330106"}`, 1, false},
		{"the best of several", region, `{"regions":["310000","330200","330100"]}`, `{"region":"330106"}`, 1, false},
		{"the whole province", region, `{"regions":["330000"]}`, `{"region":"330106"}`, 0.6, false},
		{"another city of the province", region, `{"regions":["330200"]}`, `{"region":"330106"}`, 0.3, false},
		{"only the province is known", region, `{"regions":["330200"]}`, `{"region":"330000"}`, 0.6, false},
		{"a province that is a city", region, `{"regions":["110000"]}`, `{"region":"110105"}`, 1, false},
		{"another province", region, `{"regions":["320100"]}`, `{"region":"330106"}`, 0, false},
		{"own scores", region + `,"scores":{"province":0.9}`, `{"regions":["330000"]}`, `{"region":"330106"}`, 0.9, false},
		{"no region of the person", region + `,"default":0.2`, "", `{"region":"330106"}`, 0.2, false},
		{"no region of the record", region, `{"regions":["330106"]}`, `{"name":"x"}`, 0, false},
		{"a match", match, `{"industries":["food","steel"]}`, `{"industry":"steel"}`, 1, false},
		{"no match", match, `{"industries":["food"]}`, `{"industry":"steel"}`, 0, false},
		{"texts match whatever their case is", `"type":"match","field":"source","person":"sources"`, `{"sources":["Web"]}`, `{"source":"ＷＥＢ"}`, 1, false},
		{"near", distance, home("30.30", "120.20", "wgs84"), `{` + hangzhou + `}`, 1, false},
		{"within the limit", distance, home("30.634", "120.1551", "wgs84"), `{` + hangzhou + `}`, 0.25, false}, // 40 km north
		{"too far", distance, home("31.23", "121.47", "wgs84"), `{` + hangzhou + `}`, 0, true},
		{"too far but not out of the question", distance + `,"beyond":"zero"`, home("31.23", "121.47", "wgs84"), `{` + hangzhou + `}`, 0, false},
		{"own limits", distance + `,"near":200,"limit":300`, home("31.23", "121.47", "wgs84"), `{` + hangzhou + `}`, 1, false},
		{"two systems of coordinates", distance + `,"near":0.1,"limit":0.2`, home("30.271654", "120.159745", "gcj02"), `{` + hangzhou + `}`, 1, false},
		{"nowhere", distance, "", `{` + hangzhou + `}`, 0, false},
		{"an empty load", `"type":"load"`, `{"capacity":4}`, `{"name":"x"}`, 1, false},
		{"a formula", `"type":"formula","formula":"person.capacity / 10"`, `{"capacity":4}`, `{"name":"x"}`, 0.4, false},
		{"a formula that exceeds", `"type":"formula","formula":"person.capacity * 10"`, `{"capacity":4}`, `{"name":"x"}`, 1, false},
		{"a condition", `"type":"formula","formula":"size > person.least"`, `{"least":4}`, `{"size":5}`, 1, false},
		{"a formula over nothing", `"type":"formula","formula":"person.capacity / size"`, `{"capacity":4}`, `{"name":"x"}`, 0, false},
		{"no capacity", `"type":"load"`, `{"capacity":0}`, `{"name":"x"}`, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, fits := score(t, c.factor, c.profile, c.lead)
			if math.Abs(got-c.score) > 0.01 || fits == c.skipped {
				t.Errorf("score %v, fits %v", got, fits)
			}
		})
	}
}

// Who won most in the industry of the record comes first; three ranks count.
func TestPastWinsCountByRank(t *testing.T) {
	t.Parallel()
	o := newOffice(t, `"load":{},"factors":[{"key":"wins","type":"count","weight":9,"entity":"lead","where":{"all":[["stage","=","won"],["industry","=",{"field":"industry"}]]}}]`)
	for i, login := range []string{"ann", "bob", "cat", "dan", "eve"} {
		id := o.person(login, "seller", "")
		for range []int{3, 2, 2, 1, 0}[i] {
			o.add("lead", `{"name":"w","stage":"won","industry":"steel","owner":"`+id+`"}`)
		}
		for range i { // wins elsewhere do not count
			o.add("lead", `{"name":"w","stage":"won","industry":"food","owner":"`+id+`"}`)
		}
	}
	lead := o.add("lead", `{"name":"x","industry":"steel"}`)
	if got := o.list(o.try(lead)); got != "ann 9, bob 6, cat 6, dan 0, eve 0" {
		t.Errorf("%s", got)
	}
	if got := o.list(o.try(o.add("lead", `{"name":"x"}`))); got != "ann 0, bob 0, cat 0, dan 0, eve 0" {
		t.Errorf("without an industry: %s", got)
	}
}

func TestCandidates(t *testing.T) {
	t.Parallel()
	o := newOffice(t, `"candidates":{"roles":["seller","clerk"],"departments":["West"],"where":["login","!=","cat"]}`)
	west := o.add("department", `{"name":"West"}`)
	team := o.add("department", `{"name":"Team","parent":"`+west+`"}`)
	east := o.add("department", `{"name":"East"}`)
	for login, at := range map[string]string{"ann": team, "bob": west, "cat": west, "dan": east} {
		id := o.person(login, "seller", "")
		if _, err := o.records.Update(t.Context(), o.call(""), "user", id, values(t, `{"department":"`+at+`"}`)); err != nil {
			t.Fatal(err)
		}
	}
	lead := o.add("lead", `{"name":"x"}`)
	logins := func() map[string]bool {
		out := map[string]bool{}
		for _, c := range o.try(lead).Candidates {
			out[o.names[c.User]] = true
		}
		return out
	}
	if got := logins(); len(got) != 2 || !got["ann"] || !got["bob"] {
		t.Errorf("%v", got)
	}
	// Who is no longer active, or moves, is no candidate from then on.
	for login, change := range map[string]string{"ann": `{"active":false}`, "bob": `{"department":"` + east + `"}`} {
		if _, err := o.records.Update(t.Context(), o.call(""), "user", o.actors[login].UserID, values(t, change)); err != nil {
			t.Fatal(err)
		}
	}
	if a := o.run(lead); a.Outcome != assign.Nobody || a.ReasonCode != "no_candidates" {
		t.Errorf("%+v", a)
	}
}
