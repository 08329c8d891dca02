package record

import (
	"fmt"
	"runtime/debug"
	"sync"
)

// inParallel calls fn for 0 … n-1 from at most workers goroutines. fn must not
// panic; see recovered.
func inParallel(n, workers int, fn func(i int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(n, workers) {
		wg.Go(func() {
			for i := range next {
				fn(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// recovered makes an error of a panic: outside the goroutine of a request
// nobody else recovers, and one bad record must not end the process.
func recovered(fn func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("record: panic: %v\n%s", v, debug.Stack())
		}
	}()
	return fn()
}
