package job_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/job"
	"weft/runtime/store"
	"weft/runtime/store/lease"
	"weft/runtime/store/storetest/anystore"
)

// office is a store with a queue on it and a clock that the test moves.
type office struct {
	store store.Store
	queue *job.Queue
	clock atomic.Int64 // added to the real time
}

func (o *office) now() time.Time { return time.Now().Add(time.Duration(o.clock.Load())) }

func newStore(t *testing.T) *office {
	t.Helper()
	o := &office{store: anystore.Open(t)}
	if err := o.store.Ensure(t.Context(), append(job.Collections(), lease.Collections()...)); err != nil {
		t.Fatal(err)
	}
	return o
}

func newOffice(t *testing.T, kinds ...job.Kind) *office {
	t.Helper()
	o := newStore(t)
	o.queue = o.newQueue(kinds...)
	o.queue.Start()
	t.Cleanup(o.queue.Stop)
	return o
}

func (o *office) newQueue(kinds ...job.Kind) *job.Queue {
	q := job.NewQueue(job.Options{Store: o.store, Leases: lease.New(lease.Options{Store: o.store}), Now: o.now})
	for _, k := range kinds {
		q.Register(k)
	}
	return q
}

func (o *office) insert(t *testing.T, list ...job.New) {
	t.Helper()
	b := &store.Batch{}
	for _, n := range list {
		op, err := job.InsertOp(n, o.now())
		if err != nil {
			t.Fatal(err)
		}
		b.Ops = append(b.Ops, op)
	}
	if err := o.store.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	o.queue.Wake()
}

func (o *office) await(t *testing.T) {
	t.Helper()
	if err := o.queue.Await(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestEachJobRunsOnce(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	ran := map[int]int{}
	o := newOffice(t, job.Kind{Name: "count", Run: func(_ context.Context, c *job.Claimed) error {
		var n int
		if err := c.Decode(&n); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		ran[n]++
		return nil
	}})
	var list []job.New
	for i := range 200 {
		list = append(list, job.New{Kind: "count", Payload: i, Priority: job.Priority(i%3 - 1)})
	}
	o.insert(t, list...)
	o.await(t)
	mu.Lock()
	defer mu.Unlock()
	for i := range 200 {
		if ran[i] != 1 {
			t.Errorf("job %d ran %d times", i, ran[i])
		}
	}
}

func TestATimerWaitsUntilItIsDue(t *testing.T) {
	t.Parallel()
	var ran atomic.Int64
	o := newOffice(t, job.Kind{Name: "timer", Run: func(_ context.Context, c *job.Claimed) error { ran.Add(1); return nil }})
	o.insert(t, job.New{Kind: "timer", Due: o.now().Add(2 * time.Hour)})
	o.await(t)
	if ran.Load() != 0 {
		t.Error("it ran too early")
	}
	o.clock.Add(int64(3 * time.Hour))
	o.await(t)
	o.await(t)
	if ran.Load() != 1 {
		t.Errorf("it ran %d times", ran.Load())
	}
}

// A job that never succeeds fails for good and stays to be looked at; others go on.
func TestAPoisonedJobFailsForGood(t *testing.T) {
	t.Parallel()
	var healthy, told atomic.Int64
	o := newOffice(t,
		job.Kind{Name: "poison", MaxAttempts: 3, Run: func(context.Context, *job.Claimed) error { panic("poison") }, Failed: func(context.Context, job.Job) ([]store.Op, error) { told.Add(1); return nil, nil }},
		job.Kind{Name: "healthy", Run: func(context.Context, *job.Claimed) error { healthy.Add(1); return nil }})
	o.insert(t, job.New{Kind: "poison", ID: "p", Payload: "x"}, job.New{Kind: "healthy"}, job.New{Kind: "healthy"})
	for range 3 {
		o.await(t)
		o.clock.Add(int64(time.Hour))
	}
	if healthy.Load() != 2 || told.Load() != 1 {
		t.Errorf("%d healthy jobs ran, %d failures were told", healthy.Load(), told.Load())
	}
	list, _, err := o.queue.List(t.Context(), job.Query{State: job.Failed})
	if err != nil || len(list) != 1 || list[0].Attempts != 3 || string(list[0].Payload) != `"x"` {
		t.Fatalf("%+v %v", list, err)
	}
	if _, err := o.queue.Retry(t.Context(), "p"); err != nil {
		t.Fatal(err)
	}
	o.await(t)
	if j, _, _ := o.queue.List(t.Context(), job.Query{}); len(j) != 1 || j[0].Attempts != 1 || j[0].State != job.Waiting {
		t.Errorf("after the retry: %+v", j)
	}
}

// A claim that was lost cannot end the job: the operation conflicts.
func TestALostClaimEndsNothing(t *testing.T) {
	t.Parallel()
	reached, goOn, outcome := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	var o *office
	o = newOffice(t, job.Kind{Name: "slow", Run: func(ctx context.Context, c *job.Claimed) error {
		close(reached)
		<-goOn
		err := o.store.Commit(context.WithoutCancel(ctx), &store.Batch{Ops: []store.Op{c.DoneOp()}})
		outcome <- err
		return err
	}})
	o.insert(t, job.New{Kind: "slow", ID: "s"})
	<-reached
	if _, err := o.queue.Cancel(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	close(goOn)
	if err := <-outcome; !errors.Is(err, store.ErrConflict) {
		t.Errorf("the end of a cancelled job: %v", err)
	}
}

// What a stopped process had claimed runs elsewhere; a stop ends running jobs
// without counting it against them.
func TestJobsMoveToAnotherProcess(t *testing.T) {
	t.Parallel()
	started := make(chan struct{})
	var once sync.Once
	first := job.Kind{Name: "move", Run: func(ctx context.Context, c *job.Claimed) error {
		once.Do(func() { close(started) })
		<-ctx.Done()
		return fmt.Errorf("stopped: %w", ctx.Err())
	}}
	o := newOffice(t, first)
	o.insert(t, job.New{Kind: "move", ID: "m"})
	<-started
	o.queue.Stop()
	list, _, err := o.queue.List(t.Context(), job.Query{})
	if err != nil || len(list) != 1 || list[0].State != job.Waiting || list[0].Attempts != 0 {
		t.Fatalf("after the stop: %+v %v", list, err)
	}
	done := make(chan struct{})
	second := o.newQueue(job.Kind{Name: "move", Run: func(context.Context, *job.Claimed) error { close(done); return nil }})
	second.Start()
	defer second.Stop()
	<-done
}

func TestAJobGoesOnLaterWithAnotherPayload(t *testing.T) {
	t.Parallel()
	var steps []int
	var o *office
	o = newOffice(t, job.Kind{Name: "steps", Run: func(ctx context.Context, c *job.Claimed) error {
		var n int
		if err := c.Decode(&n); err != nil {
			return err
		}
		steps = append(steps, n)
		if n == 3 {
			return nil
		}
		op, err := c.RescheduleOp(o.now(), n+1)
		if err != nil {
			return err
		}
		return o.store.Commit(ctx, &store.Batch{Ops: []store.Op{op}})
	}})
	o.insert(t, job.New{Kind: "steps", Payload: 1})
	o.await(t)
	if fmt.Sprint(steps) != "[1 2 3]" {
		t.Error(steps)
	}
}

// unheard loses the answer of the first claim that finds something.
type unheard struct {
	store.Store
	lost atomic.Bool
}

func (s *unheard) Claim(ctx context.Context, collection string, c store.Claim) ([]store.Doc, error) {
	docs, err := s.Store.Claim(ctx, collection, c)
	if len(docs) > 0 && s.lost.CompareAndSwap(false, true) {
		return nil, store.ErrUnavailable
	}
	return docs, err
}

// A claim whose answer is lost leaves no job behind that nobody runs.
func TestAClaimWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	o := newStore(t)
	o.store = &unheard{Store: o.store}
	o.queue = o.newQueue(job.Kind{Name: "once", Run: func(context.Context, *job.Claimed) error { close(done); return nil }})
	o.queue.Start()
	t.Cleanup(o.queue.Stop)
	o.insert(t, job.New{Kind: "once"})
	<-done
	o.await(t)
}
