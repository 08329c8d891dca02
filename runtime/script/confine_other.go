//go:build !linux

package script

import (
	"os/exec"
	"runtime/metrics"
	"time"
)

// Other systems have no isolation that weft knows; the limits of time and memory
// are those that a runner watches itself.

func namespaces() []uintptr         { return []uintptr{0} }
func isolate(*exec.Cmd, uintptr)    {}
func networkless(uintptr) bool      { return false }
func confine() (confinement, error) { return confinement{}, nil }

// processCPU is the computing time of this process.
func processCPU() time.Duration {
	sample := []metrics.Sample{{Name: "/cpu/classes/user:cpu-seconds"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindFloat64 {
		return 0
	}
	return time.Duration(sample[0].Value.Float64() * float64(time.Second))
}
