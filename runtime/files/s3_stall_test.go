package files_test

import (
	"bytes"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/files"
)

// TestOneLateAnswerEndsNoCall: what asks whether the server is there at all may
// be lost on the way like anything else; only the second miss in a row counts.
func TestOneLateAnswerEndsNoCall(t *testing.T) {
	t.Parallel()
	f := newFaulty(t)
	o := f.options
	o.Timeout = 3 * time.Second
	hasty, err := files.NewBucket(o)
	if err != nil {
		t.Fatal(err)
	}
	defer hasty.Close()
	var questions atomic.Int64
	answered := make(chan struct{})
	f.request = func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.Method == http.MethodPut:
			// Only with the body read is it seen that the caller has gone.
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			select {
			case <-answered:
			case <-r.Context().Done():
			}
			return false
		case r.Header.Get("Authorization") != "":
			return false
		case questions.Add(1) == 1:
			<-r.Context().Done()
		default:
			defer close(answered)
			w.WriteHeader(http.StatusForbidden)
		}
		return true
	}
	if err := hasty.Put(t.Context(), newKey(), bytes.NewReader([]byte("text"))); err != nil {
		t.Errorf("after %d questions: %v", questions.Load(), err)
	}
	if n := questions.Load(); n != 2 {
		t.Errorf("%d questions were asked", n)
	}
}
