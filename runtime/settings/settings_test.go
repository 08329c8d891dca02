package settings_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"weft/runtime/calendar"
	"weft/runtime/problem"
	"weft/runtime/settings"
	"weft/runtime/store"
	"weft/runtime/store/storetest/anystore"
)

func open(t *testing.T, st store.Store, first settings.Settings) *settings.Service {
	t.Helper()
	s, err := settings.Open(t.Context(), settings.Options{Store: st, First: first, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheFirstStartStoresSettings(t *testing.T) {
	t.Parallel()
	st := anystore.Open(t)
	s := open(t, st, settings.Settings{Zone: "Europe/Berlin"})
	want := settings.Settings{Zone: "Europe/Berlin", FirstWeekday: "monday", Currency: "CNY", Language: "zh-CN", Calendar: calendar.Default()}
	if now, rev := s.Current(); !reflect.DeepEqual(now, want) || rev != 1 {
		t.Errorf("%+v, revision %d", now, rev)
	}
	if s.Zone().String() != "Europe/Berlin" || s.FirstWeekday() != time.Monday {
		t.Error(s.Zone(), s.FirstWeekday())
	}
	if now, _ := open(t, st, settings.Settings{Zone: "UTC"}).Current(); !reflect.DeepEqual(now, want) {
		t.Errorf("a later start gives %+v", now)
	}
	if _, err := settings.Open(t.Context(), settings.Options{Store: anystore.Open(t), First: settings.Settings{Zone: "Mars"}, Now: time.Now}); problem.CodeOf(err) != problem.Invalid {
		t.Error(err)
	}
}

func TestPatch(t *testing.T) {
	t.Parallel()
	s := open(t, anystore.Open(t), settings.Settings{})
	for _, c := range []struct {
		name  string
		rev   int64
		patch map[string]any
		code  problem.Code
		want  []string // problems as path and code
	}{
		{"everything", 1, map[string]any{"name": "  ACME  ", "zone": "America/New_York", "first_weekday": "sunday", "currency": "USD", "language": "en"}, "", nil},
		{"an old revision", 1, map[string]any{"name": "x"}, problem.Stale, nil},
		{"every problem at once", 0, map[string]any{
			"zone": "Mars/Olympus", "first_weekday": "Sunday", "currency": "usd", "language": "fr", "name": 7.0, "logo": "x", "Zone": "UTC",
		}, problem.Invalid, []string{
			"/name wrong_type", "/zone unknown_zone", "/first_weekday not_one_of", "/currency currency_code", "/language not_one_of", "/Zone unknown_field", "/logo unknown_field",
		}},
		{"the zone of the machine is none", 0, map[string]any{"zone": "Local"}, problem.Invalid, []string{"/zone unknown_zone"}},
		{"an empty zone is none", 0, map[string]any{"zone": " "}, problem.Invalid, []string{"/zone unknown_zone"}},
		{"null restores the default", 2, map[string]any{"zone": nil}, "", nil},
		{"nothing changes", 3, map[string]any{"zone": "Asia/Shanghai"}, "", nil},
	} {
		err := s.Patch(t.Context(), "ada", c.rev, c.patch, nil)
		if problem.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var have []string
		if p := problem.As(err); p != nil {
			for _, f := range p.Fields {
				have = append(have, f.Path+" "+f.Code)
				if !problem.Known(f.Code) {
					t.Errorf("no text for %s", f.Code)
				}
			}
		}
		if !slices.Equal(have, c.want) {
			t.Errorf("%s: %q", c.name, have)
		}
	}
	want := settings.Settings{Name: "ACME", Zone: "Asia/Shanghai", FirstWeekday: "sunday", Currency: "USD", Language: "en", Calendar: calendar.Default()}
	if now, rev := s.Current(); !reflect.DeepEqual(now, want) || rev != 3 || s.FirstWeekday() != time.Sunday {
		t.Errorf("%+v, revision %d", now, rev)
	}
}

// The calendar is patched member by member; null restores what weft knows.
func TestTheCalendarIsPatched(t *testing.T) {
	t.Parallel()
	s := open(t, anystore.Open(t), settings.Settings{})
	day := func(date string) bool {
		at, err := time.ParseInLocation(time.DateOnly, date, s.Zone())
		if err != nil {
			t.Fatal(err)
		}
		return s.Calendar().IsWorkday(at)
	}
	patch := func(p string) error {
		var m map[string]any
		if err := json.Unmarshal([]byte(p), &m); err != nil {
			t.Fatal(err)
		}
		return s.Patch(t.Context(), "ada", 0, m, nil)
	}
	if day("2026-10-01") || !day("2026-10-10") || !day("2027-01-01") {
		t.Error("the calendar of a new organisation")
	}
	if err := patch(`{"calendar":{"holidays":{"2027":{"off":["2027-01-01"],"work":["2027-01-02"]}},"hours":{"saturday":[["10:00","12:00"]]}}}`); err != nil {
		t.Fatal(err)
	}
	if day("2027-01-01") || !day("2027-01-02") || !day("2026-03-07") || day("2026-10-01") {
		t.Error("after the patch")
	}
	for body, want := range map[string]string{
		`{"calendar":"always"}`: "/calendar wrong_type", `{"calendar":{"hour":{}}}`: "/calendar bad_calendar", `{"calendar":{"hours":{"monday":"x"}}}`: "/calendar bad_calendar",
		`{"calendar":{"hours":{"monday":[["18:00","09:00"]]}}}`:     "/calendar/hours/monday/0 bad_hours",
		`{"calendar":{"holidays":{"2027":{"off":["2026-01-01"]}}}}`: "/calendar/holidays/2027/off/0 bad_holiday",
	} {
		p := problem.As(patch(body))
		if p == nil || len(p.Fields) != 1 || p.Fields[0].Path+" "+p.Fields[0].Code != want {
			t.Errorf("%s: %v", body, p)
		}
	}
	if err := patch(`{"calendar":null}`); err != nil || !day("2027-01-01") || day("2026-03-07") {
		t.Error("null restores the default", err)
	}
}

func TestAChangeReachesOtherNodes(t *testing.T) {
	t.Parallel()
	st := anystore.Open(t)
	one, two := open(t, st, settings.Settings{}), open(t, st, settings.Settings{})
	follower := two.Follower(nil)
	follower.Start()
	defer follower.Stop()
	if err := one.Patch(t.Context(), "ada", 0, map[string]any{"zone": "UTC"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := follower.Await(t.Context()); err != nil {
		t.Fatal(err)
	}
	if two.Zone() != time.UTC {
		t.Error(two.Zone())
	}
}

func TestPatchesAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	st := anystore.Open(t)
	one, two := open(t, st, settings.Settings{}), open(t, st, settings.Settings{})
	var both sync.WaitGroup
	for s, patch := range map[*settings.Service]map[string]any{one: {"name": "ACME"}, two: {"currency": "EUR"}} {
		both.Go(func() {
			if err := s.Patch(t.Context(), "ada", 0, patch, nil); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if err := one.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if now, rev := one.Current(); now.Name != "ACME" || now.Currency != "EUR" || rev != 3 {
		t.Errorf("%+v, revision %d", now, rev)
	}
}

// What depends on the settings changes in the commit that changes them: operations are
// asked for with the revision to come, once per change, and for holidays that weft has
// learnt.
func TestOperationsThatFollowAChange(t *testing.T) {
	t.Parallel()
	st := anystore.Open(t)
	if err := st.Ensure(t.Context(), []store.Collection{{Name: "weft_probe"}}); err != nil {
		t.Fatal(err)
	}
	var asked []int64
	s, err := settings.Open(t.Context(), settings.Options{Store: st, Now: time.Now, Changed: func(old, now settings.Settings, rev int64) ([]store.Op, error) {
		asked = append(asked, rev)
		id := old.Name + "-" + now.Name
		return []store.Op{{Kind: store.Insert, Collection: "weft_probe", Doc: store.Doc{ID: id, Rev: 1, Body: []byte(`{"id":"` + id + `","rev":1}`)}}}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RenewHolidays(t.Context()); err != nil || len(asked) > 0 {
		t.Errorf("a new store follows holidays: %v, %v", asked, err)
	}
	for _, patch := range []map[string]any{{"name": "A"}, {"name": "A"}, {"name": "B"}} {
		if err := s.Patch(t.Context(), "ada", 0, patch, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"-A", "A-B"} {
		if _, err := st.Get(t.Context(), "weft_probe", id); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	if !slices.Equal(asked, []int64{2, 3}) {
		t.Errorf("asked with revisions %v", asked)
	}
	forgetHolidays(t, st)
	if err := s.RenewHolidays(t.Context()); err != nil || !slices.Equal(asked, []int64{2, 3, 5}) {
		t.Errorf("after an upgrade: %v, %v", asked, err)
	}
	if err := s.RenewHolidays(t.Context()); err != nil || len(asked) != 3 {
		t.Errorf("a second time: %v, %v", asked, err)
	}
}

// forgetHolidays makes the row one of a version that knew no holidays.
func forgetHolidays(t *testing.T, st store.Store) {
	t.Helper()
	d, err := st.Get(t.Context(), "weft_setting", "organisation")
	if err != nil {
		t.Fatal(err)
	}
	var row map[string]any
	if err := json.Unmarshal(d.Body, &row); err != nil {
		t.Fatal(err)
	}
	delete(row, "known")
	row["rev"] = d.Rev + 1
	body, err := json.Marshal(row)
	if err != nil {
		t.Fatal(err)
	}
	op := store.Op{Kind: store.Replace, Collection: "weft_setting", OldRev: d.Rev, Doc: store.Doc{ID: d.ID, Rev: d.Rev + 1, Body: body}}
	if err := st.Commit(t.Context(), &store.Batch{Ops: []store.Op{op}}); err != nil {
		t.Fatal(err)
	}
}
