package live

import (
	"sync"
	"time"
)

// resumeKey identifies a subscription that a client may resume: the same user,
// session and token, the same query under the same ref.
type resumeKey struct{ user, session, token, ref, entity, query string }

// resumableSets keeps the sets of lost sockets for Limits.ResumeWithin. A client
// that returns is sent the difference to what it was sent before, so it learns
// nothing about records it never saw.
type resumableSets struct {
	mu      sync.Mutex
	limits  Limits
	sets    map[resumeKey]resumableSet
	records int // of all sets
}

type resumableSet struct {
	set *set
	at  time.Time
}

func (p *resumableSets) init(l Limits) { p.limits, p.sets = l, map[resumeKey]resumableSet{} }

func (s *subscription) resumeKey() resumeKey {
	a := s.socket.actor
	return resumeKey{a.UserID, a.Session, a.Token, s.ref, s.entity, s.text}
}

// keep stores a set. When there are too many records it stores nothing, and the
// client gets a snapshot when it returns.
func (p *resumableSets) keep(key resumeKey, s *set, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.remove(key)
	if p.records+len(s.order) > p.limits.ResumableRecords {
		return
	}
	p.sets[key] = resumableSet{s, now}
	p.records += len(s.order)
}

// take removes and returns the set of a client that was sent everything up to
// seq; nil when it is no longer known what the client has.
func (p *resumableSets) take(key resumeKey, seq uint64) *set {
	p.mu.Lock()
	defer p.mu.Unlock()
	kept, ok := p.sets[key]
	p.remove(key)
	if !ok || seq < kept.set.floor {
		return nil
	}
	return kept.set
}

func (p *resumableSets) remove(key resumeKey) {
	if kept, ok := p.sets[key]; ok {
		p.records -= len(kept.set.order)
		delete(p.sets, key)
	}
}

func (p *resumableSets) expire(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, kept := range p.sets {
		if now.Sub(kept.at) >= p.limits.ResumeWithin {
			p.remove(key)
		}
	}
}
