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

type wish struct {
	groupcommit.Request
	ops, bytes int
}

var errGone = errors.New("gone")

// TestQueue lets callers wait before the writer begins, so that the groups are
// known; each is answered with the number of the group.
func TestQueue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limits groupcommit.Limits
		wishes []wish
		groups []int
	}{
		"together":        {groupcommit.Limits{Requests: 10}, make([]wish, 4), []int{4}},
		"so many callers": {groupcommit.Limits{Requests: 3}, make([]wish, 7), []int{3, 3, 1}},
		"so much to do":   {groupcommit.Limits{Requests: 10, Ops: 5}, []wish{{ops: 3}, {ops: 2}, {ops: 9}, {ops: 1}}, []int{2, 1, 1}},
		"so many bytes":   {groupcommit.Limits{Requests: 10, Bytes: 5}, []wish{{bytes: 4}, {ops: 9, bytes: 1}, {bytes: 1}}, []int{2, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				q := groupcommit.New(c.limits, func(w *wish) (int, int) { return w.ops, w.bytes })
				for i := range c.wishes {
					go func() {
						if err := q.Do(t.Context(), &c.wishes[i], nil, nil); err != nil {
							t.Error(err)
						}
					}()
					synctest.Wait()
				}
				var groups []int
				go q.Run(func(group []*wish) {
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

// TestWhoGivesUp is not served, unless it was too late for that.
func TestWhoGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := groupcommit.New(groupcommit.Limits{Requests: 10}, func(*wish) (int, int) { return 1, 0 })
		gone := make(chan struct{})
		leaving, leave := context.WithCancel(t.Context())
		do := func(ctx context.Context, gone chan struct{}) chan error {
			answer := make(chan error, 1)
			go func() { answer <- q.Do(ctx, &wish{}, gone, errGone) }()
			synctest.Wait()
			return answer
		}
		left, away, stays := do(leaving, nil), do(t.Context(), gone), do(t.Context(), nil)
		leave()
		close(gone)
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who left: %v", err)
		}
		if err := <-away; !errors.Is(err, errGone) {
			t.Errorf("for whom it is gone: %v", err)
		}
		served := 0
		late, cancel := context.WithCancel(t.Context())
		go q.Run(func(group []*wish) {
			served += len(group)
			for _, w := range group {
				cancel() // too late
				w.Err = errors.New("answered")
				w.Answer()
			}
		})
		if err := <-stays; err == nil || err.Error() != "answered" {
			t.Errorf("who stayed: %v", err)
		}
		if err := <-do(late, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("who had left before: %v", err)
		}
		q.Stop()
		if served != 1 {
			t.Errorf("%d were served", served)
		}
		if err := q.Do(t.Context(), &wish{}, nil, nil); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("after the end: %v", err)
		}
	})
}
