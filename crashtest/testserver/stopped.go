//go:build unix

package testserver

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// waitStopped waits until every thread of a process has stopped: the signal
// returns before they have. Where /proc does not tell, it does not wait.
func waitStopped(pid int) {
	for start := time.Now(); time.Since(start) < 5*time.Second; runtime.Gosched() {
		threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
		if err != nil || allStopped(threads) {
			return
		}
	}
}

func allStopped(threads []string) bool {
	for _, name := range threads {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		// The name of the program, in brackets, may hold anything.
		_, state, _ := bytes.Cut(text[bytes.LastIndexByte(text, ')')+1:], []byte(" "))
		if len(state) > 0 && state[0] != 'T' && state[0] != 'Z' {
			return false
		}
	}
	return true
}
