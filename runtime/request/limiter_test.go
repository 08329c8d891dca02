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
