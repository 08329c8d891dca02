package fusetest

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// recorder is a testing.TB that records how the test ended.
type recorder struct {
	testing.TB
	failed, skipped string
}

func (h *recorder) Helper() {}

func (h *recorder) Fatalf(format string, args ...any) {
	h.failed = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (h *recorder) Skipf(format string, args ...any) {
	h.skipped = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// The test of R-02 is never skipped silently.
func TestWithoutFUSEContinuousIntegrationFails(t *testing.T) {
	for ci, fails := range map[string]bool{"true": true, "": false} {
		t.Setenv("CI", ci)
		h, done := &recorder{TB: t}, make(chan struct{})
		go func() {
			defer close(done)
			Missing(h, errors.New("no such device"))
		}()
		<-done
		if fails != (h.failed != "") || fails == (h.skipped != "") || !strings.Contains(h.failed+h.skipped, "no such device") {
			t.Errorf("CI=%s: failed %q, skipped %q", ci, h.failed, h.skipped)
		}
	}
}
