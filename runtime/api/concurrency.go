package api

import (
	"sync"
	"sync/atomic"
	"time"

	"weft/runtime/problem"
)

// How much may run at once. Caps of one caller are far above the 64
// requests that a busy integration sends in parallel.
const (
	maxPerUser    = 512
	maxConcurrent = 8192
	// Calls without a valid sign-in, per client network.
	anonymousBurst     = 400
	anonymousPerSecond = 100
	anonymousNetworks  = 10_000
)

func tooManyCalls() error {
	return &problem.Error{Code: problem.Rate, Key: "too_many_calls", RetryAfter: time.Second}
}

// concurrency counts what runs, in all and per user. A user's counter is made once
// and stays: there are as many as users.
type concurrency struct {
	all    atomic.Int64
	byUser sync.Map // user id → *atomic.Int64
}

// acquire counts a request in and returns how to count it out.
func (c *concurrency) acquire(rc *requestContext) (release func(), err error) {
	if c.all.Add(1) > maxConcurrent {
		c.all.Add(-1)
		return nil, &problem.Error{Code: problem.Unavailable, Key: "too_many_calls", RetryAfter: time.Second}
	}
	if rc.actor == nil {
		return func() { c.all.Add(-1) }, nil
	}
	n, ok := c.byUser.Load(rc.actor.UserID)
	if !ok {
		n, _ = c.byUser.LoadOrStore(rc.actor.UserID, new(atomic.Int64))
	}
	mine := n.(*atomic.Int64)
	if mine.Add(1) > maxPerUser {
		mine.Add(-1)
		c.all.Add(-1)
		return nil, tooManyCalls()
	}
	return func() { mine.Add(-1); c.all.Add(-1) }, nil
}
