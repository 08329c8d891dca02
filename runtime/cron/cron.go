// Package cron finds the times that a cron text names.
package cron

import (
	"fmt"
	"strings"
	"time"

	"github.com/adhocore/gronx"
)

// fields is how many fields a cron text has: minute, hour, day of the month,
// month, day of the week. With more gronx would read seconds and years.
const fields = 5

// Next is the next time after t that a cron text names, in the zone of t. A time
// that the clock skips is left out for its day. It fails for what is no cron text of
// five fields, and for one that never comes.
func Next(text string, t time.Time) (time.Time, error) {
	if len(strings.Fields(text)) != fields || !gronx.IsValid(text) {
		return time.Time{}, fmt.Errorf("cron: %q is no cron text of five fields", text)
	}
	next, err := gronx.NextTickAfter(text, t, false)
	if err != nil {
		return time.Time{}, fmt.Errorf("cron: %q never comes: %w", text, err)
	}
	return next, nil
}
