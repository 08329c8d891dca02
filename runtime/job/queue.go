package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"github.com/google/uuid"

	"weft/runtime/query"
	"weft/runtime/startstop"
	"weft/runtime/store"
	"weft/runtime/store/lease"
)

// Kind is a kind of job and the work that it means.
type Kind struct {
	Name string
	// Run does the work. It ends the job by committing DoneOp or RescheduleOp with
	// it; a nil error without either ends the job in a commit of its own. After an
	// error the job is tried again later, and fails for good after MaxAttempts.
	// ctx ends when the claim is lost, the job is cancelled or the queue stops.
	Run func(ctx context.Context, c *Claimed) error
	// MaxAttempts is 10 when it is 0.
	MaxAttempts int
	// Concurrency is how many jobs of the kind one process runs at once; 0 means 4.
	Concurrency int
	// Timeout of one attempt; 0 means five minutes.
	Timeout time.Duration
	// Failed gives operations to be committed with the failure of a job for good,
	// such as an incident; nil gives none.
	Failed func(ctx context.Context, j Job) ([]store.Op, error)
}

const (
	defaultAttempts    = 10
	defaultConcurrency = 4
	defaultTimeout     = 5 * time.Minute
	claimAtOnce        = 64              // jobs claimed by one look
	idleLook           = 2 * time.Second // looks for jobs of other processes
	firstBackoff       = time.Second
	longestBackoff     = 10 * time.Minute
)

// Options of a Queue; Store and Leases must be given.
type Options struct {
	Store  store.Store
	Leases *lease.Keeper
	// Failed is that of kinds that have none of their own.
	Failed func(ctx context.Context, j Job) ([]store.Op, error)
	Now    func() time.Time // nil means time.Now
	Logger *slog.Logger     // nil discards
}

// Queue claims jobs and runs them. Kinds are registered before it starts.
type Queue struct {
	o     Options
	node  string // the name of this process's claims
	kinds map[string]*Kind
	wake  chan struct{}
	*startstop.Service

	mu      sync.Mutex
	running map[string]*claim // by job id
	byKind  map[string]int
	changed *sync.Cond // a claim ended
}

// claim is a job while it runs.
type claim struct {
	kind   string
	cancel context.CancelCauseFunc
}

// Causes for which the context of a job ends.
var (
	ErrCancelled = errors.New("job: cancelled")
	ErrStopped   = errors.New("job: the queue stops")
)

// NewQueue makes a Queue that is not started.
func NewQueue(o Options) *Queue {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	q := &Queue{o: o, node: uuid.NewString(), kinds: map[string]*Kind{}, wake: make(chan struct{}, 1),
		running: map[string]*claim{}, byKind: map[string]int{}}
	q.changed = sync.NewCond(&q.mu)
	q.Service = startstop.New("jobs", o.Logger, q.loop)
	return q
}

// Register adds a kind of job. A kind that is registered twice is a mistake of the program.
func (q *Queue) Register(k Kind) {
	if q.kinds[k.Name] != nil {
		panic("job: kind twice: " + k.Name)
	}
	if k.MaxAttempts == 0 {
		k.MaxAttempts = defaultAttempts
	}
	if k.Concurrency == 0 {
		k.Concurrency = defaultConcurrency
	}
	if k.Timeout == 0 {
		k.Timeout = defaultTimeout
	}
	if k.Failed == nil {
		k.Failed = q.o.Failed
	}
	q.kinds[k.Name] = &k
}

// Wake tells the queue that jobs were inserted, so that those due run at once.
func (q *Queue) Wake() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Committed wakes the queue when a batch that was committed holds jobs.
func (q *Queue) Committed(b *store.Batch) {
	for i := range b.Ops {
		if b.Ops[i].Collection == Collection {
			q.Wake()
			return
		}
	}
}

// loop runs jobs until ctx ends, then waits for those that run.
func (q *Queue) loop(ctx context.Context) {
	defer q.drain()
	held := q.hold(ctx)
	if held == nil {
		return
	}
	kept, stop := held.Keep(ctx)
	defer func() {
		stop()
		if err := held.Release(context.WithoutCancel(ctx)); err != nil {
			q.o.Logger.Warn("release the lease of the jobs", "error", err)
		}
	}()
	for kept.Err() == nil {
		if err := q.rescue(kept); err != nil && kept.Err() == nil {
			q.o.Logger.Warn("give back jobs of other processes", "error", err)
		}
		next, err := q.startDue(kept)
		if err != nil && kept.Err() == nil {
			q.o.Logger.Warn("claim jobs", "error", err)
		}
		q.sleep(kept, next)
	}
}

// hold takes the lease under which all claims of this process stand; nil when ctx ends first.
func (q *Queue) hold(ctx context.Context) *lease.Lease {
	for {
		l, err := q.o.Leases.Wait(ctx, nodeLease(q.node))
		if err == nil {
			return l
		}
		if ctx.Err() != nil {
			return nil
		}
		q.o.Logger.Warn("take the lease of the jobs", "error", err)
		q.sleep(ctx, q.o.Now().Add(time.Second))
	}
}

func nodeLease(node string) string { return "jobs/" + node }

// sleep waits for the next due time, for a wake, or for idleLook.
func (q *Queue) sleep(ctx context.Context, next time.Time) {
	pause := idleLook
	if !next.IsZero() {
		pause = min(pause, max(0, next.Sub(q.o.Now())))
	}
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-q.wake:
	case <-t.C:
	}
}

// startDue claims due jobs until none is left or nobody has time, and tells when
// the next one is due; the zero time for none that is known.
func (q *Queue) startDue(ctx context.Context) (next time.Time, err error) {
	for {
		n, err := q.claimAndStart(ctx)
		if err != nil {
			return time.Time{}, err
		}
		if n == 0 {
			return q.nextDue(ctx)
		}
	}
}

func (q *Queue) claimAndStart(ctx context.Context) (int, error) {
	started := 0
	for _, p := range priorities {
		room := q.room()
		if len(room) == 0 {
			break
		}
		docs, err := q.o.Store.Claim(ctx, Collection, store.Claim{
			Where: q.due(p, room), Sort: []query.SortTerm{{Path: pathDue}}, Limit: claimAtOnce,
			Set: map[string]any{"state": string(Running), "node": q.node},
		})
		if err != nil {
			return started, err
		}
		for _, d := range docs {
			j, err := jobs.Decode(d)
			if err != nil {
				return started, err
			}
			q.start(ctx, &Claimed{Job: j})
		}
		started += len(docs)
	}
	return started, nil
}

// room lists the kinds of which this process can run more.
func (q *Queue) room() []any {
	q.mu.Lock()
	defer q.mu.Unlock()
	var list []any
	for name, k := range q.kinds {
		if q.byKind[name] < k.Concurrency {
			list = append(list, name)
		}
	}
	return list
}

func (q *Queue) due(p Priority, kinds []any) query.Expr {
	return query.All{
		query.Cmp{Path: pathState, Op: query.Eq, Value: string(Waiting)},
		query.Cmp{Path: pathPriority, Op: query.Eq, Value: float64(p)},
		query.Cmp{Path: pathDue, Op: query.Le, Value: query.FormatInstant(q.o.Now())},
		query.Cmp{Path: pathKind, Op: query.In, Value: kinds},
	}
}

// nextDue is when the next waiting job is due.
func (q *Queue) nextDue(ctx context.Context) (next time.Time, err error) {
	for _, p := range priorities {
		list, err := jobs.Find(ctx, q.o.Store, store.Find{Where: query.All{
			query.Cmp{Path: pathState, Op: query.Eq, Value: string(Waiting)},
			query.Cmp{Path: pathPriority, Op: query.Eq, Value: float64(p)},
			query.Cmp{Path: pathDue, Op: query.Gt, Value: query.FormatInstant(q.o.Now())},
		}, Sort: []query.SortTerm{{Path: pathDue}}, Limit: 1})
		if err != nil {
			return time.Time{}, err
		}
		if len(list) > 0 && (next.IsZero() || list[0].DueAt().Before(next)) {
			next = list[0].DueAt()
		}
	}
	return next, nil
}

// start runs a claimed job in the background.
func (q *Queue) start(ctx context.Context, c *Claimed) {
	k := q.kinds[c.Kind]
	run, cancel := context.WithCancelCause(ctx)
	q.mu.Lock()
	q.running[c.ID] = &claim{kind: c.Kind, cancel: cancel}
	q.byKind[c.Kind]++
	q.mu.Unlock()
	go func() {
		defer q.end(c)
		defer cancel(nil)
		bounded, stop := context.WithTimeout(run, k.Timeout)
		defer stop()
		q.storeOutcome(context.WithoutCancel(ctx), k, c, attempt(bounded, k, c), context.Cause(run))
	}()
}

// attempt runs a job once; a panic is an error.
func attempt(ctx context.Context, k *Kind, c *Claimed) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return k.Run(ctx, c)
}

func (q *Queue) end(c *Claimed) {
	q.mu.Lock()
	delete(q.running, c.ID)
	q.byKind[c.Kind]--
	q.changed.Broadcast()
	q.mu.Unlock()
	q.Wake()
}

// storeOutcome stores what became of an attempt, unless the work did so itself.
func (q *Queue) storeOutcome(ctx context.Context, k *Kind, c *Claimed, err error, cause error) {
	switch {
	case errors.Is(cause, ErrCancelled):
		return // the row is gone already
	case err == nil && c.ended:
		return
	case err == nil:
		err = q.o.Store.Commit(ctx, &store.Batch{Ops: []store.Op{c.DoneOp()}})
	default:
		err = q.store(ctx, q.after(k, c, err, cause))
	}
	if err != nil && !store.LostRace(err) { // lost: another process has the job
		q.o.Logger.Warn("the outcome of a job", "kind", c.Kind, "job", c.ID, "error", err)
	}
}

// after is the job after an attempt that failed.
func (q *Queue) after(k *Kind, c *Claimed, failure, cause error) Job {
	next := c.Job
	next.State, next.Node = Waiting, ""
	if errors.Is(cause, ErrStopped) || errors.Is(cause, lease.ErrLost) || errors.Is(cause, context.Canceled) {
		return next // no fault of the job
	}
	next.Attempts++
	next.Error = failure.Error()
	next.Due = query.FormatInstant(q.o.Now().Add(backoff(next.Attempts)))
	if next.Attempts >= k.MaxAttempts {
		next.State = Failed
	}
	return next
}

// backoff doubles with every attempt; half of it is drawn, so that jobs that failed
// together do not come back together.
func backoff(attempts int) time.Duration {
	full := longestBackoff
	if attempts < 20 {
		full = min(firstBackoff<<(attempts-1), longestBackoff)
	}
	return full/2 + rand.N(full/2)
}

// store commits a job after an attempt that failed.
func (q *Queue) store(ctx context.Context, j Job) error {
	if j.State != Failed {
		return jobs.Save(ctx, q.o.Store, &j)
	}
	q.o.Logger.Error("a job failed for good", "kind", j.Kind, "job", j.ID, "error", j.Error)
	var with []store.Op
	if failed := q.kinds[j.Kind].Failed; failed != nil {
		var err error
		if with, err = failed(ctx, j); err != nil {
			q.o.Logger.Error("the failure of a job is told to nobody", "kind", j.Kind, "job", j.ID, "error", err)
		}
	}
	return jobs.Save(ctx, q.o.Store, &j, with...)
}

// drain ends the running jobs and waits for them.
func (q *Queue) drain() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, c := range q.running {
		c.cancel(ErrStopped)
	}
	for len(q.running) > 0 {
		q.changed.Wait()
	}
}
