package calendar_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"weft/runtime/calendar"
)

func shanghai(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func usual(t *testing.T, zone *time.Location) *calendar.Calendar {
	t.Helper()
	d := calendar.Default()
	d.Hours["friday"] = [][2]string{{"09:00", "12:00"}, {"13:00", "17:30"}}
	c, problems := calendar.New(d, zone)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return c
}

func TestDurations(t *testing.T) {
	t.Parallel()
	zone := shanghai(t)
	c := usual(t, zone)
	const form = "2006-01-02 15:04"
	for _, x := range []struct{ name, from, add, want string }{
		{"minutes", "2026-03-02 10:00", "90m", "2026-03-02 11:30"},
		{"hours over a weekend", "2026-03-06 17:00", "48h", "2026-03-08 17:00"},
		{"days", "2026-01-31 10:00", "1d", "2026-02-01 10:00"},
		{"weeks back", "2026-03-16 10:00", "-2w", "2026-03-02 10:00"},
		{"a working day over a weekend", "2026-03-06 10:00", "1wd", "2026-03-09 10:00"},
		{"two working days from a Saturday", "2026-03-07 20:00", "2wd", "2026-03-11 09:00"},
		{"a working day over the Spring Festival", "2026-02-13 10:00", "1wd", "2026-02-14 10:00"},
		{"two, with the Saturday that makes up for it", "2026-02-13 10:00", "2wd", "2026-02-24 10:00"},
		{"back over National Day", "2026-10-08 10:00", "-1wd", "2026-09-30 10:00"},
		{"back to the Sunday that makes up for it", "2026-09-21 10:00", "-1wd", "2026-09-20 10:00"},
		{"from a day of rest back", "2026-03-08 10:00", "-1wd", "2026-03-05 17:30"},
		{"no working day", "2026-03-07 20:00", "0wd", "2026-03-07 20:00"},
		{"working hours within a day", "2026-03-02 10:00", "4wh", "2026-03-02 14:00"},
		{"over the lunch of a Friday", "2026-03-06 11:00", "2wh", "2026-03-06 14:00"},
		{"over a weekend", "2026-03-06 16:30", "2wh", "2026-03-09 10:00"},
		{"from the night", "2026-03-02 23:00", "1wh", "2026-03-03 10:00"},
		{"to the minute of closing", "2026-03-02 09:00", "9wh", "2026-03-02 18:00"},
		{"working hours back", "2026-03-09 10:00", "-2wh", "2026-03-06 16:30"},
		{"a year without known holidays", "2030-10-01 10:00", "1wd", "2030-10-02 10:00"},
	} {
		t.Run(x.name, func(t *testing.T) {
			from, err := time.ParseInLocation(form, x.from, zone)
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.Add(from.UTC(), x.add)
			if err != nil || got.Format(form) != x.want {
				t.Errorf("%s + %s = %s, want %s (%v)", x.from, x.add, got.Format(form), x.want, err)
			}
		})
	}
	for _, bad := range []string{"", "2", "h", "2y", "1.5h", "2 h", "--2h", "9999999h"} {
		if _, err := c.Add(time.Now(), bad); err == nil {
			t.Errorf("%q is taken as a duration", bad)
		}
	}
}

// Working time that is added is the working time between both ends, in every zone and
// over changes of the clock; more of it never ends earlier.
func TestAddAndWorkingAgree(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		c := usual(t, zone)
		for range 2000 {
			from := time.Date(2026, 1, 1, 0, 0, 0, 0, zone).Add(time.Duration(r.IntN(365*24*60)) * time.Minute)
			d := time.Duration(r.IntN(60*24)) * time.Minute
			end, err := c.AddWorking(from, d)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Working(from, end); got != d {
				t.Fatalf("%s: %s + %s = %s, between them %s", name, from, d, end, got)
			}
			if more, _ := c.AddWorking(from, d+time.Minute); more.Before(end) {
				t.Fatalf("%s: a minute more than %s after %s ends earlier", name, d, from)
			}
			if got := c.Working(end, from); got != -d {
				t.Fatalf("back: %s, want %s", got, -d)
			}
		}
	}
}

func TestWhatIsNoCalendar(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		d    calendar.Definition
		want string
	}{
		"an unknown day":       {calendar.Definition{Hours: map[string][][2]string{"mo": {{"09:00", "18:00"}}}}, "/hours/mo not_one_of"},
		"no time":              {calendar.Definition{Hours: map[string][][2]string{"monday": {{"9", "18:00"}}}}, "/hours/monday/0 bad_hours"},
		"an end before":        {calendar.Definition{Hours: map[string][][2]string{"monday": {{"18:00", "09:00"}}}}, "/hours/monday/0 bad_hours"},
		"hours that overlap":   {calendar.Definition{Hours: map[string][][2]string{"monday": {{"09:00", "12:00"}, {"11:00", "18:00"}}}}, "/hours/monday/1 bad_hours"},
		"nobody works":         {calendar.Definition{}, "/hours never_open"},
		"no date":              {withYear("2027", calendar.Year{Off: []string{"2027-02-30"}}), "/holidays/2027/off/0 bad_holiday"},
		"a date of other year": {withYear("2027", calendar.Year{Work: []string{"2026-01-01"}}), "/holidays/2027/work/0 bad_holiday"},
	} {
		_, problems := calendar.New(x.d, time.UTC)
		var got []string
		for _, p := range problems {
			got = append(got, p.Path+" "+p.Code)
		}
		if !slices.Equal(got, []string{x.want}) {
			t.Errorf("%s: %s, want %s", name, strings.Join(got, ", "), x.want)
		}
	}
}

func withYear(year string, y calendar.Year) calendar.Definition {
	d := calendar.Default()
	d.Holidays[year] = y
	return d
}

// The public holidays: a day off or a working day that makes up for one stands in one
// list, days that make up are Saturdays or Sundays.
func TestKnownHolidays(t *testing.T) {
	t.Parallel()
	for year, y := range calendar.Known() {
		for _, date := range y.Work {
			day, err := time.Parse(time.DateOnly, date)
			if err != nil || day.Weekday() != time.Saturday && day.Weekday() != time.Sunday || slices.Contains(y.Off, date) {
				t.Errorf("%s makes up for a holiday", date)
			}
		}
		if y.Source == "" || len(y.Off) < 28 {
			t.Errorf("%s: %d days off from %q", year, len(y.Off), y.Source)
		}
	}
	c := usual(t, shanghai(t))
	if !c.Knows(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)) || c.Knows(time.Date(2030, 6, 1, 0, 0, 0, 0, time.UTC)) {
		t.Error("which years are known")
	}
}

// The public holidays of China are days off in zones of China only; elsewhere, and for
// later years, the settings say which days are, be it none.
func TestWhoseHolidaysAreKnown(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	festival := time.Date(2026, 2, 17, 4, 0, 0, 0, time.UTC)
	if usual(t, shanghai(t)).IsWorkday(festival) || !usual(t, berlin).IsWorkday(festival) {
		t.Error("whether people work at the Spring Festival")
	}
	at := func(month time.Month, year int) time.Time { return time.Date(year, month, 3, 0, 0, 0, 0, time.UTC) }
	own, problems := calendar.New(withYear("2027", calendar.Year{}), berlin)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for name, x := range map[string]struct{ got, want []int }{
		"in a known year":           {usual(t, shanghai(t)).Unknown(at(11, 2026)), nil},
		"before an unknown one":     {usual(t, shanghai(t)).Unknown(at(12, 2026)), []int{2027}},
		"in an unknown one":         {usual(t, shanghai(t)).Unknown(at(1, 2027)), []int{2027}},
		"elsewhere":                 {usual(t, berlin).Unknown(at(12, 2026)), []int{2026, 2027}},
		"where a year has no entry": {own.Unknown(at(3, 2027)), nil},
	} {
		if !slices.Equal(x.got, x.want) {
			t.Errorf("%s: %v, want %v", name, x.got, x.want)
		}
	}
}
