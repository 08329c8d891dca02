package files_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"weft/runtime/files"
)

// TestCallersShareTheMakingOfABucket: of many at once only one asks, and a
// failure is everybody's; the next call tries again.
func TestCallersShareTheMakingOfABucket(t *testing.T) {
	t.Parallel()
	f := newFaulty(t)
	o := f.options
	o.MakeBucket = true
	s, err := files.NewBucket(o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const callers = 8
	var asked atomic.Int64
	var waiting sync.WaitGroup
	waiting.Add(callers)
	f.request = func(w http.ResponseWriter, r *http.Request) bool {
		asked.Add(1)
		waiting.Wait()
		w.WriteHeader(http.StatusForbidden)
		return true
	}
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			waiting.Done()
			wantUnavailable(t, s.Put(t.Context(), newKey(), strings.NewReader("x")))
		})
	}
	all.Wait()
	if n := asked.Load(); n >= callers {
		t.Errorf("%d callers asked %d times", callers, n)
	}
	f.request = nil
	if err := s.Put(t.Context(), newKey(), strings.NewReader("x")); err != nil {
		t.Error(err)
	}
}
