package apitest

import (
	"encoding/json"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
)

// probe is one way to name something: F stands for a field, R for a record, W for
// a word, OWN for a record of the caller's own.
type probe struct{ method, path, body string }

// readProbes are the routes that read records, with every way to name a field or
// a row; writeProbes likewise.
var (
	readProbes = map[string][]probe{
		"record.get": {{"GET", "/records/deal/R", ""}, {"GET", "/records/deal/OWN?fields=F", ""}, {"GET", "/records/deal/OWN?expand=F", ""}, {"GET", "/records/deal/OWN?fields=name,F", ""}},
		"record.query": query("/query", `"where":["F","=",424242]`, `"where":["F",">",1]`, `"where":["F","present"]`, `"where":["F","=","text"]`, `"where":["F","contains","x"]`, `"where":["F","between",[1]]`, `"where":["F","nonsense",1]`, `"where":{"not":["F","empty"]}`,
			`"where":{"any":[["name","=","x"],["F","in",[424242]]]}`, `"where":["F.id","present"]`, `"where":["owner.F","present"]`, `"sort":["F"]`, `"sort":["-F"]`,
			`"fields":["F"]`, `"expand":["F"]`, `"search":"W"`, `"where":["id","=","R"]`, `"where":["id","=","R"],"count":"exact"`, `"where":["id","in",["R"]],"count":"capped"`),
		"record.aggregate": query("/aggregate", `"metrics":{"n":["count"]},"where":["F","=",424242]`, `"metrics":{"n":["sum","F"]}`, `"metrics":{"n":["max","F"]}`, `"metrics":{"n":["nonsense","F"]}`,
			`"metrics":{"n":["count_distinct","F"]}`, `"metrics":{"n":["count"]},"groupBy":["F"]`, `"metrics":{"n":["count"]},"groupBy":[{"field":"F","by":"day"}]`,
			`"metrics":{"n":["count"]},"groupBy":["owner.F"]`, `"metrics":{"n":["count"]},"where":["id","=","R"]`, `"metrics":{"n":["count"]},"search":"W"`, `"metrics":{"n":["count"]},"sort":["F"]`),
		"record.board": query("/board", `"by":"F"`, `"by":"stage","sums":["F"]`, `"by":"stage","where":["F","=",424242]`, `"by":"stage","sort":["F"]`,
			`"by":"stage","where":["id","=","R"]`),
		"record.bin":         query("/bin/query", ``, `"limit":1`),
		"record.history":     {{"GET", "/records/deal/R/history", ""}},
		"run.list":           {{"GET", "/runs?entity=deal&id=R", ""}, {"GET", "/runs?entity=deal&id=R&trigger=W&state=done", ""}, {"GET", "/runs?id=R", ""}},
		"record.assignments": {{"GET", "/records/deal/R/assignments", ""}, {"GET", "/records/deal/OWN/assignments", ""}},
		"comment.list":       {{"GET", "/records/deal/R/comments", ""}},
		"draft.get":          {{"GET", "/drafts/deal/R", ""}},
		"assignment.reasons": {{"GET", "/assignments/reasons?entity=W", ""}},
		"record.export":      query("/export", `"fields":["F"]`, `"where":["id","=","R"]`),
	}
	writeProbes = map[string][]probe{
		"record.create":     {{"POST", "/records/deal", `{"name":"x","F":1}`}, {"POST", "/records/deal", `{"name":"x","F":null,"rev":1,"id":"R","created_by":"R","updated_at":"2020-01-01T00:00:00Z"}`}},
		"record.update":     {{"PATCH", "/records/deal/R", `{"name":"x"}`}, {"PATCH", "/records/deal/OWN", `{"F":1}`}, {"PATCH", "/records/deal/OWN", `{"rev":9}`}},
		"record.delete":     {{"DELETE", "/records/deal/R", ""}},
		"record.transition": {{"POST", "/records/deal/R/transition", `{"to":"lost","comment":"x"}`}, {"POST", "/records/deal/OWN/transition", `{"to":"lost","comment":"x","values":{"F":1}}`}},
		"record.restore":    {{"POST", "/records/deal/R/restore", ""}},
		"record.bulk": query("/bulk", `"op":"update","ids":["R"],"values":{"name":"x"}`, `"op":"delete","ids":["R"]`, `"op":"update","ids":["OWN"],"values":{"F":1}`,
			`"op":"delete","where":["F","=",424242]`, `"op":"delete","where":["id","=","R"]`, `"op":"transition","ids":["R"],"to":"lost","comment":"x"`),
		"record.merge":   query("/merge", `"keep":"OWN","from":["R"]`, `"keep":"R","from":["OWN"]`, `"keep":"OWN","from":["R"],"values":{"F":1}`),
		"record.import":  {{"POST", "/records/deal/import", "name,F\nx,1\n"}},
		"record.assign":  {{"POST", "/records/deal/R/assign", `{"rule":"W"}`}, {"POST", "/records/deal/R/assign", `{"rule":"W","dry_run":true}`}},
		"record.claim":   {{"POST", "/records/deal/R/claim", ``}},
		"comment.add":    {{"POST", "/records/deal/R/comments", `{"text":"x"}`}},
		"comment.remove": {{"DELETE", "/records/deal/R/comments/R", ``}},
		"draft.save":     {{"POST", "/drafts/deal/R", `{"values":{}}`}},
		"button.press":   {{"POST", "/records/deal/R/button/W", `{}`}, {"POST", "/records/deal/OWN/button/W", `{"values":{"F":1}}`}},
		"import.create":  {{"POST", "/imports", "name,F\nx,1\n"}},
	}
	// otherRoutes are routes that show no records; those in quotes have tests of their own.
	otherRoutes = "import.list import.get import.problems import.undo mapping.list mapping.get mapping.put session.create session.delete session.list session.revoke " +
		"session.revokeOthers me meta password.set token.list token.create token.revoke access.explain template.list template.install template.uninstall openapi healthz " +
		"readyz metrics page settings.get settings.update file.upload 'upload.capabilities' 'upload.options' 'upload.override' 'upload.begin' 'upload.get' 'upload.append' 'upload.end' 'file.download' 'file.thumbnail' 'live' 'link.list' 'link.create' 'link.delete' 'public_form.get' 'public_form.submit' 'public_form.options' 'webhook.call' 'payload.list' 'payload.replay' 'job.list' 'job.retry' 'job.cancel' 'incident.list' 'incident.close' 'notification.list' 'notification.read' 'preference.get' 'preference.set' 'draft.delete' " +
		"'run.get' run.retry run.cancel run.undo trigger.try script.try trigger.replay"
)

func query(suffix string, members ...string) []probe {
	list := make([]probe, len(members))
	for i, m := range members {
		list[i] = probe{"POST", "/records/deal" + suffix, "{" + m + "}"}
	}
	return list
}

// TestNoRouteRevealsHiddenData asks every route for a hidden field and a hidden
// row, and for ones that do not exist: the answers must be the same (S-01, S-03).
// A route that is missing here fails the test.
func TestNoRouteRevealsHiddenData(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	secret := w.Create(t, w.wang.Token, "deal", map[string]any{"name": "绝密文件", "code": "W1"})
	own := w.Create(t, w.li.Token, "deal", map[string]any{"name": "mine"})
	for _, id := range []string{secret, own} {
		w.Do(t, w.Admin, "PATCH", "/records/deal/"+id, `{"margin":424242}`).Want(t, 200)
	}
	hidden := strings.NewReplacer("F", "margin", "R", secret, "W", "绝密", "OWN", own)
	missing := strings.NewReplacer("F", "nonsense", "R", "01a202e1-c004-70ff-a347-4bb93fd8b6cc", "W", "没有", "OWN", own)
	same := strings.NewReplacer("margin", "F", "nonsense", "F", secret, "R", "01a202e1-c004-70ff-a347-4bb93fd8b6cc", "R")
	for _, rt := range w.API.Routes() {
		probes, reads := readProbes[rt.Name]
		if !reads {
			if writeProbes[rt.Name] == nil && !strings.Contains(" "+strings.ReplaceAll(otherRoutes, "'", "")+" ", " "+rt.Name+" ") {
				t.Errorf("the route %s is in no row of this matrix", rt.Name)
			}
			continue
		}
		for _, p := range probes {
			a, b := send(t, w, p, hidden), send(t, w, p, missing)
			if a.Status != b.Status || same.Replace(a.Body) != same.Replace(b.Body) {
				t.Errorf("%s %s: hidden %d, missing %d\n%s\n%s", rt.Name, p.body, a.Status, b.Status, a.Body, b.Body)
			}
			checkNoLeak(t, rt.Name, p, a)
		}
	}
}

// S-05, S-08
func TestNoRouteWritesWithoutTheRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	secret := w.Create(t, w.wang.Token, "deal", map[string]any{"name": "绝密文件", "code": "W1"})
	own := w.Create(t, w.li.Token, "deal", map[string]any{"name": "mine"})
	for _, id := range []string{secret, own} {
		w.Do(t, w.Admin, "PATCH", "/records/deal/"+id, `{"margin":424242}`).Want(t, 200)
	}
	before := w.allDeals(t)
	fill := strings.NewReplacer("F", "margin", "R", secret, "W", "绝密", "OWN", own)
	for name, probes := range writeProbes {
		for _, p := range probes {
			a := send(t, w, p, fill)
			if a.Status < 400 && name != "record.bulk" {
				t.Errorf("%s %s: %d\n%s", name, p.body, a.Status, a.Body)
			}
			checkNoLeak(t, name, p, a)
			if after := w.allDeals(t); after != before {
				t.Fatalf("%s %s changed something:\n%s\n%s", name, p.body, before, after)
			}
		}
	}
}

func send(t *testing.T, w testWorld, p probe, fill *strings.Replacer) *apptest.Answer {
	t.Helper()
	media := "application/json"
	if strings.HasPrefix(p.body, "name,") {
		media = "text/csv"
	}
	var body any
	if p.body != "" {
		body = fillNames(p.body, fill)
	}
	return w.Do(t, w.li.Token, p.method, fillNames(p.path, fill), body, "Content-Type", media, "Accept-Language", "en")
}

// fillNames replaces the placeholders that are whole words.
func fillNames(s string, fill *strings.Replacer) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] >= 'A' && s[j] <= 'Z' {
			j++
		}
		if j == i {
			b.WriteByte(s[i])
			i++
			continue
		}
		if word := s[i:j]; word == "F" || word == "R" || word == "W" {
			b.WriteString(fill.Replace(word))
		} else if word == "OWN" {
			b.WriteString(strings.TrimSpace(fill.Replace(" OWN ")))
		} else {
			b.WriteString(word)
		}
		i = j
	}
	return b.String()
}

func checkNoLeak(t *testing.T, route string, p probe, a *apptest.Answer) {
	t.Helper()
	for _, leak := range []string{"绝密文件", "424242", "W1"} {
		if strings.Contains(a.Body, leak) {
			t.Errorf("%s %s shows %s:\n%s", route, p.body, leak, a.Body)
		}
	}
}

// allDeals are all deals with their revisions as admin reads them.
func (w testWorld) allDeals(t *testing.T) string {
	t.Helper()
	var page struct{ Items []map[string]any }
	w.Do(t, w.Admin, "POST", "/records/deal/query", `{}`).Want(t, 200).JSON(t, &page)
	text, err := json.Marshal(page.Items)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
