package request

import (
	"testing"
	"time"
)

func TestABucketRefillsWithTime(t *testing.T) {
	t.Parallel()
	var b Bucket
	now := time.Now()
	for i := range 4 {
		if got := b.Allow(now, 3, 2); got != (i < 3) {
			t.Errorf("call %d at once: %v", i, got)
		}
	}
	if b.Allow(now.Add(400*time.Millisecond), 3, 2) {
		t.Error("allowed before a token was gained")
	}
	if !b.Allow(now.Add(600*time.Millisecond), 3, 2) {
		t.Error("refused after a token was gained")
	}
}

func TestSpendingMoreThanThereIsMustBeWaitedFor(t *testing.T) {
	t.Parallel()
	l := Limiter[string]{Burst: 100, PerSecond: 10, MaxKeys: 10}
	now := time.Now()
	if wait := l.Spend("a", now, 150); wait != 0 {
		t.Errorf("from a full bucket: wait %v", wait)
	}
	if wait := l.Spend("a", now, 1); wait < 5*time.Second || wait > 6*time.Second {
		t.Errorf("from an empty bucket: wait %v", wait)
	}
	if wait := l.Spend("b", now, 1); wait != 0 {
		t.Errorf("another key: wait %v", wait)
	}
	if wait := l.Spend("a", now.Add(6*time.Second), 1); wait != 0 {
		t.Errorf("after waiting: wait %v", wait)
	}
}

// R21: many other networks do not make the limiter forget the one that it limits.
func TestAFullLimiterRemembersTheKeyThatItLimits(t *testing.T) {
	t.Parallel()
	l := Limiter[int]{Burst: 3, PerSecond: 0.001, MaxKeys: 10}
	now := time.Now()
	for range 3 {
		l.Allow(-1, now)
	}
	for i := range 1000 {
		now = now.Add(2 * time.Second)
		l.Allow(i, now)
		if l.Allow(-1, now) && i < 400 { // after 1000 s a token is back
			t.Fatalf("the limited key is free again after %d others", i+1)
		}
	}
	if len(l.buckets) > l.MaxKeys {
		t.Errorf("%d keys are remembered", len(l.buckets))
	}
}

func TestAFullLimiterForgetsKeysWhoseBucketIsFullAgain(t *testing.T) {
	t.Parallel()
	l := Limiter[int]{Burst: 3, PerSecond: 1, MaxKeys: 10}
	now := time.Now()
	for i := range 10 {
		l.Allow(i, now)
	}
	for range 3 {
		if !l.Allow(99, now.Add(5*time.Second)) {
			t.Error("a new key is refused although the others' buckets are full")
		}
	}
	if len(l.buckets) != 1 {
		t.Errorf("%d keys are remembered, want the new one", len(l.buckets))
	}
}
