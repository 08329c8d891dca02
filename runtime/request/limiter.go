package request

import (
	"sync"
	"time"
)

// Bucket is a token bucket. The zero value is full at its first use. It is for
// one goroutine at a time.
type Bucket struct {
	spent float64
	at    time.Time
}

// Allow takes a token, if there is one, from a bucket that holds at most burst
// tokens and gains perSecond tokens a second.
func (b *Bucket) Allow(now time.Time, burst, perSecond float64) bool {
	b.refill(now, perSecond)
	if b.spent+1 > burst {
		return false
	}
	b.spent++
	return true
}

func (b *Bucket) refill(now time.Time, perSecond float64) {
	b.spent = max(0, b.spent-now.Sub(b.at).Seconds()*perSecond)
	b.at = now
}

// spend takes n tokens, more than there are if need be, unless the bucket is
// empty; then it takes none and returns how long to wait for the next.
func (b *Bucket) spend(now time.Time, n, burst, perSecond float64) (wait time.Duration) {
	b.refill(now, perSecond)
	if b.spent >= burst {
		return time.Duration((b.spent - burst + 1) / perSecond * float64(time.Second))
	}
	b.spent += n
	return 0
}

// Limiter keeps a token bucket per key, for at most MaxKeys keys. Only buckets
// that are full again are forgotten, so a key that spends its tokens stays
// known. While every remembered key is spending, new keys share one bucket.
// It is safe for concurrent use.
type Limiter[K comparable] struct {
	Burst, PerSecond float64
	MaxKeys          int

	mu      sync.Mutex
	buckets map[K]*Bucket
	shared  Bucket    // of new keys while the table is full
	swept   time.Time // when the table was last looked through
}

// Allow takes a token of key.
func (l *Limiter[K]) Allow(key K, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bucket(key, now).Allow(now, l.Burst, l.PerSecond)
}

// Spend takes n tokens of key, more than it has if need be. When it has none it
// takes none, and returns how long to wait.
func (l *Limiter[K]) Spend(key K, now time.Time, n float64) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bucket(key, now).spend(now, n, l.Burst, l.PerSecond)
}

func (l *Limiter[K]) bucket(key K, now time.Time) *Bucket {
	if b := l.buckets[key]; b != nil {
		return b
	}
	if len(l.buckets) >= l.MaxKeys && now.Sub(l.swept) >= time.Second {
		l.sweep(now)
	}
	if len(l.buckets) >= l.MaxKeys {
		return &l.shared
	}
	if l.buckets == nil {
		l.buckets = map[K]*Bucket{}
	}
	b := &Bucket{}
	l.buckets[key] = b
	return b
}

// sweep forgets the keys whose buckets are full.
func (l *Limiter[K]) sweep(now time.Time) {
	l.swept = now
	for key, b := range l.buckets {
		if b.refill(now, l.PerSecond); b.spent == 0 {
			delete(l.buckets, key)
		}
	}
}
