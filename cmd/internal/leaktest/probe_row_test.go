package leaktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// missing is an id that no row has, of the form that rows have.
const (
	missing     = "01900000-0000-7000-8000-00000000dead"
	alsoMissing = "01900000-0000-7000-8000-00000000beef"
)

// byID are requests about one row, in which %s stands for its id.
var byID = map[string][]struct{ method, path, body, header string }{
	"record.get": {
		{"GET", "/records/%e/%s", "", ""}, {"GET", "/records/%e/%s?fields=created_at", "", ""}, {"HEAD", "/records/%e/%s", "", ""},
		{"GET", "/records/%e/%s", "", `If-None-Match: "1"`}, {"GET", "/records/team/%s", "", ""},
	},
	"record.update": {
		{"PATCH", "/records/%e/%s", `{}`, ""}, {"PATCH", "/records/%e/%s", `{"note":"x"}`, ""}, {"PATCH", "/records/%e/%s", `{"note":"x"}`, `If-Match: "999"`},
		{"PATCH", "/records/%e/%s", `{"stage":"busy"}`, ""}, {"PATCH", "/records/%e/%s", `{"item":"x"}`, ""}, {"PATCH", "/records/%e/%s", `{"nothing":1}`, ""},
	},
	"record.delete":     {{"DELETE", "/records/%e/%s", "", ""}, {"DELETE", "/records/%e/%s", "", `If-Match: "999"`}},
	"record.restore":    {{"POST", "/records/%e/%s/restore", "", ""}},
	"record.history":    {{"GET", "/records/%e/%s/history", "", ""}, {"GET", "/records/%e/%s/history?limit=1", "", ""}},
	"record.transition": {{"POST", "/records/%e/%s/transition", `{"to":"busy"}`, ""}, {"POST", "/records/%e/%s/transition", `{"to":"new","comment":"x","values":{"note":"x"}}`, ""}, {"POST", "/records/%e/%s/transition", `{"to":"nowhere"}`, ""}},
	"record.merge": {
		{"POST", "/records/%e/merge", `{"keep":"%s","from":["` + alsoMissing + `"]}`, ""}, {"POST", "/records/%e/merge", `{"keep":"%v","from":["%s"]}`, ""},
		{"POST", "/records/%e/merge", `{"keep":"%v","from":["%s"],"values":{"note":"x"}}`, ""},
	},
	"record.bulk": {
		{"POST", "/records/%e/bulk", `{"op":"update","ids":["%s"],"values":{"note":"x"}}`, ""}, {"POST", "/records/%e/bulk", `{"op":"delete","ids":["%s"]}`, ""},
		{"POST", "/records/%e/bulk", `{"op":"restore","ids":["%s"]}`, ""}, {"POST", "/records/%e/bulk", `{"op":"transition","ids":["%s"],"to":"busy"}`, ""},
	},
	"record.query": {
		{"POST", "/records/%e/query", `{"where":["id","=","%s"],"count":"exact"}`, ""}, {"POST", "/records/%e/query", `{"where":["id","in",["%s"]],"count":"capped"}`, ""},
		{"POST", "/records/stage_visit/query", `{"where":["record","=","%s"],"count":"exact"}`, ""},
	},
	"record.aggregate": {{"POST", "/records/%e/aggregate", `{"where":["id","=","%s"],"metrics":{"n":["count"]}}`, ""}, {"POST", "/records/stage_visit/aggregate", `{"where":["record","=","%s"],"metrics":{"n":["count"]}}`, ""}},
	"record.board":     {{"POST", "/records/%e/board", `{"by":"level","where":["id","=","%s"]}`, ""}},
	"record.export":    {{"POST", "/records/%e/export", `{"where":["id","=","%s"]}`, ""}},
	"record.create": {
		{"POST", "/records/matter", `{"account":"%s"}`, ""}, {"POST", "/records/matter", `{"peer":"%s"}`, ""}, {"POST", "/records/line", `{"matter":"%s","item":"x"}`, ""},
		{"POST", "/records/matter", `{"subject":"x","lines":[{"id":"%s"}]}`, ""}, {"POST", "/records/%e", `{"id":"%s"}`, ""},
	},
}

// probeByID asks about each row that the person does not see, and about one
// that there is not: the answers are the same (S-01, S-02).
func probeByID(door string) func(*agent) {
	return func(a *agent) {
		for _, entity := range []string{"matter", "account", "line"} {
			hidden := 0
			for _, r := range a.rows[entity] {
				if !a.sees(a.person, r, "") && (hidden < 2 || r.deleted && hidden < 3) {
					hidden++
					a.hiddenRow(door, r)
				}
			}
		}
	}
}

func (a *agent) hiddenRow(door string, r *row) {
	mine := alsoMissing
	if seen := a.visible(a.person, r.entity); len(seen) > 0 {
		mine = seen[0].id
	}
	for _, q := range byID[door] {
		ask := func(id string) (string, string) {
			fill := strings.NewReplacer("%s", id, "%e", r.entity, "%v", mine)
			return fill.Replace(q.path), fill.Replace(q.body)
		}
		headers := []string{}
		if name, value, ok := strings.Cut(q.header, ": "); ok {
			headers = append(headers, name, value)
		}
		body := func(s string) any {
			if s == "" {
				return nil
			}
			return s
		}
		path, text := ask(r.id)
		got := a.do(q.method, path, body(text), headers...)
		lostPath, lostText := ask(missing)
		want := a.do(q.method, lostPath, body(lostText), headers...)
		a.alike(fmt.Sprintf("%s of a hidden %s: %s %s %s", door, r.entity, q.method, q.path, q.body), got, r.id, want, missing)
	}
}

// probeGet reads each row that the person sees: exactly his cells are there.
func probeGet(a *agent) {
	for _, entity := range entities {
		for _, r := range a.visible(a.person, entity) {
			answer := a.do("GET", "/records/"+entity+"/"+r.id, nil)
			var got object
			if err := json.Unmarshal([]byte(answer.Body), &got); err != nil || answer.Status != http.StatusOK {
				a.find("get %s: %d", entity, answer.Status)
				continue
			}
			for _, key := range fieldsOf[entity] {
				if key == "lines" {
					continue // what of it is there is a matter of the lines
				}
				if _, shown := got[key]; shown != (a.shown(a.person, r, key) != nil) {
					a.find("get %s.%s: shown %v, value %v", entity, key, shown, a.shown(a.person, r, key))
				}
			}
			a.do("GET", "/records/"+entity+"/"+r.id+"?expand="+strings.Join(a.references(entity), ","), nil)
		}
	}
}

func (a *agent) references(entity string) []string {
	return slices.DeleteFunc(a.readable(entity), func(key string) bool {
		return !slices.Contains([]string{"account", "peer", "owner", "helper", "team", "matter"}, key)
	})
}

// probeHistory reads the past of each row that the person sees or saw.
func probeHistory(a *agent) {
	for _, entity := range entities {
		for _, r := range a.rows[entity] {
			if !a.sees(a.person, r, "") {
				continue
			}
			path := "/records/" + entity + "/" + r.id + "/history"
			if got := a.do("GET", path, nil); got.Status != http.StatusOK {
				a.find("history of %s: %d", entity, got.Status)
			}
			next := a.do("GET", path+"?limit=1", nil).Text("cursor")
			if next != "" {
				a.do("GET", path+"?limit=1&cursor="+next, nil)
			}
			if other := a.rows["matter"][0]; next != "" && other != r && !a.sees(a.person, other, "") {
				a.do("GET", "/records/matter/"+other.id+"/history?cursor="+next, nil)
			}
		}
	}
}

// probeVisits reads the stays in stages: those of visible rows with a visible
// stage, and the reasons where those may be read.
func probeVisits(a *agent) {
	answer := a.query("stage_visit", object{"limit": 1000, "count": "exact"})
	want := 0
	for _, r := range a.visible(a.person, "matter") {
		if a.sees(a.person, r, "stage") {
			want += len(r.visits)
		}
	}
	if got := len(ids(answer)); got != want {
		a.find("stage visits: %d, want %d", got, want)
	}
	if answer.Status != http.StatusOK {
		return
	}
	a.do("POST", "/records/stage_visit/aggregate", object{"groupBy": []string{"reason"}, "metrics": object{"n": []string{"count"}}})
	a.do("POST", "/records/stage_visit/aggregate", object{"groupBy": []string{"record"}, "metrics": object{"n": []string{"count"}}})
	a.query("stage_visit", object{"where": []any{"reason", "present"}, "sort": []string{"reason"}, "limit": 1000})
	for needle, cells := range a.needles {
		if cells[0].field == "reason" && !a.allowed(a.person, needle) {
			if got := ids(a.query("stage_visit", object{"where": []any{"reason", "=", needle}})); len(got) > 0 {
				a.find("a hidden reason is found among stage visits")
			}
		}
	}
	for _, r := range a.rows["matter"] {
		for _, id := range r.visits {
			a.do("GET", "/records/stage_visit/"+id, nil)
		}
	}
}

// probeUsers reads what is kept of colleagues.
func probeUsers(a *agent) {
	a.query("user", object{"limit": 1000, "expand": []string{"superior", "department"}})
	a.query("user", object{"where": []any{"email", "contains", "zq"}})
	a.query("role_assignment", object{"limit": 1000})
	for _, p := range a.people {
		a.do("GET", "/records/user/"+p.ID, nil)
		a.do("GET", "/records/user/"+p.ID+"/history", nil)
	}
}
