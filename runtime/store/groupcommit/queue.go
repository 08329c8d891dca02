// Package groupcommit is the way to the one writer of a store: callers wait in a
// queue, and those who wait at the same time are served together.
package groupcommit

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"weft/runtime/store"
)

// queueLength is for how many callers there is room.
const queueLength = 1024

// Request is what a caller waits with; it is embedded in what he wants.
type Request struct {
	// Err is the answer.
	Err   error
	taken atomic.Bool
	done  chan struct{}
}

// Answer lets the caller go on, with Err.
func (r *Request) Answer() { close(r.done) }

func (r *Request) request() *Request { return r }

// take makes a request the writer's, or the caller's who gives it up.
func (r *Request) take() bool { return r.taken.CompareAndSwap(false, true) }

// Queueable is a pointer to a struct that embeds Request.
type Queueable interface{ request() *Request }

// Limits bound what is served together: a group ends with the request that
// reaches one of them. 0 is no limit.
type Limits struct{ Requests, Ops, Bytes int }

// Queue is where callers wait.
type Queue[R Queueable] struct {
	limits  Limits
	measure func(R) (ops, bytes int)
	waiting chan R
	quit    chan struct{}
	ended   chan struct{}
	once    sync.Once
}

// New makes a queue; weigh tells what a request adds to Limits.
func New[R Queueable](limits Limits, weigh func(R) (ops, bytes int)) *Queue[R] {
	return &Queue[R]{limits: limits, measure: weigh, waiting: make(chan R, queueLength), quit: make(chan struct{}), ended: make(chan struct{})}
}

// Do queues a request and waits for its answer. A caller who gives up before it
// was taken gets ctx's error, or why when gone is closed (nil never is), and
// nothing is done; one who gives up later waits for the answer all the same.
func (q *Queue[R]) Do(ctx context.Context, member R, gone <-chan struct{}, why error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := member.request()
	r.done = make(chan struct{})
	select {
	case q.waiting <- member:
	case <-ctx.Done():
		return ctx.Err()
	case <-gone:
		return why
	case <-q.quit:
		return store.ErrUnavailable
	}
	select {
	case <-r.done:
		return r.Err
	case <-ctx.Done():
		if r.take() {
			return ctx.Err()
		}
	case <-gone:
		if r.take() {
			return why
		}
	case <-q.ended:
		if r.take() {
			return store.ErrUnavailable
		}
	}
	<-r.done
	return r.Err
}

// Run calls serve with group after group until Stop; serve answers every
// request of its group, and does not keep the slice.
func (q *Queue[R]) Run(serve func([]R)) {
	defer close(q.ended)
	var group []R
	for {
		select {
		case r := <-q.waiting:
			group = q.gather(r, group[:0])
			serve(group)
		case <-q.quit:
			for { // what was queued before the end is still answered
				select {
				case r := <-q.waiting:
					group = q.gather(r, group[:0])
					serve(group)
				default:
					return
				}
			}
		}
	}
}

// Stop returns when what was queued is answered.
func (q *Queue[R]) Stop() {
	q.once.Do(func() { close(q.quit) })
	<-q.ended
}

// gather takes what waits, without waiting for more. It lets other goroutines
// run first, since callers answered a moment ago are about to come back.
func (q *Queue[R]) gather(first R, group []R) []R {
	runtime.Gosched()
	var sum Limits
	for r := first; ; {
		if r.request().take() {
			ops, bytes := q.measure(r)
			group, sum.Ops, sum.Bytes = append(group, r), sum.Ops+ops, sum.Bytes+bytes
		}
		if len(group) >= q.limits.Requests || reached(sum.Ops, q.limits.Ops) || reached(sum.Bytes, q.limits.Bytes) {
			return group
		}
		select {
		case r = <-q.waiting:
		default:
			return group
		}
	}
}

func reached(sum, limit int) bool { return limit > 0 && sum >= limit }
