package app_test

import (
	"net/http"
	"testing"
	"time"

	"weft/cmd/internal/apptest"
)

// A case has two working hours, which stand still while somebody is asked. What happens
// at the end moves it to another stage.
var caseDefinitions = []string{
	`{"kind":"entity","key":"case","type":"object",TITLE,"properties":{
		"name":{"x-type":"text",TITLE},"told":{"x-type":"text",TITLE},"warned":{"x-type":"text",TITLE},
		"stage":{"x-type":"choice",TITLE,"x-choices":[{"key":"new","title":{"en":"N"}},{"key":"asked","title":{"en":"A"}},{"key":"late","title":{"en":"L"}},{"key":"done","title":{"en":"D"}}]},
		"within":{"x-type":"clock",TITLE,"x-indexed":true,"x-clock":{"start":{"field":"created_at"},"limit":"2wh","pause":["asked"],"stop":{"stages":["late","done"]}}}}}`,
	`{"kind":"stage_machine","key":"case","title":{"en":"C"},"entity":"case","field":"stage","initial":"new",
		"stages":[{"key":"new","title":{"en":"N"},"type":"open"},{"key":"asked","title":{"en":"A"},"type":"open"},{"key":"late","title":{"en":"L"},"type":"open"},{"key":"done","title":{"en":"D"},"type":"won"}],
		"transitions":[{"key":"ask","title":{"en":"A"},"from":["new"],"to":"asked","direction":"forward"},{"key":"answer","title":{"en":"N"},"from":["asked"],"to":"new","direction":"back"},
			{"key":"end","title":{"en":"E"},"from":["*"],"to":"done","direction":"forward"},{"key":"late","title":{"en":"L"},"from":["*"],"to":"late","direction":"forward"}]}`,
	`{"kind":"trigger","key":"late","title":{"en":"L"},"entity":"case","on":{"event":"date_reached","field":"within"},
		"steps":[{"key":"s","type":"set","values":{"told":{"text":{"en":"late since {within}"}}}},{"key":"m","type":"move","to":"late"}]}`,
	`{"kind":"trigger","key":"warn","title":{"en":"W"},"entity":"case","on":{"event":"date_reached","field":"within","offset":"-1wh"},
		"steps":[{"key":"s","type":"set","values":{"warned":"yes"}}]}`,
}

// SLA clocks: what is due follows a clock that stands still, ends, or counts by another
// calendar.
func TestTriggersFollowClocks(t *testing.T) {
	t.Parallel()
	c := newClock("2026-03-02T02:00:00Z") // Monday, ten in China
	f := triggered{newTestApp(t, apptest.Options{Now: c.now})}
	f.publish(caseDefinitions...)
	plain := f.create("case", `{"name":"x"}`)
	asked := f.create("case", `{"name":"y"}`)
	done := f.create("case", `{"name":"z"}`)
	f.pass(c, 30*time.Minute)
	f.patch("case", asked, `{"stage":"asked"}`)
	f.patch("case", done, `{"stage":"done"}`)
	f.pass(c, 30*time.Minute)
	f.wantCases("one hour before the end", map[string]string{plain: "new yes ", asked: "asked  ", done: "done  "})
	f.pass(c, time.Hour)
	f.wantCases("at the end", map[string]string{plain: "late yes late since 2026-03-02T04:00:00.000Z", asked: "asked  ", done: "done  "})
	f.pass(c, 2*time.Hour)
	f.patch("case", asked, `{"stage":"new"}`) // at two, with ninety minutes left
	f.pass(c, 80*time.Minute)
	f.wantCases("ten minutes before the other end", map[string]string{asked: "new yes "})
	f.pass(c, 10*time.Minute)
	f.wantCases("at the other end", map[string]string{asked: "late yes late since 2026-03-02T07:30:00.000Z"})
	if got := f.states("entity=case&id=" + asked); got != "late:done warn:done" && got != "warn:done late:done" {
		t.Errorf("runs: %s", got)
	}
	f.pass(c, 90*time.Minute) // five
	evening := f.create("case", `{"name":"until tomorrow"}`)
	f.Do(t, f.Admin, "PATCH", "/settings", `{"calendar":{"holidays":{"2026":{"off":["2026-03-03"],"work":[]}}}}`).Want(t, http.StatusOK)
	if _, err := f.Recomputer.RunOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.pass(c, 20*time.Hour)
	f.wantCases("on a day that became a holiday", map[string]string{evening: "new  "})
	f.pass(c, 21*time.Hour)
	f.wantCases("on the day after", map[string]string{evening: "late yes late since 2026-03-04T02:00:00.000Z"})
}

// wantCases compares cases as "stage warned told".
func (f triggered) wantCases(when string, want map[string]string) {
	f.t.Helper()
	for id, text := range want {
		var r struct{ Stage, Warned, Told string }
		f.Do(f.t, f.Admin, "GET", "/records/case/"+id, nil).Want(f.t, http.StatusOK).JSON(f.t, &r)
		if got := r.Stage + " " + r.Warned + " " + r.Told; got != text {
			f.t.Errorf("%s: %q, want %q", when, got, text)
		}
	}
}

// Timers that count working days are set anew when another calendar moves them.
func TestTimersFollowTheCalendar(t *testing.T) {
	t.Parallel()
	c := newClock("2026-03-02T02:00:00Z") // Monday, ten in China
	f := newTriggered(t, apptest.Options{Now: c.now},
		onTicket("quiet", `"on":{"event":"silence","for":"1wd"},"steps":[`+noteStep("n", "a working day")+`]`))
	id := f.create("ticket", `{"name":"x"}`)
	f.await()
	f.Do(t, f.Admin, "PATCH", "/settings", `{"calendar":{"holidays":{"2026":{"off":["2026-03-03"],"work":[]}}}}`).Want(t, http.StatusOK)
	follower := f.Triggers.Follower(nil)
	follower.Start()
	defer follower.Stop()
	if err := follower.Await(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.pass(c, day)
	if got := f.notes(id); got != "" {
		t.Errorf("on a day that became a holiday: %q", got)
	}
	f.pass(c, day)
	if got := f.notes(id); got != "a working day" {
		t.Errorf("on the day after: %q", got)
	}
}

// A clock is computed: it can go, come back, or become a plain time that keeps the last
// due times.
func TestAClockIsNoData(t *testing.T) {
	t.Parallel()
	c := newClock("2026-03-02T02:00:00Z")
	f := triggered{newTestApp(t, apptest.Options{Now: c.now})}
	definition := func(within string) string {
		return `{"kind":"entity","key":"promise","type":"object",TITLE,"properties":{"name":{"x-type":"text",TITLE}` + within + `}}`
	}
	clock := `,"within":{"x-type":"clock",TITLE,"x-clock":{"start":{"field":"created_at"},"limit":"2h"}}`
	f.publish(definition(clock))
	id := f.create("promise", `{"name":"x"}`)
	due := "2026-03-02T04:00:00.000Z"
	for _, step := range []struct{ within, want string }{
		{"", "<nil>"},
		{clock, "map[due:" + due + " left:7200 started_at:2026-03-02T02:00:00.000Z state:running]"},
		{`,"within":{"x-type":"datetime",TITLE}`, due},
	} {
		f.publish(definition(step.within))
		for more := true; more; {
			var err error
			if more, err = f.Recomputer.RunOnce(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		f.want("promise", id, "within", step.want)
	}
	f.patch("promise", id, `{"within":"2026-03-05T04:00:00Z"}`)
	f.want("promise", id, "within", "2026-03-05T04:00:00.000Z")
}
