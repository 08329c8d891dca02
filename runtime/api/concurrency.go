package api

import (
	"net/netip"
	"sync/atomic"
	"time"

	"weft/runtime/problem"
	"weft/runtime/request"
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
	users    request.Share[string]
	networks request.Share[netip.Prefix]
	exports  request.Share[string] // of each user
}

func newConcurrency() *concurrency {
	return &concurrency{
		users:    request.Share[string]{PerKey: maxPerUser},
		networks: request.Share[netip.Prefix]{PerKey: maxPerNetwork},
		exports:  request.Share[string]{PerKey: maxExportsPerUser},
	}
}

// share counts a request of its user or network; release must be called when
// it ends. It fails with rate when the limit is reached.
func (c *concurrency) share(rc *requestContext) (release func(), err error) {
	if rc.actor != nil {
		return tryShare(&c.users, rc.actor.UserID, "too_many_calls")
	}
	return tryShare(&c.networks, rc.network(), "too_many_anonymous")
}

// tryShare takes a slot of key, or refuses the call.
func tryShare[K comparable](s *request.Share[K], key K, refusal string) (release func(), err error) {
	release, ok := s.TryAcquire(key)
	if !ok {
		return nil, tooManyCalls(refusal)
	}
	return release, nil
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
