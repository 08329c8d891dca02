package api

import (
	"sync"
	"sync/atomic"
	"time"

	"weft/runtime/problem"
)

// Limits of concurrent requests. The one per user is far above the 64
// requests that a busy integration sends in parallel.
const (
	maxPerUser    = 512
	maxConcurrent = 8192
	// Requests without a valid session or token, per client network.
	anonymousBurst     = 400
	anonymousPerSecond = 100
	anonymousNetworks  = 10_000
)

func tooManyCalls() error {
	return &problem.Error{Code: problem.Rate, Key: "too_many_calls", RetryAfter: time.Second}
}

// concurrency counts the running requests, in total and per user. A user's
// counter is never removed: there are at most as many as users.
type concurrency struct {
	all    atomic.Int64
	byUser sync.Map // user id → *atomic.Int64
}

// acquire counts a request; release must be called when it ends. It fails with
// rate or unavailable when a limit is reached.
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
	running := n.(*atomic.Int64)
	if running.Add(1) > maxPerUser {
		running.Add(-1)
		c.all.Add(-1)
		return nil, tooManyCalls()
	}
	return func() { running.Add(-1); c.all.Add(-1) }, nil
}
