package api

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"weft/runtime/problem"
)

// Limits of concurrent requests. The one per user is far above the 64
// requests that a busy integration sends in parallel.
const (
	maxPerUser        = 512
	maxPerNetwork     = 256 // without a sign-in
	maxConcurrent     = 8192
	maxExportsPerUser = 3
	// Requests without a valid session or token, per client network.
	anonymousBurst     = 400
	anonymousPerSecond = 100
	anonymousNetworks  = 10_000
	maxWriters         = 100_000 // users whose written bytes are remembered
	// Bytes of memory that parsed bodies may take, of all users and of one.
	parseBudget        = 256 << 20
	parseBudgetPerUser = parseBudget / 4
)

func tooManyCalls(key string) error {
	return &problem.Error{Code: problem.Rate, Key: key, RetryAfter: time.Second}
}

// concurrency counts the running requests: those of one user or network from
// their beginning, all together only once their body has arrived, so that
// clients that send half a request take no slot from others.
type concurrency struct {
	all      atomic.Int64
	users    counters[string]
	networks counters[netip.Prefix]
}

// share counts a request of its user or network; release must be called when
// it ends. It fails with rate when the limit is reached.
func (c *concurrency) share(rc *requestContext) (release func(), err error) {
	if rc.actor != nil {
		return c.users.add(rc.actor.UserID, maxPerUser, "too_many_calls")
	}
	return c.networks.add(rc.network(), maxPerNetwork, "too_many_anonymous")
}

// takeSlot counts a request whose body has arrived; it is counted once, and
// serve releases it. It fails with unavailable when the limit is reached.
func (rc *requestContext) takeSlot() error {
	if rc.slot {
		return nil
	}
	if rc.s.concurrency.all.Add(1) > maxConcurrent {
		rc.s.concurrency.all.Add(-1)
		return &problem.Error{Code: problem.Unavailable, Key: "too_many_calls", RetryAfter: time.Second}
	}
	rc.slot = true
	return nil
}

func (rc *requestContext) releaseSlot() {
	if rc.slot {
		rc.slot = false
		rc.s.concurrency.all.Add(-1)
	}
}

// counters counts what runs, by key.
type counters[K comparable] struct {
	mu    sync.Mutex
	byKey map[K]int
}

func (c *counters[K]) add(key K, limit int, refusal string) (release func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byKey[key] >= limit {
		return nil, tooManyCalls(refusal)
	}
	if c.byKey == nil {
		c.byKey = map[K]int{}
	}
	c.byKey[key]++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.byKey[key]--; c.byKey[key] == 0 {
			delete(c.byKey, key)
		}
	}, nil
}
