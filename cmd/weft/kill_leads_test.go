package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// leadCallers send leads to the public form until each one is acknowledged, whatever
// becomes of the server meanwhile.
type leadCallers struct {
	t        *testing.T
	base     atomic.Pointer[string] // of the server that runs
	form     string
	leads    int
	next     atomic.Int64
	answered atomic.Int64
}

func (c *leadCallers) run() {
	var wg sync.WaitGroup
	for range crashWriters {
		wg.Go(func() {
			for n := c.next.Add(1); n <= int64(c.leads); n = c.next.Add(1) {
				c.send(n)
			}
		})
	}
	wg.Wait()
}

// send repeats one lead under its key until it is acknowledged.
func (c *leadCallers) send(n int64) {
	body := fmt.Sprintf(`{"values":{"name":"lead %d","phone":"137%08d","company":"company %d"}}`, n, n, n)
	for c.t.Context().Err() == nil {
		status, answer := c.post(n, body)
		switch {
		case status == http.StatusCreated || status == http.StatusAccepted:
			c.answered.Add(1)
			return
		case status != 0 && status < 500:
			c.t.Errorf("lead %d: %d %s", n, status, answer)
			return
		}
		time.Sleep(20 * time.Millisecond) // the server is starting
	}
}

// post makes one attempt; status 0 means no answer.
func (c *leadCallers) post(n int64, body string) (status int, answer string) {
	req, err := http.NewRequestWithContext(c.t.Context(), "POST", *c.base.Load()+"/api/v1/public/forms/"+c.form, strings.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return 400, ""
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", fmt.Sprint("lead-", n))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, ""
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, ""
	}
	return res.StatusCode, string(text)
}

// L1, L4: while the server is killed and started again, every acknowledged lead is there
// once, is assigned once with its trace and touch, and nobody has more than the limit.
func TestKillLeadsAreAssignedOnce(t *testing.T) {
	leads, kills := rounds(300, 1000), 5
	dir := folderWith(t, "lead-manager")
	s := startCrashServer(t, dir, "")
	api := &client{base: s.url, token: s.token, http: newHTTPClient()}
	people := leads/8 + 10
	form := prepareLeads(t, api, people)
	callers := &leadCallers{t: t, form: form, leads: leads}
	callers.base.Store(&s.url)
	done := make(chan struct{})
	go func() {
		defer close(done)
		callers.run()
	}()
	for kill := range kills {
		for callers.answered.Load() < int64((kill+1)*leads/(kills+2)) {
			time.Sleep(2 * time.Millisecond)
		}
		s.kill()
		s = startCrashServer(t, dir, "")
		callers.base.Store(&s.url)
	}
	defer func() { s.kill() }()
	<-done
	api.base, api.token = s.url, s.token
	waitForOwners(t, api, leads)
	owners := map[string]int{}
	for _, lead := range leadPages(t, api, "lead", `["name","starts","lead "]`) {
		owners[fmt.Sprint(lead["owner"])]++
	}
	total := 0
	for owner, n := range owners {
		if total += n; n > 8 || owner == "<nil>" {
			t.Errorf("%s has %d leads", owner, n)
		}
	}
	once := map[string]int{}
	for _, a := range leadPages(t, api, "assignment", `{"all":[["entity","=","lead"],["outcome","=","assigned"]]}`) {
		once[fmt.Sprint(a["record"])]++
	}
	for id, n := range once {
		if n != 1 {
			t.Errorf("%s was assigned %d times", id, n)
		}
	}
	touches := len(leadPages(t, api, "touch", `["kind","=","form"]`))
	if total != leads || len(once) != leads || touches != leads {
		t.Errorf("%d leads, %d assigned, %d touches; want %d", total, len(once), touches, leads)
	}
	t.Logf("%d leads in %d kills", total, kills)
}

// prepareLeads makes people who can take leads, and a link to the form without its limit.
func prepareLeads(t *testing.T, api *client, people int) (form string) {
	t.Helper()
	ctx := t.Context()
	var set struct {
		Definitions []map[string]any `json:"definitions"`
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(api.call(ctx, "GET", "/builder/definitions", nil, &set))
	for _, d := range set.Definitions {
		if d["kind"] == "form" && d["key"] == "lead_public" {
			d["public"].(map[string]any)["per_minute"] = 10000
			must(api.call(ctx, "POST", "/builder/publish", map[string]any{"definitions": []any{d}}, nil))
		}
	}
	for i := range people {
		var made struct{ ID string }
		login := fmt.Sprintf("seller%d", i)
		must(api.call(ctx, "POST", "/records/user", map[string]any{"login": login, "name": login}, &made))
		must(api.call(ctx, "POST", "/records/role_assignment", map[string]any{"user": made.ID, "role": "lead_sales"}, nil))
	}
	var link struct{ Token string }
	must(api.call(ctx, "POST", "/forms/lead_public/links", map[string]any{}, &link))
	return link.Token
}

// waitForOwners waits until every lead has an owner, two minutes at most.
func waitForOwners(t *testing.T, api *client, leads int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for {
		var answer struct{ Rows []struct{ N int } }
		err := api.call(ctx, "POST", "/records/lead/aggregate", map[string]any{
			"where": json.RawMessage(`{"all":[["name","starts","lead "],["owner","present"]]}`), "metrics": map[string]any{"n": []string{"count"}}}, &answer)
		if err != nil {
			t.Fatalf("leads without an owner: %v", errors.Join(err, context.Cause(ctx)))
		}
		if answer.Rows[0].N >= leads {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// leadPages reads all records of an entity that match.
func leadPages(t *testing.T, api *client, entity, where string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for cursor := ""; ; {
		var page struct {
			Items  []map[string]any
			Cursor string
		}
		query := map[string]any{"where": json.RawMessage(where), "limit": 1000}
		if cursor != "" {
			query["cursor"] = cursor
		}
		body, err := json.Marshal(query)
		if err != nil {
			t.Fatal(err)
		}
		res, err := api.send(t.Context(), "POST", "/records/"+entity+"/query", "application/json", bytes.NewReader(body), nil)
		if err != nil {
			t.Fatal(err)
		}
		err = json.NewDecoder(res.Body).Decode(&page)
		_ = res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Items...)
		if cursor = page.Cursor; cursor == "" {
			return all
		}
	}
}
