package apitest

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"weft/cmd/internal/apptest"
)

func TestMetaShowsReadableEntitiesOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Run(t, []apptest.Scenario{
		{Name: "agent", As: w.li.Token, Method: "GET", Path: "/meta", Status: 200,
			Has: []string{`"enter":[{"type":"required","fields":["amount"]},{"type":"attachment","field":"proof"}]`, `"key":"deal"`, `"zh-CN":"商机"`, `"operations":["create","read","update","delete"]`, `"initial":"new"`, `"allowed":true`, `"columns":["name","amount"]`},
			Not: []string{"margin", "role_assignment"}},
		{Name: "auditor", As: w.audit.Token, Method: "GET", Path: "/meta", Status: 200,
			Has: []string{`"operations":["read","export"]`, `"columns":["name","amount","margin"]`, `"allowed":false`, `"key":"margin","type":"number","title":{"zh-CN":"毛利","en":"Margin"},"readable":true,"writable":false`}},
		{Name: "admin", As: w.Admin, Method: "GET", Path: "/meta", Status: 200, Has: []string{`"key":"role_assignment"`, "margin"}},
	})
}

func TestHealthReadinessMetrics(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Create(t, w.li.Token, "deal", map[string]any{"name": "x"})
	w.Run(t, []apptest.Scenario{
		{Name: "lives", Method: "GET", Path: "//healthz", Status: 200},
		{Name: "is ready", Method: "GET", Path: "//readyz", Status: 200},
		{Name: "counts", Method: "GET", Path: "//metrics", Status: 200, Has: []string{
			`weft_http_requests_total{method="POST",route="record.create",status="201"}`, "weft_http_request_seconds_bucket",
			`weft_record_writes_total{entity="deal",op="create"} 1`, "weft_live_sockets 0", "go_goroutines"}, Not: []string{w.li.Token}},
		{Name: "not for strangers", Method: "GET", Path: "//metrics", Header: []string{"X-Forwarded-For", "203.0.113.9"}, Status: 401},
	})
	w.API.Drain()
	w.Do(t, "", "GET", "//readyz", nil).Want(t, 503)
	w.Do(t, "", "GET", "//healthz", nil).Want(t, 200)
	w.Do(t, w.li.Token, "POST", "/records/deal/query", `{}`).Want(t, 200)
}

func TestTemplatesAreListedAndInstalled(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.Options{})
	app.Run(t, []apptest.Scenario{
		{Name: "list", As: app.Admin, Method: "GET", Path: "/templates", Status: 200, Has: []string{`"key":"opportunity-pipeline"`, "商机"}},
		{Name: "no such one", As: app.Admin, Method: "POST", Path: "/templates/nothing/install", Body: `{}`, Status: 404},
		{Name: "no path", As: app.Admin, Method: "POST", Path: "/templates/..%2Fx/install", Body: `{}`, Status: 404},
		{Name: "an option that is none", As: app.Admin, Method: "POST", Path: "/templates/opportunity-pipeline/install", Body: `{"sampledata":true}`, Status: 400},
		{Name: "definitions only", As: app.Admin, Method: "POST", Path: "/templates/opportunity-pipeline/install", Body: `{"confirmRoles":true}`, Status: 200, Has: []string{`"records":0`}},
		{Name: "with samples", As: app.Admin, Method: "POST", Path: "/templates/opportunity-pipeline/install", Body: `{"confirmRoles":true,"sampleData":true}`, Status: 200, Not: []string{`"records":0`}},
		{Name: "again", As: app.Admin, Method: "POST", Path: "/templates/opportunity-pipeline/install", Body: `{"confirmRoles":true,"sampleData":true}`, Status: 200, Has: []string{`"records":0`}},
		{Name: "its mapping is there", As: app.Admin, Method: "GET", Path: "/import-mappings/b2b-sales", Status: 200, Has: []string{"GTX Pro"}},
		{Name: "its records are there", As: app.Admin, Method: "POST", Path: "/records/opportunity/query", Body: `{"count":"exact","expand":["account"]}`, Status: 200, Has: []string{`"expanded"`}},
		{Name: "its board", As: app.Admin, Method: "POST", Path: "/records/opportunity/board", Body: `{"by":"stage","sums":["amount"]}`, Status: 200, Has: []string{`"key":"won"`, `"sums":{"amount":"`}},
	})
}

func TestLiveQueriesOverTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	address := "ws" + strings.TrimPrefix(w.URL, "http") + "/api/v1/live"
	dial := func(header http.Header) (*websocket.Conn, int) {
		conn, res, err := websocket.DefaultDialer.Dial(address, header)
		if res == nil {
			t.Fatal(err)
		}
		return conn, res.StatusCode
	}
	if _, status := dial(nil); status != http.StatusUnauthorized {
		t.Errorf("nobody: %d", status)
	}
	if _, status := dial(http.Header{"Cookie": {"weft_session=" + w.li.Token}, "Origin": {"https://evil.example"}}); status != http.StatusForbidden {
		t.Errorf("another site: %d", status)
	}
	conn, _ := dial(http.Header{"Authorization": {"Bearer " + w.li.Token}})
	if conn == nil {
		t.Fatal("the socket was refused")
	}
	defer conn.Close()
	if err := conn.WriteJSON(map[string]any{"op": "subscribe", "ref": "a", "entity": "deal", "query": map[string]any{}}); err != nil {
		t.Fatal(err)
	}
	expect(t, conn, "snapshot", "")
	w.Create(t, w.wang.Token, "deal", map[string]any{"name": "of another"})
	w.Create(t, w.li.Token, "deal", map[string]any{"name": "mine"})
	expect(t, conn, "put", "mine")
}

// expect reads frames until one of the event comes; none may concern other records.
func expect(t *testing.T, conn *websocket.Conn, event, has string) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for {
		_, text, err := conn.ReadMessage()
		if err != nil {
			t.Fatalf("waiting for %s: %v", event, err)
		}
		var frame struct{ Event string }
		if err := json.Unmarshal(text, &frame); err != nil || strings.Contains(string(text), "of another") {
			t.Fatalf("%v: %s", err, text)
		}
		if frame.Event == event && strings.Contains(string(text), has) {
			return
		}
	}
}

func TestImportAndExportOverTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	csv := "name,code,amount\n甲,A1,12.5\n乙,A2,x\n丙,A3,7\n"
	form, media := apptest.Form(t, map[string]string{"deals.csv": csv})
	w.Run(t, []apptest.Scenario{
		{Name: "nobody without the right", As: w.li.Token, Method: "POST", Path: "/records/deal/import", Body: csv, Header: []string{"Content-Type", "text/csv"}, Status: 403},
		{Name: "another type", As: w.Admin, Method: "POST", Path: "/records/deal/import", Body: `{}`, Status: 415},
		{Name: "a switch that is none", As: w.Admin, Method: "POST", Path: "/records/deal/import?dry_run=perhaps", Body: csv, Header: []string{"Content-Type", "text/csv"}, Status: 400},
		{Name: "dry run", As: w.Admin, Method: "POST", Path: "/records/deal/import?dry_run=true", Body: csv, Header: []string{"Content-Type", "text/csv"}, Status: 200,
			Has: []string{`"dry_run":true`, `"rows":3`, `"failed":1`, `"created":2`}},
		{Name: "nothing was written", As: w.Admin, Method: "POST", Path: "/records/deal/query", Body: `{"count":"exact"}`, Status: 200, Has: []string{`"count":0`}},
	})
	done := w.Do(t, w.Admin, "POST", "/records/deal/import", form, "Content-Type", media).Want(t, 200)
	id := done.Text("id")
	w.Run(t, []apptest.Scenario{
		{Name: "progress", As: w.Admin, Method: "GET", Path: "/imports/" + id, Status: 200, Has: []string{`"state":"done"`, `"created":2`, `"failed":1`}},
		{Name: "its problems", As: w.Admin, Method: "GET", Path: "/imports/" + id + "/problems", Status: 200, Has: []string{"deals.csv", "amount"}},
		{Name: "not for others", As: w.audit.Token, Method: "GET", Path: "/imports/" + id, Status: 404},
		{Name: "exported", As: w.Admin, Method: "POST", Path: "/records/deal/export?header=keys", Body: `{"fields":["name","amount"],"sort":["code"]}`, Status: 200,
			Has: []string{"name,amount", "甲,12.5", "丙,7"}, WantHeader: []string{`Content-Disposition: attachment; filename="deal.csv"`}},
		{Name: "as a workbook", As: w.Admin, Method: "POST", Path: "/records/deal/export", Body: `{}`, Status: 200,
			Header: []string{"Accept", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}, Has: []string{"PK"}},
		{Name: "as something else", As: w.Admin, Method: "POST", Path: "/records/deal/export", Body: `{}`, Header: []string{"Accept", "text/html"}, Status: 415},
		{Name: "undone", As: w.Admin, Method: "POST", Path: "/imports/" + id + "/undo", Status: 200, Has: []string{`"state":"undone"`}},
		{Name: "gone", As: w.Admin, Method: "POST", Path: "/records/deal/query", Body: `{"count":"exact"}`, Status: 200, Has: []string{`"count":0`}},
		{Name: "a mapping is kept", As: w.Admin, Method: "PUT", Path: "/import-mappings/mine", Body: `{"files":[{"file":"deals.csv","entity":"deal","columns":{"name":{"field":"name"}}}]}`, Status: 200},
		{Name: "a mapping of nothing", As: w.Admin, Method: "PUT", Path: "/import-mappings/mine", Body: `{"files":[{"file":"deals.csv","entity":"nothing","columns":{}}]}`, Status: 422},
		{Name: "no such mapping", As: w.Admin, Method: "GET", Path: "/import-mappings/other", Status: 404},
	})
}
