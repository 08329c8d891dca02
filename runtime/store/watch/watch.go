// Package watch distributes the events of an adapter to the callers of its Watch.
package watch

import (
	"context"
	"sync"
	"sync/atomic"

	"weft/runtime/store"
)

// queueLength is how many events may wait for one watcher.
const queueLength = 4096

// Watchers are the callers of one store's Watch; the zero value is ready to use.
type Watchers struct {
	mu    sync.Mutex
	set   map[*watcher]struct{}
	count atomic.Int32
}

// Subscribe adds a watcher until ctx ends or done is closed, which closes the
// channel. It gets no events that are published with a number of 1 to since.
func (s *Watchers) Subscribe(ctx context.Context, done <-chan struct{}, since uint64) <-chan store.Event {
	w := &watcher{since: since, notify: make(chan struct{}, 1)}
	s.mu.Lock()
	if s.set == nil {
		s.set = map[*watcher]struct{}{}
	}
	s.set[w] = struct{}{}
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
	delete(s.set, w)
	s.count.Add(-1)
	s.mu.Unlock()
}

// Len is the number of watchers. It never blocks.
func (s *Watchers) Len() int { return int(s.count.Load()) }

// Publish queues events, in order, for all watchers (number 0) or for those that
// subscribed before the commit with this number was answered. It never waits for
// a watcher.
func (s *Watchers) Publish(number uint64, events ...store.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.set {
		if number == 0 || number > w.since {
			w.add(events)
		}
	}
}

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

// take empties the queue. After events that did not fit it gives one Resync.
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
	if w.missed > 0 || last.Resync || len(w.queue)+len(events) > queueLength {
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
