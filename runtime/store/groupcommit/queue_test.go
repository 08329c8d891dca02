package groupcommit_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"weft/runtime/store"
	"weft/runtime/store/groupcommit"
)

type request struct {
	groupcommit.Request
	ops, bytes int
}

var errAborted = errors.New("aborted")

// TestRequestsAreGrouped queues requests before the writer starts, so that the
// groups are known.
func TestRequestsAreGrouped(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limits   groupcommit.Limits
		requests []request
		groups   []int
	}{
		"one group":         {groupcommit.Limits{Requests: 10}, make([]request, 4), []int{4}},
		"limit of requests": {groupcommit.Limits{Requests: 3}, make([]request, 7), []int{3, 3, 1}},
		"limit of ops":      {groupcommit.Limits{Requests: 10, Ops: 5}, []request{{ops: 3}, {ops: 2}, {ops: 9}, {ops: 1}}, []int{2, 1, 1}},
		"limit of bytes":    {groupcommit.Limits{Requests: 10, Bytes: 5}, []request{{bytes: 4}, {ops: 9, bytes: 1}, {bytes: 1}}, []int{2, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				q := groupcommit.New(c.limits, func(w *request) (int, int) { return w.ops, w.bytes })
				for i := range c.requests {
					go func() {
						if err := q.Do(t.Context(), &c.requests[i], nil, nil); err != nil {
							t.Error(err)
						}
					}()
					synctest.Wait()
				}
				var groups []int
				go q.Run(func(group []*request) {
					groups = append(groups, len(group))
					for _, w := range group {
						w.Answer()
					}
				})
				synctest.Wait()
				q.Stop()
				if !slices.Equal(groups, c.groups) {
					t.Errorf("groups %v, want %v", groups, c.groups)
				}
			})
		})
	}
}

// TestRequestsGivenUpAreNotServed: except those that the writer has taken.
func TestRequestsGivenUpAreNotServed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := groupcommit.New(groupcommit.Limits{Requests: 10}, func(*request) (int, int) { return 1, 0 })
		aborted := make(chan struct{})
		ctx, cancel1 := context.WithCancel(t.Context())
		do := func(ctx context.Context, aborted chan struct{}) chan error {
			answer := make(chan error, 1)
			go func() { answer <- q.Do(ctx, &request{}, aborted, errAborted) }()
			synctest.Wait()
			return answer
		}
		canceled, given, answered := do(ctx, nil), do(t.Context(), aborted), do(t.Context(), nil)
		cancel1()
		close(aborted)
		if err := <-canceled; !errors.Is(err, context.Canceled) {
			t.Errorf("a canceled request: %v", err)
		}
		if err := <-given; !errors.Is(err, errAborted) {
			t.Errorf("an aborted request: %v", err)
		}
		served := 0
		late, cancel := context.WithCancel(t.Context())
		go q.Run(func(group []*request) {
			served += len(group)
			for _, w := range group {
				cancel() // too late
				w.Err = errors.New("answered")
				w.Answer()
			}
		})
		if err := <-answered; err == nil || err.Error() != "answered" {
			t.Errorf("the request that waits: %v", err)
		}
		if err := <-do(late, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("a request canceled before: %v", err)
		}
		q.Stop()
		if served != 1 {
			t.Errorf("%d requests were served", served)
		}
		if err := q.Do(t.Context(), &request{}, nil, nil); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("after Stop: %v", err)
		}
	})
}
