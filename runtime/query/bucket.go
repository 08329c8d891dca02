package query

import (
	"fmt"
	"sync"
	"time"
)

// Bucket gives the group of a stored date or instant: by day "2017-04-01", week
// "2017-W14" (ISO 8601), month "2017-04", quarter "2017Q2", year "2017". Zone is
// used for instants; nil is UTC. Keys have four digits of a year: instants
// outside the years 1 to 9999 of the zone belong to its first or last day. What
// is no date gives "".
func Bucket(kind Kind, stored, by string, zone *time.Location) string {
	t, ok := parseTime(kind, stored, zone)
	if !ok {
		return ""
	}
	switch by {
	case "day":
		return t.Format(DateLayout)
	case "week":
		year, week := t.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case "month":
		return t.Format("2006-01")
	case "quarter":
		return fmt.Sprintf("%04dQ%d", t.Year(), (int(t.Month())+2)/3)
	case "year":
		return t.Format("2006")
	}
	return ""
}

func parseTime(kind Kind, stored string, zone *time.Location) (time.Time, bool) {
	if kind == Date {
		t, err := time.Parse(DateLayout, stored)
		return t, err == nil
	}
	t, err := ParseInstant(stored)
	if err != nil {
		return t, false
	}
	if zone == nil {
		zone = time.UTC
	}
	t = t.In(zone)
	switch {
	case t.Before(FirstBucketInstant(zone)):
		t = FirstBucketInstant(zone)
	case t.After(LastBucketInstant(zone)):
		t = LastBucketInstant(zone)
	}
	return t, true
}

// FirstBucketInstant and LastBucketInstant bound the instants that have a bucket of their
// own: the years 1 to 9999 both in the zone and in UTC.
func FirstBucketInstant(zone *time.Location) time.Time {
	local, utc := time.Date(1, 1, 1, 0, 0, 0, 0, zone), time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	if local.Before(utc) {
		return utc.In(zone)
	}
	return local
}

// LastBucketInstant is the last millisecond of these years.
func LastBucketInstant(zone *time.Location) time.Time {
	last := func(z *time.Location) time.Time { return time.Date(9999, 12, 31, 23, 59, 59, 999e6, z) }
	if local := last(zone); local.Before(last(time.UTC)) {
		return local
	}
	return last(time.UTC).In(zone)
}

// buckets are the ways to group by time.
var buckets = map[string]bool{"day": true, "week": true, "month": true, "quarter": true, "year": true}

var zones sync.Map // name → *time.Location

// Zone loads an IANA time zone by name, once; "" is UTC.
func Zone(name string) (*time.Location, error) {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location), nil
	}
	if len(name) > 64 || name == "Local" {
		return nil, fmt.Errorf("query: no time zone %.64q", name)
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("query: time zone: %w", err)
	}
	zones.Store(name, z)
	return z, nil
}
