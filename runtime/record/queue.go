package record

import "sync"

// queues lets callers whose commit lost against another one on the same
// document wait for each other, so that a hot document costs retries once and
// not again and again. It is a help, never a guarantee: the commit decides.
type queues struct {
	mu    sync.Mutex
	lines map[docKey]*line
}

// docKey names one document.
type docKey struct{ collection, id string }

type line struct {
	mu      sync.Mutex
	waiting int
}

// enter waits for the document's turn; leave must be called.
func (q *queues) enter(k docKey) (leave func()) {
	q.mu.Lock()
	if q.lines == nil {
		q.lines = map[docKey]*line{}
	}
	l := q.lines[k]
	if l == nil {
		l = &line{}
		q.lines[k] = l
	}
	l.waiting++
	q.mu.Unlock()
	l.mu.Lock()
	return func() {
		l.mu.Unlock()
		q.mu.Lock()
		defer q.mu.Unlock()
		if l.waiting--; l.waiting == 0 {
			delete(q.lines, k)
		}
	}
}
