// Package calendar counts working time: working hours by weekday, public holidays
// with the working days that make up for them, and durations in calendar time or
// working time. It is pure: no clock, no input, no output.
package calendar

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"weft/runtime/problem"
)

// Definition is a calendar as people write it.
type Definition struct {
	// Hours are the working hours by the English name of the day in lower case:
	// spans such as ["09:00","18:00"] in their order. A day that is missing is free.
	Hours map[string][][2]string `json:"hours"`
	// Holidays by year, e.g. "2026". A year that is missing takes the public holidays
	// that weft knows, where the zone is one of China; see Known.
	Holidays map[string]Year `json:"holidays"`
}

// Year holds the exceptions of a year, as dates such as 2026-02-17: days off, and days
// of rest on which people work.
type Year struct {
	Source string   `json:"source,omitempty"`
	Off    []string `json:"off"`
	Work   []string `json:"work"`
}

// Default is a week of five days from nine to six.
func Default() Definition {
	hours := map[string][][2]string{}
	for _, day := range []string{"monday", "tuesday", "wednesday", "thursday", "friday"} {
		hours[day] = [][2]string{{"09:00", "18:00"}}
	}
	return Definition{Hours: hours, Holidays: map[string]Year{}}
}

// usual are calendars of Default by the name of their zone.
var usual sync.Map

// Usual is the calendar of Default in a time zone.
func Usual(zone *time.Location) *Calendar {
	if c, ok := usual.Load(zone.String()); ok {
		return c.(*Calendar)
	}
	c, problems := New(Default(), zone)
	if len(problems) > 0 {
		panic(fmt.Errorf("calendar: %v", problems)) // tests compile it
	}
	usual.Store(zone.String(), c)
	return c
}

//go:embed holidays/*.json
var holidayFiles embed.FS

var known = sync.OnceValue(func() map[string]Year {
	years := map[string]Year{}
	files, err := holidayFiles.ReadDir("holidays")
	if err != nil {
		panic(fmt.Errorf("calendar: %w", err)) // it is embedded
	}
	for _, f := range files {
		data, err := holidayFiles.ReadFile("holidays/" + f.Name())
		var y Year
		if err == nil {
			err = json.Unmarshal(data, &y)
		}
		if err != nil {
			panic(fmt.Errorf("calendar: %s: %w", f.Name(), err))
		}
		years[strings.TrimSuffix(f.Name(), ".json")] = y
	}
	return years
})

// Known lists the public holidays of China that weft knows, by year.
func Known() map[string]Year { return maps.Clone(known()) }

// KnownDigest changes with the public holidays that weft knows.
func KnownDigest() string { return digestOf(known()) }

// mainlandZones are the time zones in which the public holidays that weft knows are days
// off without anybody saying so.
var mainlandZones = []string{"Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Chungking", "Asia/Harbin", "Asia/Kashgar", "PRC"}

var yearForm = regexp.MustCompile(`^[0-9]{4}$`)

// minutes of a day.
type span struct{ from, to int }

// Calendar answers questions about working time in one time zone. It is immutable.
type Calendar struct {
	zone  *time.Location
	hours [7][]span
	// usual are the hours of days that make up for holidays: those of the first
	// weekday that has any, from Monday on.
	usual []span
	off   map[string]bool // dates
	work  map[string]bool
	years map[string]bool // whose holidays are known
	// digest names everything that the calendar was made of.
	digest string
}

var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// New makes a Calendar, or tells all that is wrong with its definition.
func New(d Definition, zone *time.Location) (*Calendar, []problem.Field) {
	c := &Calendar{zone: zone, off: map[string]bool{}, work: map[string]bool{}, years: map[string]bool{}}
	var problems []problem.Field
	for _, day := range slices.Sorted(maps.Keys(d.Hours)) {
		i := slices.Index(weekdays, day)
		if i < 0 {
			problems = append(problems, problem.At(problem.Pointer("hours", day), "not_one_of", "values", strings.Join(weekdays, ", ")))
			continue
		}
		spans, wrong := parseSpans(d.Hours[day], problem.Pointer("hours", day))
		c.hours[i] = spans
		problems = append(problems, wrong...)
	}
	for i := range 7 {
		if c.usual == nil {
			c.usual = c.hours[(i+1)%7]
		}
	}
	if c.usual == nil && len(problems) == 0 {
		problems = append(problems, problem.At("/hours", "never_open"))
	}
	years := map[string]Year{}
	if slices.Contains(mainlandZones, zone.String()) {
		maps.Copy(years, known())
	}
	maps.Copy(years, d.Holidays)
	for _, year := range slices.Sorted(maps.Keys(years)) {
		c.years[year] = true
		if !yearForm.MatchString(year) {
			problems = append(problems, problem.At(problem.Pointer("holidays", year), "bad_year"))
			continue
		}
		problems = append(problems, c.exceptions(year, "off", years[year].Off, c.off)...)
		problems = append(problems, c.exceptions(year, "work", years[year].Work, c.work)...)
	}
	c.digest = digestOf(d.Hours, years, zone.String())
	return c, problems
}

// Digest changes with everything that the calendar answers.
func (c *Calendar) Digest() string { return c.digest }

func digestOf(parts ...any) string {
	data, err := json.Marshal(parts)
	if err != nil {
		panic(fmt.Errorf("calendar: %w", err)) // texts always marshal
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

func parseSpans(texts [][2]string, at string) (spans []span, problems []problem.Field) {
	last := -1
	for i, t := range texts {
		s := span{minute(t[0]), minute(t[1])}
		if s.from < 0 || s.to <= s.from || s.from < last {
			problems = append(problems, problem.At(at+problem.Pointer(i), "bad_hours"))
			continue
		}
		last = s.to
		spans = append(spans, s)
	}
	return spans, problems
}

// minute reads a time of day as minutes; -1 when it is none. The end of the day is 24:00.
func minute(text string) int {
	if text == "24:00" {
		return 24 * 60
	}
	t, err := time.Parse("15:04", text)
	if err != nil {
		return -1
	}
	return t.Hour()*60 + t.Minute()
}

func (c *Calendar) exceptions(year, list string, dates []string, into map[string]bool) []problem.Field {
	var problems []problem.Field
	for i, date := range dates {
		if _, err := time.Parse(time.DateOnly, date); err != nil || !strings.HasPrefix(date, year+"-") {
			problems = append(problems, problem.At(problem.Pointer("holidays", year, list, i), "bad_holiday", "year", year))
			continue
		}
		into[date] = true
	}
	return problems
}

// Zone is the time zone in which days begin.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Knows tells whether the holidays of the year of t are known, be it that there are
// none. Otherwise every weekday counts as usual.
func (c *Calendar) Knows(t time.Time) bool { return c.years[t.In(c.zone).Format("2006")] }

// Unknown lists the years, of those that matter now, whose holidays are not known: the
// present one, and in December the next one.
func (c *Calendar) Unknown(now time.Time) []int {
	var years []int
	for _, t := range []time.Time{now.In(c.zone), now.In(c.zone).AddDate(0, 1, 0)} {
		if !c.Knows(t) && !slices.Contains(years, t.Year()) {
			years = append(years, t.Year())
		}
	}
	return years
}

// spansOf are the working hours of the day that holds t.
func (c *Calendar) spansOf(t time.Time) []span {
	date := t.Format(time.DateOnly)
	switch own := c.hours[t.Weekday()]; {
	case c.off[date]:
		return nil
	case c.work[date] && own == nil:
		return c.usual
	default:
		return own
	}
}

// IsWorkday tells whether people work on the day of t.
func (c *Calendar) IsWorkday(t time.Time) bool { return len(c.spansOf(t.In(c.zone))) > 0 }
