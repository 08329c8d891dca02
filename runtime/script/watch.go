package script

import (
	"os"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"
)

// Exit statuses of a runner that ends itself, since the engine was in a function
// of Go that an interrupt does not reach.
const (
	exitTime   = 81
	exitMemory = 82
)

const (
	// watchEvery is how often a run is looked after.
	watchEvery = 5 * time.Millisecond
	// graceTime is what a run has to end after its interrupt, before its process is ended.
	graceTime = 100 * time.Millisecond
	// hardMemory is what the whole process may have, softMemory what it tries to keep to.
	hardMemory = 256 << 20
	softMemory = 160 << 20
)

// watch looks after one run: it interrupts it when it meets a limit, and ends
// the process when that does not help.
type watch struct {
	run   *run
	begin time.Time
	cpu   time.Duration
	heap  uint64 // allocated ever

	mu          sync.Mutex
	timer       *time.Timer
	done        bool
	interrupted time.Duration // computing time at which it was
	limit       Limit
}

func (r *runner) watch(run *run) *watch {
	w := &watch{run: run, begin: time.Now(), cpu: processCPU()}
	w.heap, _ = heap()
	w.timer = time.AfterFunc(watchEvery, w.look)
	return w
}

// stop ends the watch and notes what the run took.
func (w *watch) stop(o *outcome) {
	w.mu.Lock()
	w.done = true
	w.mu.Unlock()
	w.timer.Stop()
	allocated, _ := heap()
	o.MS = float64(time.Since(w.begin).Microseconds()) / 1000
	o.CPU = float64((processCPU() - w.cpu).Microseconds()) / 1000
	o.Memory = int64(allocated - w.heap)
}

func (w *watch) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done {
		return
	}
	used := processCPU() - w.cpu
	limits := w.run.begin.Limits
	memory := liveAbove(uint64(limits.Memory))
	switch {
	case w.limit != "":
		if used > w.interrupted+graceTime || w.limit == LimitMemory && liveAbove(uint64(limits.Memory)*3/2) {
			w.end()
		}
	case memory:
		w.interrupt(LimitMemory, sizeText(int(limits.Memory)), used)
	case used > limits.CPU:
		w.interrupt(LimitTime, limits.CPU.String(), used)
	case time.Since(w.begin) > limits.Wall:
		w.interrupt(LimitTime, limits.Wall.String(), used)
	}
	w.timer.Reset(watchEvery)
}

func (w *watch) interrupt(l Limit, of string, used time.Duration) {
	w.limit, w.interrupted = l, used
	w.run.realm.rt.Interrupt(exceeded(l, of))
}

// end ends the process: the run is inside a function that does not return.
func (w *watch) end() {
	if w.limit == LimitMemory {
		os.Exit(exitMemory)
	}
	os.Exit(exitTime)
}

// heap is the number of bytes allocated ever, and of those that objects take now,
// garbage included.
func heap() (ever, now uint64) {
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64(), samples[1].Value.Uint64()
}

// baseline is what the process takes without a run.
var baseline = sync.OnceValue(func() uint64 {
	runtime.GC()
	_, now := heap()
	return now
})

// liveAbove tells whether objects that are still in use take more than a limit.
func liveAbove(limit uint64) bool {
	if _, now := heap(); now < baseline()+limit {
		return false
	}
	runtime.GC()
	_, now := heap()
	return now >= baseline()+limit
}
