package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/store/mongo/mongotest"
)

// within waits until fn says yes.
func within(t *testing.T, limit time.Duration, what string, fn func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(limit); !fn(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("within %v: %s", limit, what)
		}
	}
}

// fetch is a GET without a sign-in; status 0 when nobody answers.
func fetch(url string) (status int, body string, header http.Header) {
	res, err := http.Get(url) //nolint:gosec // an address of this test
	if err != nil {
		return 0, "", nil
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(text), res.Header
}

// load is many callers that create deals all the time; each repeats a deal
// under its key until it is acknowledged.
type load struct {
	t       *testing.T
	server  *crashServer
	acked   atomic.Int64
	refused atomic.Int64
	slowest atomic.Int64 // nanoseconds, of refusals
	wrong   sync.Map     // what should never be answered
}

const (
	outageCallers = 16
	// outageAnswer is how long an answer may take while the database is away, a
	// second, and what a busy machine adds.
	outageAnswer = 2 * time.Second
	// outageBack is how soon after the database the server serves again.
	outageBack = 5 * time.Second
)

func (l *load) run(ctx context.Context) *sync.WaitGroup {
	callers := &sync.WaitGroup{}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: outageCallers}}
	for w := range outageCallers {
		callers.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				for name := fmt.Sprintf("w%dn%d", w, n); ctx.Err() == nil && !l.create(client, name); {
				}
			}
		})
	}
	return callers
}

// create tries once and tells whether the deal is there.
func (l *load) create(client *http.Client, name string) bool {
	req, err := http.NewRequest("POST", l.server.url+"/api/v1/records/opportunity", strings.NewReader(`{"name":"`+name+`"}`))
	if err != nil {
		l.t.Error(err)
		return true
	}
	req.Header = http.Header{"Authorization": {"Bearer " + l.server.token}, "Content-Type": {"application/json"}, "Idempotency-Key": {name}}
	start := time.Now()
	res, err := client.Do(req)
	if err != nil {
		l.wrong.Store(err.Error(), true)
		return false
	}
	body, _ := io.ReadAll(res.Body)
	res.Body.Close()
	switch {
	case res.StatusCode == http.StatusCreated:
		l.acked.Add(1)
		return true
	case res.StatusCode == http.StatusServiceUnavailable && res.Header.Get("Retry-After") != "":
		l.refused.Add(1)
		for took := int64(time.Since(start)); ; {
			old := l.slowest.Load()
			if took <= old || l.slowest.CompareAndSwap(old, took) {
				break
			}
		}
	default:
		l.wrong.Store(fmt.Sprintf("%d %s", res.StatusCode, body), true)
	}
	return false
}

var goroutineLine = regexp.MustCompile(`(?m)^go_goroutines (\d+)`)

func goroutines(t *testing.T, url string) int {
	t.Helper()
	_, text, _ := fetch(url + "/metrics")
	found := goroutineLine.FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no goroutines in the metrics: %.300s", text)
	}
	n, err := strconv.Atoi(found[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// a database that freezes or dies under load gives immediate, honest
// 503, nothing piles up, and the server goes on by itself when it is back.
func TestADatabaseThatGoesAway(t *testing.T) {
	t.Parallel()
	database := mongotest.Start(t, mongotest.Options{Durable: true})
	dir := crashFolder(t, "--mongodb-uri", database.URI)
	server := startServer(t, dir, "", 0, "--mongodb-uri", database.URI)
	t.Cleanup(server.kill)
	l := &load{t: t, server: server}
	ctx, stop := context.WithCancel(t.Context())
	callers := l.run(ctx)
	within(t, 30*time.Second, "nothing is acknowledged", func() bool { return l.acked.Load() > 50 })
	before := goroutines(t, server.url)
	for _, outage := range []struct {
		name       string
		away, back func()
	}{
		{"frozen", database.Freeze, database.Unfreeze},
		{"killed", database.Kill, database.Restart},
	} {
		l.slowest.Store(0)
		outage.away()
		refused := l.refused.Load()
		within(t, 30*time.Second, "the callers are not refused", func() bool { return l.refused.Load() > refused+20*outageCallers })
		acked := l.acked.Load()
		if status, _, _ := fetch(server.url + "/healthz"); status != 200 {
			t.Errorf("%s: healthz %d", outage.name, status)
		}
		if status, body, header := fetch(server.url + "/readyz"); status != 503 || header.Get("Retry-After") == "" || !strings.Contains(body, "unavailable") {
			t.Errorf("%s: readyz %d %s", outage.name, status, body)
		}
		if now := goroutines(t, server.url); now > before+4*outageCallers {
			t.Errorf("%s: %d goroutines, %d before", outage.name, now, before)
		}
		if more := l.acked.Load() - acked; more > 0 {
			t.Errorf("%s: %d writes acknowledged without a database", outage.name, more)
		}
		if slowest := time.Duration(l.slowest.Load()); slowest > outageAnswer {
			t.Errorf("%s: a refusal took %v", outage.name, slowest)
		}
		t.Logf("%s: slowest refusal %v", outage.name, time.Duration(l.slowest.Load()).Round(time.Millisecond))
		outage.back()
		start := time.Now()
		within(t, outageBack, "not ready again", func() bool { status, _, _ := fetch(server.url + "/readyz"); return status == 200 })
		within(t, 20*time.Second, "nothing is acknowledged again", func() bool { return l.acked.Load() > acked+outageCallers })
		t.Logf("%s: writing again after %v", outage.name, time.Since(start).Round(time.Millisecond))
	}
	stop()
	callers.Wait()
	l.wrong.Range(func(what, _ any) bool { t.Errorf("answered: %v", what); return true })
	l.count()
}

// count compares what is there with what was acknowledged: nothing is lost, and
// what was asked for again and again is there once.
func (l *load) count() {
	l.t.Helper()
	n, names := countDeals(l.t, l.server)
	if acked := int(l.acked.Load()); n < acked || n > acked+outageCallers || n != names {
		l.t.Errorf("%d deals with %d names, %d acknowledged by %d callers", n, names, acked, outageCallers)
	}
}

func countDeals(t *testing.T, server *crashServer) (n, names int) {
	t.Helper()
	api := &client{base: server.url, token: server.token, http: http.DefaultClient}
	var out struct {
		Rows []struct {
			N     int `json:"n"`
			Names int `json:"d"`
		} `json:"rows"`
	}
	q := map[string]any{"metrics": map[string]any{"n": []string{"count"}, "d": []string{"count_distinct", "name"}}}
	if err := api.call(t.Context(), "POST", "/records/opportunity/aggregate", q, &out); err != nil {
		t.Fatal(err)
	}
	return out.Rows[0].N, out.Rows[0].Names
}

// terminal is standard error that can be read while the command runs.
type terminal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *terminal) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *terminal) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

var listening = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// Contract, Command line: a database that cannot be reached at start: the
// server starts, is not ready, and retries.
func TestAServerStartsBeforeItsDatabase(t *testing.T) {
	t.Parallel()
	database := mongotest.Start(t, mongotest.Options{})
	database.Kill()
	var out, errs terminal
	m := &Main{
		Args:  []string{"serve", "--listen", "127.0.0.1:0", "--data", t.TempDir(), "--mongodb-uri", database.URI},
		Stdin: os.Stdin, Stdout: &out, Stderr: &errs,
		Getenv: func(name string) string { return map[string]string{"WEFT_ADMIN_PASSWORD": crashPassword}[name] },
	}
	ctx, stop := context.WithCancel(t.Context())
	status := make(chan int, 1)
	go func() { status <- m.Main(ctx) }()
	within(t, 20*time.Second, "the server does not say where it listens", func() bool { return listening.MatchString(errs.String()) })
	url := listening.FindString(errs.String())
	if got, _, _ := fetch(url + "/healthz"); got != 200 {
		t.Errorf("healthz %d", got)
	}
	for _, path := range []string{"/readyz", "/api/v1/me"} {
		if got, body, header := fetch(url + path); got != 503 || header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %s", path, got, body)
		}
	}
	database.Restart()
	within(t, 20*time.Second, "not ready", func() bool { got, _, _ := fetch(url + "/readyz"); return got == 200 })
	if got, _, _ := fetch(url + "/api/v1/me"); got != 401 {
		t.Errorf("me: %d", got)
	}
	stop()
	if got := <-status; got != 0 {
		t.Errorf("status %d: %s", got, errs.String())
	}
	if n := strings.Count(errs.String(), "\n"); n != 1 || !strings.Contains(out.String(), "serves "+url) {
		t.Errorf("said %d lines: %s%s", n, errs.String(), out.String())
	}
}
