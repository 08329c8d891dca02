// Package live serves live queries over websockets, fed by store.Watch. A
// subscription is a set of records: the first of its query in its order, at most
// its limit; the client sorts. With every committed change the set is updated: a
// record that enters or changes is sent as "put", one that leaves the query, the
// set or the reader's rights as "drop" with its id. The id of a record that the
// reader never saw is never sent.
package live

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/record/read"
	"weft/runtime/request"
	"weft/runtime/store"
)

// Authority is what the hub needs to know about its callers. Check fails when
// an actor that signed in earlier could not sign in now.
type Authority interface {
	access.Authority
	Check(ctx context.Context, a *access.Actor) error
}

// Options of a Hub. Store, Reads, Authority and Current must be given.
type Options struct {
	Store     store.Store
	Reads     *read.Service
	Authority Authority
	Current   *model.Current
	Logger    *slog.Logger
	// Inbox is the collection of messages to people: each names its user in the member
	// user. "" for none.
	Inbox string
	// Limits may be left out.
	Limits Limits
}

// Hub serves live queries. It reads the store's changes once for all sockets.
type Hub struct {
	Options

	ctx    context.Context
	cancel context.CancelFunc
	begin  sync.Once
	failed error // of begin
	seq    atomic.Uint64
	// slots bounds how many subscriptions read the store at once.
	slots chan struct{}
	// reading are the slots of each user, so that one cannot take all of them.
	reading request.Share[string]
	done    sync.WaitGroup

	mu      sync.RWMutex
	closed  bool
	sockets map[*socket]struct{}
	perUser map[string]int
	records map[string]int // that the subscriptions of each user may hold
	// byEntity finds subscriptions by the collection whose records they hold,
	// byOther by the collections that their filter or their answer depends on.
	byEntity, byOther map[string]map[*subscription]struct{}
	shared            map[selectionKey]*sharedSelection
	inboxes           inboxes
	resumable         resumableSets
}

// New makes a Hub. It begins to watch the store with its first socket.
func New(o Options) *Hub {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Limits = o.Limits.orDefaults()
	h := &Hub{Options: o, slots: make(chan struct{}, readers), reading: request.Share[string]{PerKey: 1},
		records: map[string]int{},
		sockets: map[*socket]struct{}{}, perUser: map[string]int{},
		byEntity: map[string]map[*subscription]struct{}{}, byOther: map[string]map[*subscription]struct{}{},
		shared: map[selectionKey]*sharedSelection{}, inboxes: inboxes{}}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	h.resumable.init(o.Limits)
	return h
}

// readers is how many subscriptions may read the store at once: live queries
// must not starve the callers of the API.
const readers = 2

func (h *Hub) start() error {
	h.begin.Do(func() {
		events, err := h.Store.Watch(h.ctx)
		if err != nil {
			h.failed = err
			return
		}
		h.done.Add(2)
		go h.follow(events)
		go h.check()
	})
	return h.failed
}

// Close ends all sockets with "going away" and stops the hub.
func (h *Hub) Close() error {
	h.mu.Lock()
	h.closed = true
	for s := range h.sockets {
		s.out.close(goingAway)
	}
	h.mu.Unlock()
	h.cancel()
	h.done.Wait()
	return nil
}

// Sockets is how many are open, for the metrics.
func (h *Hub) Sockets() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return len(h.sockets)
}

// follow delivers every committed change to the subscriptions it may concern.
func (h *Hub) follow(events <-chan store.Event) {
	defer h.done.Done()
	for e := range events {
		h.seq.Store(e.Seq)
		if e.Resync {
			h.each(func(s *subscription) { s.refreshIn(0) })
			h.announce(e)
			continue
		}
		if e.Collection == h.Inbox {
			h.announce(e)
			continue
		}
		h.dispatch(newEvent(e, h.Store))
	}
}

func (h *Hub) dispatch(e *event) {
	h.mu.RLock()
	showing := slices.Collect(maps.Keys(h.byEntity[e.Collection]))
	depending := slices.Collect(maps.Keys(h.byOther[e.Collection]))
	h.mu.RUnlock() // delivering may read the store
	for _, s := range showing {
		s.deliver(e)
	}
	for _, s := range depending {
		s.refreshIn(refreshDelay)
	}
}

// each calls fn for every subscription.
func (h *Hub) each(fn func(*subscription)) {
	h.mu.RLock()
	var all []*subscription
	for _, subs := range h.byEntity {
		all = slices.AppendSeq(all, maps.Keys(subs))
	}
	h.mu.RUnlock()
	for _, s := range all {
		fn(s)
	}
}

// check closes, every Limits.Check, the sockets of actors that may no longer
// subscribe, and refreshes queries with relative dates.
func (h *Hub) check() {
	defer h.done.Done()
	tick := time.NewTicker(h.Limits.Check)
	defer tick.Stop()
	aged := time.Now()
	for {
		select {
		case <-h.ctx.Done():
			return
		case now := <-tick.C:
			h.checkSockets()
			h.resumable.expire(now)
			if now.Sub(aged) >= h.Limits.Age {
				aged = now
				h.each((*subscription).refreshIfUsesNow)
			}
		}
	}
}

func (h *Hub) checkSockets() {
	h.mu.RLock()
	open := make([]*socket, 0, len(h.sockets))
	for s := range h.sockets {
		open = append(open, s)
	}
	h.mu.RUnlock()
	for _, s := range open {
		s.check()
	}
}
