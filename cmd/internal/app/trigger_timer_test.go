package app_test

import (
	"sync/atomic"
	"testing"
	"time"

	"weft/cmd/internal/apptest"
)

// clock is a clock that a test moves.
type clock struct {
	start time.Time
	later atomic.Int64 // time.Duration
}

func newClock(at string) *clock {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		panic(err)
	}
	return &clock{start: t}
}

func (c *clock) now() time.Time { return c.start.Add(time.Duration(c.later.Load())) }

// pass lets time pass and everything happen that is due.
func (f triggered) pass(c *clock, d time.Duration) {
	f.t.Helper()
	c.later.Add(int64(d))
	f.await()
	f.Admin = f.Token(f.t, "admin") // sessions end, too
}

const day = 24 * time.Hour

func TestADateThatMovesTakesItsTimerAlong(t *testing.T) {
	t.Parallel()
	c := newClock("2026-03-02T02:00:00Z")
	f := newTriggered(t, apptest.Options{Now: c.now},
		onTicket("remind", `"on":{"event":"date_reached","field":"due","offset":"-2d"},"where":["stage","!=","won"],"steps":[`+noteStep("n", "remind {due}")+`]`))
	id := f.create("ticket", `{"name":"x","due":"2026-03-10"}`)
	moved := f.create("ticket", `{"name":"y","due":"2026-03-10"}`)
	won := f.create("ticket", `{"name":"z","due":"2026-03-10"}`)
	soon := f.create("ticket", `{"name":"soon","due":"2026-03-03"}`)
	past := f.create("ticket", `{"name":"past","due":"2026-02-20"}`)
	f.patch("ticket", moved, `{"due":"2026-03-20"}`)
	f.patch("ticket", moved, `{"due":"2026-03-10"}`)
	f.patch("ticket", moved, `{"due":"2026-03-20"}`)
	f.patch("ticket", won, `{"stage":"open"}`)
	f.patch("ticket", won, `{"stage":"won"}`)
	f.await()
	if got := f.notes(soon) + f.notes(past); got != "remind 2026-03-03" {
		t.Errorf("a date that lies ahead is reminded of at once, a past one is not: %q", got)
	}
	f.pass(c, 5*day+13*time.Hour) // the 7th in China
	if got := f.notes(id); got != "" {
		t.Errorf("too early: %q", got)
	}
	f.pass(c, 2*time.Hour)
	for name, want := range map[string]string{id: "remind 2026-03-10", moved: "", won: ""} {
		if got := f.notes(name); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	f.pass(c, 20*day)
	if got := f.notes(moved) + f.notes(id); got != "remind 2026-03-20remind 2026-03-10" {
		t.Errorf("the moved date: %q", got)
	}
}

func TestSilence(t *testing.T) {
	t.Parallel()
	c := newClock("2026-03-06T08:00:00Z") // Friday 16:00 in China
	f := newTriggered(t, apptest.Options{Now: c.now},
		onTicket("quiet", `"on":{"event":"silence","for":"2h","unless":{"any":[{"entity":"note","where":["n","=",1]},["stage","=","won"]]}},"steps":[`+noteStep("n", "quiet")+`]`),
		onTicket("working", `"on":{"event":"silence","for":"1wd"},"steps":[`+noteStep("n", "a working day")+`]`),
		onTicket("since", `"on":{"event":"silence","for":"1h","since":"at"},"steps":[`+noteStep("n", "since {at}")+`]`))
	id := f.create("ticket", `{"name":"x"}`)
	touched := f.create("ticket", `{"name":"y","at":"2026-03-06T09:30:00Z"}`)
	f.create("note", `{"ticket":"`+touched+`","n":1,"text":"call"}`)
	f.pass(c, 119*time.Minute)
	if got := f.notes(id); got != "" {
		t.Errorf("too early: %q", got)
	}
	f.patch("ticket", touched, `{"at":"2026-03-06T11:00:00Z"}`)
	f.pass(c, time.Minute)
	if got := f.notes(id) + f.notes(touched); got != "quietcall" {
		t.Errorf("after two hours: %q", got)
	}
	f.pass(c, 3*time.Hour)
	if got := f.notes(touched); got != "call|since 2026-03-06T11:00:00.000Z" {
		t.Errorf("since: %q", got)
	}
	f.pass(c, 2*day)
	if got := f.notes(id); got != "quiet" {
		t.Errorf("over the weekend: %q", got)
	}
	f.pass(c, day)
	if got := f.notes(id); got != "quiet|a working day" {
		t.Errorf("after a working day: %q", got)
	}
}

func TestStepsThatWait(t *testing.T) {
	t.Parallel()
	c := newClock("2026-03-02T02:00:00Z")
	f := newTriggered(t, apptest.Options{Now: c.now},
		onTicket("later", `"on":{"event":"created"},"where":["grade","=","wait"],"steps":[{"key":"w","type":"wait","for":"3d"},`+noteStep("n", "later {grade}")+`,{"key":"u","type":"wait","until":{"field":"at"}},`+noteStep("o", "until")+`]`),
		onTicket("hopes", `"on":{"event":"created"},"where":["grade","=","hope"],"steps":[{"key":"w","type":"wait_for","event":{"event":"stage_entered","stage":"won"},"where":["amount",">",5],"timeout":"1d"},
			{"key":"b","type":"branch","cases":[{"where":["stage","=","won"],"steps":[`+noteStep("y", "won {w.event}")+`]}],"else":[`+noteStep("z", "timeout")+`,{"key":"s","type":"stop"}]},`+noteStep("e", "end")+`]`),
		onTicket("before", `"order":-1,"on":{"event":"created"},"steps":[{"key":"w","type":"wait","for":"1m"},{"key":"s","type":"set","values":{"score":1}}]`),
		onTicket("after", `"order":1,"on":{"event":"created"},"steps":[`+noteStep("n", "after")+`]`))
	waits := f.create("ticket", `{"name":"x","grade":"wait","at":"2026-03-08T02:00:00Z"}`)
	hopes := f.create("ticket", `{"name":"y","grade":"hope","amount":10}`)
	gives := f.create("ticket", `{"name":"z","grade":"hope","amount":1}`)
	f.await()
	if got := f.states("entity=ticket&id=" + waits); got != "before:waiting later:waiting after:done" {
		t.Errorf("a run that waits keeps the others of its event from nothing: %s", got)
	}
	f.pass(c, time.Hour)
	f.want("ticket", waits, "score", 1)
	for _, id := range []string{hopes, gives} {
		f.patch("ticket", id, `{"stage":"open"}`)
		f.patch("ticket", id, `{"stage":"won"}`)
	}
	f.await()
	if got := f.notes(hopes) + " " + f.notes(gives); got != "after|won stage_entered|end after" {
		t.Errorf("after the event: %q", got)
	}
	f.patch("ticket", waits, `{"grade":"now"}`)
	f.pass(c, day)
	if got := f.notes(gives); got != "after|won|end" {
		t.Errorf("after the timeout: %q", got)
	}
	f.pass(c, 3*day)
	if got := f.notes(waits); got != "after|later now" {
		t.Errorf("after three days: %q", got)
	}
	f.pass(c, 5*day)
	if got := f.notes(waits); got != "after|later now|until" {
		t.Errorf("after its date: %q", got)
	}
	if got := f.states("entity=ticket&id=" + waits); got != "before:done later:done after:done" {
		t.Error(got)
	}
}

func TestARunWhoseRecordIsGoneEnds(t *testing.T) {
	t.Parallel()
	c := newClock("2026-03-02T02:00:00Z")
	f := newTriggered(t, apptest.Options{Now: c.now},
		onTicket("later", `"on":{"event":"created"},"steps":[{"key":"w","type":"wait","for":"3d"},{"key":"s","type":"set","values":{"score":1}}]`))
	id := f.create("ticket", `{"name":"x"}`)
	f.await()
	f.Do(t, f.Admin, "DELETE", "/records/ticket/"+id, nil).Want(t, 204)
	f.pass(c, 4*day)
	if runs := f.runs("trigger=later"); len(runs) != 1 || runs[0].State != "stopped" || runs[0].Error == nil {
		t.Errorf("%+v", runs)
	}
}

// A trigger that is published after the records reaches those whose date lies ahead.
func TestATimerOfPresentRecords(t *testing.T) {
	t.Parallel()
	c := newClock("2026-03-02T02:00:00Z")
	f := newTriggered(t, apptest.Options{Now: c.now})
	id := f.create("ticket", `{"name":"x","due":"2026-03-10"}`)
	past := f.create("ticket", `{"name":"y","due":"2026-02-10"}`)
	f.publish(onTicket("remind", `"on":{"event":"date_reached","field":"due","offset":"-2d"},"steps":[`+noteStep("n", "first")+`]`))
	f.followed()
	f.publish(onTicket("remind", `"on":{"event":"date_reached","field":"due","offset":"-1d"},"steps":[`+noteStep("n", "second")+`]`))
	f.followed()
	f.pass(c, 30*day)
	if got := f.notes(id) + f.notes(past); got != "second" {
		t.Errorf("%q", got)
	}
}

// followed returns when triggers have followed what was published.
func (f triggered) followed() {
	f.t.Helper()
	if err := f.App.Followed(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
	f.await()
}

// Runs are kept for half a year.
func TestOldRunsAreSwept(t *testing.T) {
	t.Parallel()
	c := newClock(time.Now().UTC().Format(time.RFC3339)) // ids of runs are of the real time
	f := newTriggered(t, apptest.Options{Now: c.now},
		onTicket("made", `"on":{"event":"created"},"steps":[{"key":"s","type":"set","values":{"score":1}}]`),
		onTicket("waits", `"on":{"event":"created"},"steps":[{"key":"w","type":"wait","for":"52w"}]`))
	f.followed()
	f.create("ticket", `{"name":"old"}`)
	f.pass(c, 170*day)
	if n := len(f.runs("trigger=made")); n != 1 {
		t.Errorf("%d runs after 170 days", n)
	}
	f.pass(c, 12*day)
	if made, waits := len(f.runs("trigger=made")), len(f.runs("trigger=waits")); made != 0 || waits != 1 {
		t.Errorf("%d old runs, %d that wait", made, waits)
	}
}

func TestSchedules(t *testing.T) {
	t.Parallel()
	c := newClock("2026-03-02T00:30:00Z") // 08:30 in China
	every := func(key, catchUp, rest string) string {
		return `{"kind":"trigger","key":"` + key + `","title":{"en":"` + key + `"},"on":{"event":"schedule","cron":"0 9 * * *"` + catchUp + `},` + rest + `}`
	}
	note := `"steps":[{"key":"n","type":"create","entity":"note","values":{"text":"x"}}]`
	f := newTriggered(t, apptest.Options{Now: c.now}, every("once", "", note), every("skips", `,"catch_up":"skip"`, note), every("all", `,"catch_up":"all"`, note),
		every("records", "", `"entity":"ticket","where":["grade","=","A"],`+`"steps":[`+noteStep("n", "daily {name}")+`]`),
		every("loops", "", `"entity":"ticket","steps":[{"key":"e","type":"each","entity":"ticket","where":["grade","=","B"],"steps":[{"key":"s","type":"set","values":{"score":{"formula":"(score ?? 0) + 1"}}}]}]`))
	f.followed()
	a, b := f.create("ticket", `{"name":"x","grade":"A"}`), f.create("ticket", `{"name":"y","grade":"B"}`)
	count := func(key string) int { return len(f.runs("trigger=" + key)) }
	f.pass(c, 29*time.Minute)
	if n := count("once") + count("skips") + count("all"); n != 0 {
		t.Errorf("%d runs too early", n)
	}
	f.pass(c, time.Minute)
	f.followed()
	for _, key := range []string{"once", "skips", "all", "records", "loops"} {
		if n := count(key); n != 1 {
			t.Errorf("%s: %d runs", key, n)
		}
	}
	if got := f.notes(a); got != "daily x" {
		t.Errorf("%q", got)
	}
	if got := f.states("trigger=loops"); got != "loops:done" {
		t.Error(got)
	}
	f.want("ticket", b, "score", 1)
	f.pass(c, 3*day+time.Hour) // nobody was there at three times
	for key, want := range map[string]int{"once": 2, "skips": 1, "all": 4, "records": 2} {
		if n := count(key); n != want {
			t.Errorf("%s after three missed times: %d runs, want %d", key, n, want)
		}
	}
	f.pass(c, 23*time.Hour)
	if n := count("skips"); n != 2 {
		t.Errorf("%d runs after the next time", n)
	}
}

// A timer does not end with the account of the person who set it: weft acts instead.
func TestATimerOutlivesItsPerson(t *testing.T) {
	t.Parallel()
	c := newClock("2026-03-02T02:00:00Z")
	f := newTriggered(t, apptest.Options{Now: c.now},
		`{"kind":"role","key":"clerk","title":{"en":"Clerk"},"grants":[{"entity":"ticket","operations":["create","read"],"scopes":[{"type":"own"}],"read":{"all":true},"write":{"all":true}}]}`,
		onTicket("reminds", `"on":{"event":"silence","for":"2h"},"steps":[{"key":"s","type":"set","values":{"score":1}}]`))
	clerk := f.User(t, "clerk", "clerk")
	id := f.Create(t, clerk.Token, "ticket", map[string]any{"name": "x", "owner": clerk.ID})
	f.patch("user", clerk.ID, `{"active":false}`)
	f.pass(c, 3*time.Hour)
	f.want("ticket", id, "score", 1)
}
