// Package groupcommit queues requests for the single writer of a store, and
// hands those that wait at the same time to the writer as one group.
package groupcommit

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"weft/runtime/store"
)

// queueLength is how many requests can be queued before callers block.
const queueLength = 1024

// Request is embedded in the requests of a queue.
type Request struct {
	// Err is the answer.
	Err   error
	taken atomic.Bool
	done  chan struct{}
}

// Answer lets the caller continue, with Err.
func (r *Request) Answer() { close(r.done) }

func (r *Request) request() *Request { return r }

// take claims a request: either for the writer, or for the caller that gives it
// up. Only the first of them gets true.
func (r *Request) take() bool { return r.taken.CompareAndSwap(false, true) }

// Queueable is a pointer to a struct that embeds Request.
type Queueable interface{ request() *Request }

// Limits bound a group: it ends with the request that reaches one of them. 0 is
// no limit.
type Limits struct{ Requests, Ops, Bytes int }

// Queue is the queue in front of one writer.
type Queue[R Queueable] struct {
	limits  Limits
	measure func(R) (ops, bytes int)
	waiting chan R
	quit    chan struct{}
	ended   chan struct{}
	once    sync.Once
}

// New makes a queue; measure tells what a request adds to Limits.
func New[R Queueable](limits Limits, measure func(R) (ops, bytes int)) *Queue[R] {
	return &Queue[R]{limits: limits, measure: measure, waiting: make(chan R, queueLength), quit: make(chan struct{}), ended: make(chan struct{})}
}

// Do queues a request and waits for its answer. When ctx ends before the writer
// has taken the request, Do returns ctx's error and nothing is done; when aborted
// is closed before (nil never is), it returns reason. After the writer has taken
// the request, Do waits for the answer in any case.
func (q *Queue[R]) Do(ctx context.Context, item R, aborted <-chan struct{}, reason error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := item.request()
	r.done = make(chan struct{})
	select {
	case q.waiting <- item:
	case <-ctx.Done():
		return ctx.Err()
	case <-aborted:
		return reason
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
	case <-aborted:
		if r.take() {
			return reason
		}
	case <-q.ended:
		if r.take() {
			return store.ErrUnavailable
		}
	}
	<-r.done
	return r.Err
}

// Run calls serve with one group after another until Stop. serve answers every
// request of its group and does not keep the slice.
func (q *Queue[R]) Run(serve func([]R)) {
	defer close(q.ended)
	var group []R
	for {
		select {
		case r := <-q.waiting:
			group = q.gather(r, group[:0])
			serve(group)
		case <-q.quit:
			for { // requests queued before Stop are still answered
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

// Stop ends Run and returns when all queued requests are answered.
func (q *Queue[R]) Stop() {
	q.once.Do(func() { close(q.quit) })
	<-q.ended
}

// gather takes the queued requests without waiting for more. It yields the
// processor first: callers that were just answered are about to queue again.
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
