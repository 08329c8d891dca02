package live

import (
	"sync"
	"time"
)

// parkKey names what a returning client may take up again: only its own user,
// session and token, the same query under the same name.
type parkKey struct{ user, session, token, ref, entity, query string }

// parking keeps the sets of lost sockets for a while. What a client is told
// when it returns is the difference to what it was told before, so that it
// learns nothing about records it never saw.
type parking struct {
	mu     sync.Mutex
	limits Limits
	sets   map[parkKey]parkedSet
	held   int // records, all in all
}

type parkedSet struct {
	set *set
	at  time.Time
}

func (p *parking) init(l Limits) { p.limits, p.sets = l, map[parkKey]parkedSet{} }

func (s *subscription) parkKey() parkKey {
	a := s.socket.actor
	return parkKey{a.UserID, a.Session, a.Token, s.ref, s.entity, s.text}
}

// park keeps a set; when there are too many records, nothing is kept and the
// client gets a snapshot instead.
func (p *parking) park(key parkKey, s *set, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.remove(key)
	if p.held+len(s.order) > p.limits.Parked {
		return
	}
	p.sets[key] = parkedSet{s, now}
	p.held += len(s.order)
}

// unpark takes up the set of a client that was told everything up to seq; nil
// when it is not known any more what the client has.
func (p *parking) unpark(key parkKey, seq uint64) *set {
	p.mu.Lock()
	defer p.mu.Unlock()
	kept, ok := p.sets[key]
	p.remove(key)
	if !ok || seq < kept.set.floor {
		return nil
	}
	return kept.set
}

func (p *parking) remove(key parkKey) {
	if kept, ok := p.sets[key]; ok {
		p.held -= len(kept.set.order)
		delete(p.sets, key)
	}
}

func (p *parking) expire(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, kept := range p.sets {
		if now.Sub(kept.at) >= p.limits.Park {
			p.remove(key)
		}
	}
}
