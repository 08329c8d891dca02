package leaktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// missing is an id that no row has, in the form of row ids.
const (
	missing     = "01900000-0000-7000-8000-00000000dead"
	alsoMissing = "01900000-0000-7000-8000-00000000beef"
)

// byID are requests about one row, whose id replaces %s.
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
	"record.assign": {
		{"POST", "/records/%e/%s/assign", `{"rule":"scored"}`, ""}, {"POST", "/records/%e/%s/assign", `{"rule":"kept","dry_run":true}`, ""}, {"POST", "/records/%e/%s/assign", `{"rule":"none"}`, ""},
	},
	"record.claim":       {{"POST", "/records/%e/%s/claim", "", ""}},
	"record.assignments": {{"GET", "/records/%e/%s/assignments", "", ""}, {"POST", "/records/assignment/query", `{"where":["record","=","%s"],"count":"exact"}`, ""}},
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
		{"POST", "/records/task", `{"title":"x","entity":"%e","record":"%s"}`, ""},
		{"POST", "/records/task", `{"title":"x","entity":"%e","record":"%s","must":true,"condition":"[\"id\",\"present\"]"}`, ""},
	},
	"comment.list":   {{"GET", "/records/%e/%s/comments", "", ""}, {"GET", "/records/%e/%s/comments?cursor=x", "", ""}},
	"comment.add":    {{"POST", "/records/%e/%s/comments", `{"text":"x"}`, ""}, {"POST", "/records/%e/%s/comments", `{"text":"","mentions":["nobody"]}`, ""}},
	"comment.remove": {{"DELETE", "/records/%e/%s/comments/" + alsoMissing, "", ""}},
	"draft.get":      {{"GET", "/drafts/%e/%s", "", ""}},
	"access.explain": {{"GET", "/access/explain?entity=%e&op=read&id=%s", "", ""}, {"GET", "/access/explain?entity=%e&op=update&id=%s", "", ""}},
	"draft.save":     {{"POST", "/drafts/%e/%s", `{"values":{}}`, ""}},
}

// probeByID requests each hidden row, and one that does not exist: the answers
// are the same (S-01, S-02).
func probeByID(route string) func(*tester) {
	return func(tr *tester) {
		for _, entity := range []string{"matter", "account", "line"} {
			hidden := 0
			for _, r := range tr.rows[entity] {
				if !tr.sees(tr.user, r, "") && (hidden < 2 || r.deleted && hidden < 3) {
					hidden++
					tr.hiddenRow(route, r)
				}
			}
		}
	}
}

func (tr *tester) hiddenRow(route string, r *row) {
	mine := alsoMissing
	if seen := tr.visible(tr.user, r.entity); len(seen) > 0 {
		mine = seen[0].id
	}
	for _, q := range byID[route] {
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
		got := tr.do(q.method, path, body(text), headers...)
		lostPath, lostText := ask(missing)
		want := tr.do(q.method, lostPath, body(lostText), headers...)
		tr.checkSameAnswer(fmt.Sprintf("%s of a hidden %s: %s %s %s", route, r.entity, q.method, q.path, q.body), got, r.id, want, missing)
	}
}

// probeBin lists the recycle bin: it holds visible deleted records only.
func probeBin(tr *tester) {
	for _, entity := range entities {
		answer := tr.do("POST", "/records/"+entity+"/bin/query", object{"limit": 1000})
		if answer.Status != http.StatusOK {
			continue
		}
		var page struct {
			Items []struct{ ID string }
		}
		if err := json.Unmarshal([]byte(answer.Body), &page); err != nil {
			tr.find("bin of %s: %v", entity, err)
		}
		for _, item := range page.Items {
			i := slices.IndexFunc(tr.rows[entity], func(r *row) bool { return r.id == item.ID })
			if i >= 0 && !(tr.rows[entity][i].deleted && tr.sees(tr.user, tr.rows[entity][i], "")) {
				tr.find("the bin shows the hidden %s %s", entity, item.ID)
			}
		}
	}
}

// probeGet reads each visible row: it has exactly its visible cells.
func probeGet(tr *tester) {
	for _, entity := range entities {
		for _, r := range tr.visible(tr.user, entity) {
			answer := tr.do("GET", "/records/"+entity+"/"+r.id, nil)
			var got object
			if err := json.Unmarshal([]byte(answer.Body), &got); err != nil || answer.Status != http.StatusOK {
				tr.find("get %s: %d", entity, answer.Status)
				continue
			}
			for _, key := range fieldsOf[entity] {
				if key == "lines" {
					continue // which lines are there depends on the lines
				}
				if _, shown := got[key]; shown != (tr.shown(tr.user, r, key) != nil) {
					tr.find("get %s.%s: shown %v, value %v", entity, key, shown, tr.shown(tr.user, r, key))
				}
			}
			tr.do("GET", "/records/"+entity+"/"+r.id+"?expand="+strings.Join(tr.references(entity), ","), nil)
		}
	}
}

func (tr *tester) references(entity string) []string {
	return slices.DeleteFunc(tr.readable(entity), func(key string) bool {
		return !slices.Contains([]string{"account", "peer", "owner", "helper", "team", "matter"}, key)
	})
}

// probeHistory reads the history of each row that the user sees or saw.
func probeHistory(tr *tester) {
	for _, entity := range entities {
		for _, r := range tr.rows[entity] {
			if !tr.sees(tr.user, r, "") {
				continue
			}
			path := "/records/" + entity + "/" + r.id + "/history"
			if got := tr.do("GET", path, nil); got.Status != http.StatusOK {
				tr.find("history of %s: %d", entity, got.Status)
			}
			next := tr.do("GET", path+"?limit=1", nil).Text("cursor")
			if next != "" {
				tr.do("GET", path+"?limit=1&cursor="+next, nil)
			}
			if other := tr.rows["matter"][0]; next != "" && other != r && !tr.sees(tr.user, other, "") {
				tr.do("GET", "/records/matter/"+other.id+"/history?cursor="+next, nil)
			}
		}
	}
}

// probeVisits reads the stage visits: those of visible rows with a visible
// stage, and the reasons where the reason field is readable.
func probeVisits(tr *tester) {
	answer := tr.query("stage_visit", object{"limit": 1000, "count": "exact"})
	want := 0
	for _, r := range tr.visible(tr.user, "matter") {
		if tr.sees(tr.user, r, "stage") {
			want += len(r.visits)
		}
	}
	if got := len(ids(answer)); got != want {
		tr.find("stage visits: %d, want %d", got, want)
	}
	if answer.Status != http.StatusOK {
		return
	}
	tr.do("POST", "/records/stage_visit/aggregate", object{"groupBy": []string{"reason"}, "metrics": object{"n": []string{"count"}}})
	tr.do("POST", "/records/stage_visit/aggregate", object{"groupBy": []string{"record"}, "metrics": object{"n": []string{"count"}}})
	tr.query("stage_visit", object{"where": []any{"reason", "present"}, "sort": []string{"reason"}, "limit": 1000})
	for needle, cells := range tr.secrets {
		if cells[0].field == "reason" && !tr.allowed(tr.user, needle) {
			if got := ids(tr.query("stage_visit", object{"where": []any{"reason", "=", needle}})); len(got) > 0 {
				tr.find("a hidden reason is found among stage visits")
			}
		}
	}
	for _, r := range tr.rows["matter"] {
		for _, id := range r.visits {
			tr.do("GET", "/records/stage_visit/"+id, nil)
		}
	}
}

// probeUsers reads the records of other users.
func probeUsers(tr *tester) {
	tr.query("user", object{"limit": 1000, "expand": []string{"superior", "department"}})
	tr.query("user", object{"where": []any{"email", "contains", "zq"}})
	tr.query("role_assignment", object{"limit": 1000})
	for _, p := range tr.people {
		tr.do("GET", "/records/user/"+p.ID, nil)
		tr.do("GET", "/records/user/"+p.ID+"/history", nil)
	}
}
