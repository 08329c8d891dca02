package query

import "time"

// Layouts of the stored forms. An instant is kept in UTC with milliseconds, so
// that the order of the text is the order in time.
const (
	DateLayout    = "2006-01-02"
	InstantLayout = "2006-01-02T15:04:05.000Z"
)

// FormatInstant gives the stored form of an instant.
func FormatInstant(t time.Time) string { return t.UTC().Format(InstantLayout) }

// ParseInstant reads the stored form of an instant.
func ParseInstant(stored string) (time.Time, error) { return time.Parse(InstantLayout, stored) }
