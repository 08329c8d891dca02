package fusetest

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// heard is a test that notes how it ended.
type heard struct {
	testing.TB
	failed, left string
}

func (h *heard) Helper() {}

func (h *heard) Fatalf(format string, args ...any) {
	h.failed = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (h *heard) Skipf(format string, args ...any) {
	h.left = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// TestWithoutFUSEContinuousIntegrationFails: the proof of R-02 never goes
// without a word.
func TestWithoutFUSEContinuousIntegrationFails(t *testing.T) {
	for ci, fails := range map[string]bool{"true": true, "": false} {
		t.Setenv("CI", ci)
		h, done := &heard{TB: t}, make(chan struct{})
		go func() {
			defer close(done)
			Missing(h, errors.New("no such device"))
		}()
		<-done
		if fails != (h.failed != "") || fails == (h.left != "") || !strings.Contains(h.failed+h.left, "no such device") {
			t.Errorf("CI=%s: failed %q, left out %q", ci, h.failed, h.left)
		}
	}
}
