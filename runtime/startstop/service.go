// Package startstop starts and stops what runs in the background: a Service
// runs one function in a goroutine of its own, a Periodic calls one again and
// again. Both can be started and stopped any number of times.
package startstop

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// restartPause is the time between a panic and the next try.
const restartPause = time.Second

// Service runs a function in the background. A panic of the function is logged
// and the function is called again after a pause; when it returns, it is not.
type Service struct {
	name string
	run  func(context.Context)
	log  *slog.Logger

	mu     sync.Mutex
	cancel context.CancelFunc // nil while stopped
	done   chan struct{}
}

// New makes a Service that is not started; a nil log discards.
func New(name string, log *slog.Logger, run func(context.Context)) *Service {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Service{name: name, run: run, log: log}
}

// Start returns at once; it does nothing when the Service is started already.
func (s *Service) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel, s.done = cancel, make(chan struct{})
	go s.loop(ctx, s.done)
}

// Stop ends the function's context and waits until the function has returned.
// It does nothing when the Service is not started. The function itself must not
// call it.
func (s *Service) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel == nil {
		return
	}
	s.cancel()
	<-s.done
	s.cancel = nil
}

func (s *Service) loop(ctx context.Context, done chan<- struct{}) {
	defer close(done)
	for s.panics(ctx) {
		sleep(ctx, restartPause)
		if ctx.Err() != nil {
			return
		}
	}
}

// panics calls the function and tells whether it panicked.
func (s *Service) panics(ctx context.Context) (panicked bool) {
	defer func() {
		if cause := recover(); cause != nil {
			s.log.Error("background work panicked", "service", s.name, "panic", cause, "stack", string(debug.Stack()))
			panicked = true
		}
	}()
	s.run(ctx)
	return false
}

// sleep waits for d, or less when ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
