package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"weft/cmd/internal/apptest"
	"weft/runtime/script/scripttest"
)

// receiver is an address outside that keeps what it was sent; the first answers may be failures.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	fail   int
	bodies []string
	keys   []string
}

func newReceiver(t *testing.T, fail int) *receiver {
	t.Helper()
	r := &receiver{fail: fail}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(in.Body)
		if err != nil {
			t.Error(err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.bodies, r.keys = append(r.bodies, string(body)), append(r.keys, in.Header.Get("Idempotency-Key"))
		if r.fail > 0 {
			r.fail--
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		_, _ = io.WriteString(w, `{"number":"A-7"}`)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) got() (bodies, keys []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.bodies...), append([]string{}, r.keys...)
}

var openLoopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func callsOut(url string) string {
	return onTicket("order", `"on":{"event":"created"},"steps":[
		{"key":"c","type":"call","url":"`+url+`","body":{"name":{"field":"name"},"lines":[1]}},
		{"key":"s","type":"set","values":{"grade":{"result":"c.body.number"}}}]`)
}

// A step calls an address outside, later steps see the answer, and a repetition after a
// failure has the same key.
func TestAStepCallsOutside(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, 1)
	c := newClock("2026-03-02T02:00:00Z")
	f := newTriggered(t, apptest.Options{EgressOpen: openLoopback, Now: c.now}, callsOut(r.URL))
	id := f.create("ticket", `{"name":"motor"}`)
	if err := f.Jobs.Await(t.Context()); err != nil { // the first attempt fails
		t.Fatal(err)
	}
	f.pass(c, day)
	f.want("ticket", id, "grade", "A-7")
	bodies, keys := r.got()
	if len(bodies) != 2 || bodies[1] != `{"lines":[1],"name":"motor"}` || keys[0] == "" || keys[0] != keys[1] {
		t.Errorf("bodies %q, keys %q", bodies, keys)
	}
}

// S-09: what is inside is not reached, the run says so, and a trial sends nothing.
func TestAStepReachesNothingInside(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, 0)
	f := newTriggered(t, apptest.Options{}, callsOut(r.URL))
	id := f.create("ticket", `{"name":"motor"}`)
	f.await()
	runs := f.Do(t, f.Admin, "GET", "/runs?entity=ticket&id="+id, nil).Want(t, http.StatusOK).Body
	if !strings.Contains(runs, `"state":"failed"`) || !strings.Contains(runs, "must not be called") && !strings.Contains(runs, "不能访问这个地址") {
		t.Error(runs)
	}
	f.post("/builder/triggers/try", `{"key":"order","entity":"ticket","id":"`+id+`"}`, http.StatusOK)
	if bodies, _ := r.got(); len(bodies) != 0 {
		t.Errorf("arrived: %q", bodies)
	}
}

// S-09: a script asks the hosts of its definition and no others; in a trial nobody.
func TestScriptsCallTheirHosts(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, 0)
	host, err := json.Marshal(strings.TrimPrefix(r.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	source := `
import http from 'http'
export default function (event) {
  try {
    const answer = http.post('` + r.URL + `/orders', { name: event.record.name }, { headers: { 'X-Shop': 'a' } })
    event.record.grade = answer.status + ' ' + answer.json().number
  } catch (e) {
    event.record.grade = String(e.message).slice(0, 60)
  }
}`
	step := func(key, script string) string {
		return onTicket(key, `"on":{"event":"button","title":{"en":"B"}},"steps":[{"key":"s","type":"script","script":"`+script+`"}]`)
	}
	f := newTriggered(t, apptest.Options{ScriptRunner: scripttest.Command(t), EgressOpen: openLoopback},
		hookScript("may", `"hosts":[`+string(host)+`],`, source), hookScript("may_not", `"hosts":["api.example.com"],`, source), step("asks", "may"), step("asks_in_vain", "may_not"))
	id := f.create("ticket", `{"name":"motor"}`)
	f.post("/records/ticket/"+id+"/button/asks", `{}`, http.StatusAccepted)
	f.await()
	f.want("ticket", id, "grade", "200 A-7")
	f.post("/records/ticket/"+id+"/button/asks_in_vain", `{}`, http.StatusAccepted)
	f.await()
	f.want("ticket", id, "grade", "http.request: this address must not be called")
	tried := f.post("/builder/triggers/try", `{"key":"asks","entity":"ticket","id":"`+id+`"}`, http.StatusOK)
	if !strings.Contains(string(tried.Body), "no request is sent in a trial") {
		t.Error(tried.Body)
	}
	if bodies, _ := r.got(); len(bodies) != 1 || bodies[0] != `{"name":"motor"}` {
		t.Errorf("arrived: %q", bodies)
	}
}
