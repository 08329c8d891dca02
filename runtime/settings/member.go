package settings

import (
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"weft/runtime/problem"
	"weft/runtime/query"
)

// member is one setting.
type member struct {
	key   string
	of    func(*Settings) *string
	check func(string) (problem.Field, bool) // of a value without blanks at the ends
}

var members = []member{
	{"name", func(s *Settings) *string { return &s.Name }, checkName},
	{"zone", func(s *Settings) *string { return &s.Zone }, checkZone},
	{"first_weekday", func(s *Settings) *string { return &s.FirstWeekday }, oneOf(slices.Sorted(maps.Keys(weekdays))...)},
	{"currency", func(s *Settings) *string { return &s.Currency }, checkCurrency},
	{"language", func(s *Settings) *string { return &s.Language }, oneOf("zh-CN", "en")},
}

var weekdays = map[string]time.Weekday{
	"sunday": time.Sunday, "monday": time.Monday, "tuesday": time.Tuesday, "wednesday": time.Wednesday,
	"thursday": time.Thursday, "friday": time.Friday, "saturday": time.Saturday,
}

const maxName = 255

// apply gives the settings with a merge patch applied, or every problem of it.
func apply(s Settings, patch map[string]any) (Settings, []problem.Field) {
	var problems []problem.Field
	known := map[string]bool{calendarMember: true}
	for _, m := range members {
		known[m.key] = true
		value := m.of(&s)
		switch v := patch[m.key].(type) {
		case nil:
			if _, given := patch[m.key]; given {
				*value = *m.of(&Defaults)
			}
		case string:
			*value = strings.TrimSpace(v)
		default:
			problems = append(problems, problem.At(problem.Pointer(m.key), "wrong_type", "want", "string"))
			continue
		}
		if f, ok := m.check(*value); !ok {
			f.Path = problem.Pointer(m.key)
			problems = append(problems, f)
		}
	}
	if value, given := patch[calendarMember]; given {
		problems = append(problems, applyCalendar(&s, value)...)
	}
	for _, key := range slices.Sorted(maps.Keys(patch)) {
		if !known[key] {
			problems = append(problems, problem.At(problem.Pointer(key), "unknown_field", "field", key))
		}
	}
	return s, problems
}

func checkName(v string) (problem.Field, bool) {
	return problem.At("", "too_long", "max", maxName), utf8.RuneCountInString(v) <= maxName
}

func checkZone(v string) (problem.Field, bool) {
	_, err := query.Zone(v)
	return problem.At("", "unknown_zone", "zone", v), err == nil && v != ""
}

func checkCurrency(v string) (problem.Field, bool) {
	ok := len(v) == 3
	for _, r := range v {
		ok = ok && 'A' <= r && r <= 'Z'
	}
	return problem.At("", "currency_code"), ok
}

func oneOf(values ...string) func(string) (problem.Field, bool) {
	return func(v string) (problem.Field, bool) {
		return problem.At("", "not_one_of", "values", strings.Join(values, ", ")), slices.Contains(values, v)
	}
}
