package main

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"weft/runtime/store/mongo/mongotest"
)

const (
	// loopRate is how many requests a second come, however many wait.
	loopRate = 500
	// loopGoroutines bounds those that wait: all that come in a second and what
	// a busy machine adds (outageAnswer), three goroutines each.
	loopGoroutines = 3 * 2 * loopRate
	// loopMemory is what all of them may take, resident.
	loopMemory = 192 << 20
)

// openLoop sends requests at a steady rate and waits for no answer: half of
// them read a deal, half make one under a key.
type openLoop struct {
	t      *testing.T
	server *crashServer
	client *http.Client
	known  string // the deal that is read
	run    string // names the deals of this loop
	stop   chan struct{}
	ended  sync.WaitGroup

	mu      sync.Mutex
	cut     time.Time // since when the database is away, zero while it is there
	slowest time.Duration
	made    []string // acknowledged
	doubt   []string // whose outcome is not known
	refused int
	wrong   map[string]int // what should not be answered
}

func startLoop(t *testing.T, server *crashServer, known, run string) *openLoop {
	l := &openLoop{t: t, server: server, known: known, run: run, stop: make(chan struct{}), wrong: map[string]int{},
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4 * loopRate}}}
	l.ended.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for n, start := 0, time.Now(); ; {
			select {
			case <-l.stop:
				return
			case <-tick.C:
			}
			for ; n < int(time.Since(start).Seconds()*loopRate); n += 2 {
				name := fmt.Sprintf("%s-%d", l.run, n)
				l.ended.Go(func() { l.send("GET", "/records/opportunity/"+l.known, "") })
				l.ended.Go(func() { l.send("POST", "/records/opportunity", name) })
			}
		}
	})
	return l
}

// send asks once and notes the answer.
func (l *openLoop) send(method, path, name string) {
	sent := time.Now()
	status, body := l.ask(method, path, name)
	l.mu.Lock()
	defer l.mu.Unlock()
	away := !l.cut.IsZero()
	switch {
	case status == http.StatusOK && method == "GET":
	case status == http.StatusCreated:
		l.made = append(l.made, name)
		if away && sent.After(l.cut) {
			l.wrong["201 without a database"]++
		}
	case status == http.StatusServiceUnavailable,
		status == http.StatusTooManyRequests: // all come from one user, who may have 512 under way
		l.refused++
		if strings.Contains(body, `"outcome_unknown"`) {
			l.doubt = append(l.doubt, name)
		}
	default:
		l.wrong[fmt.Sprintf("%s: %d %.300s", method, status, body)]++
	}
	if away {
		if sent.Before(l.cut) {
			sent = l.cut
		}
		l.slowest = max(l.slowest, time.Since(sent))
	}
}

func (l *openLoop) ask(method, path, name string) (status int, body string) {
	req, err := http.NewRequest(method, l.server.url+"/api/v1"+path, strings.NewReader(`{"name":"`+name+`"}`))
	if err != nil {
		return 0, err.Error()
	}
	req.Header = http.Header{"Authorization": {"Bearer " + l.server.token}}
	if name != "" {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", name)
	}
	res, err := l.client.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(text)
}

// settle repeats what is in doubt under its key.
func (l *openLoop) settle() {
	for _, name := range l.doubt {
		within(l.t, 20*time.Second, name+" is not made", func() bool {
			status, _ := l.ask("POST", "/records/opportunity", name)
			return status == http.StatusCreated
		})
	}
}

// usage is what the server takes at one moment.
type usage struct{ goroutines, heap, resident int }

var usageLines = regexp.MustCompile(`(?m)^(go_goroutines|go_memstats_heap_inuse_bytes|process_resident_memory_bytes) (\S+)`)

func usageOf(t *testing.T, url string) (u usage) {
	t.Helper()
	_, text, _ := fetch(url + "/metrics")
	for _, line := range usageLines.FindAllStringSubmatch(text, -1) {
		n, err := strconv.ParseFloat(line[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		*map[string]*int{"go_goroutines": &u.goroutines, "go_memstats_heap_inuse_bytes": &u.heap, "process_resident_memory_bytes": &u.resident}[line[1]] = int(n)
	}
	return u
}

// behind a black hole, or without a database, requests that keep coming
// are answered at once and honestly, nothing piles up, and what is stored then
// is what was acknowledged.
func TestABlackHoleBeforeTheDatabase(t *testing.T) {
	database := mongotest.Start(t, mongotest.Options{Durable: true})
	proxy := mongotest.StartProxy(t, database.URI, mongotest.ProxyRules{})
	dir := crashFolder(t, "--mongodb-uri", proxy.URI)
	server := startServer(t, dir, "", 0, "--mongodb-uri", proxy.URI)
	t.Cleanup(server.kill)
	api := &client{base: server.url, token: server.token, http: http.DefaultClient}
	known, err := api.createDeal(t.Context(), "known")
	if err != nil {
		t.Fatal(err)
	}
	stored := 1
	for _, outage := range []struct {
		name       string
		away, back func()
	}{
		{"black hole", proxy.DropTraffic, proxy.ResumeTraffic},
		{"killed", func() { proxy.StopListening(); database.Kill() }, func() { database.Restart(); proxy.Listen() }},
	} {
		before := usageOf(t, server.url)
		l := startLoop(t, server, known.id, outage.name[:1])
		within(t, 20*time.Second, "nothing is made", func() bool { l.mu.Lock(); defer l.mu.Unlock(); return len(l.made) > 20 })
		outage.away()
		l.mu.Lock()
		l.cut = time.Now()
		l.mu.Unlock()
		second := time.NewTicker(time.Second)
		for range rounds(10, 60) {
			<-second.C
			now := usageOf(t, server.url)
			if now.goroutines > before.goroutines+loopGoroutines || now.resident > before.resident+loopMemory {
				t.Errorf("%s: %+v, before %+v", outage.name, now, before)
			}
		}
		second.Stop()
		close(l.stop)
		l.ended.Wait()
		outage.back()
		within(t, outageBack, "not ready again", func() bool { status, _, _ := fetch(server.url + "/readyz"); return status == 200 })
		for what, n := range l.wrong {
			t.Errorf("%s: %d times %s", outage.name, n, what)
		}
		if l.slowest > outageAnswer || l.refused < loopRate {
			t.Errorf("%s: %d refused, the slowest after %v", outage.name, l.refused, l.slowest)
		}
		t.Logf("%s: %+v after %+v", outage.name, usageOf(t, server.url), before)
		t.Logf("%s: %d made, %d refused, %d of them in doubt; slowest answer %v", outage.name, len(l.made), l.refused, len(l.doubt), l.slowest.Round(time.Millisecond))
		l.settle()
		stored += len(l.made) + len(l.doubt)
		if n, names := countDeals(t, server); n != stored || names != stored {
			t.Errorf("%s: %d deals with %d names, %d acknowledged", outage.name, n, names, stored)
		}
	}
}
