// Package watch hands the events of an adapter to those who watch its store.
package watch

import (
	"context"
	"sync"
	"sync/atomic"

	"weft/runtime/store"
)

// buffer is how many events may wait for one watcher.
const buffer = 4096

// Watchers is all who watch a store; the zero value is ready to use.
type Watchers struct {
	mu       sync.Mutex
	watchers map[*watcher]struct{}
	count    atomic.Int32
}

// Subscribe adds a watcher until ctx ends or done is closed, which closes the
// channel. It does not get events offered with an answered of 1 to since.
func (s *Watchers) Subscribe(ctx context.Context, done <-chan struct{}, since uint64) <-chan store.Event {
	w := &watcher{since: since, notify: make(chan struct{}, 1)}
	s.mu.Lock()
	if s.watchers == nil {
		s.watchers = map[*watcher]struct{}{}
	}
	s.watchers[w] = struct{}{}
	s.count.Add(1)
	s.mu.Unlock()
	out := make(chan store.Event)
	go func() {
		defer close(out)
		defer s.remove(w)
		w.deliver(ctx, done, out)
	}()
	return out
}

func (s *Watchers) remove(w *watcher) {
	s.mu.Lock()
	delete(s.watchers, w)
	s.count.Add(-1)
	s.mu.Unlock()
}

// Len is how many watch. It does not wait for anybody.
func (s *Watchers) Len() int { return int(s.count.Load()) }

// Publish queues events, in order, for those who watched before their commit was
// answered; answered is 0 for all. It never waits for a watcher.
func (s *Watchers) Publish(answered uint64, events ...store.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.watchers {
		if answered == 0 || answered > w.since {
			w.add(events)
		}
	}
}

// watcher is one reader.
type watcher struct {
	since  uint64
	mu     sync.Mutex
	queue  []store.Event
	missed uint64 // number of the last event that did not fit, 0 for none
	notify chan struct{}
}

func (w *watcher) deliver(ctx context.Context, done <-chan struct{}, out chan<- store.Event) {
	for {
		select {
		case <-w.notify:
		case <-ctx.Done():
			return
		case <-done:
			return
		}
		for _, e := range w.take() {
			select {
			case out <- e:
			case <-ctx.Done():
				return
			case <-done:
				return
			}
		}
	}
}

// take empties the queue; what did not fit becomes one Resync.
func (w *watcher) take() []store.Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	events := w.queue
	w.queue = nil
	if w.missed > 0 {
		events = []store.Event{{Seq: w.missed, Resync: true}}
		w.missed = 0
	}
	return events
}

func (w *watcher) add(events []store.Event) {
	last := events[len(events)-1]
	w.mu.Lock()
	if w.missed > 0 || last.Resync || len(w.queue)+len(events) > buffer {
		w.queue, w.missed = nil, last.Seq
	} else {
		w.queue = append(w.queue, events...)
	}
	w.mu.Unlock()
	select {
	case w.notify <- struct{}{}:
	default:
	}
}
