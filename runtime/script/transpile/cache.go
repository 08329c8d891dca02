package transpile

import "sync"

// Cache keeps what was compiled: a set of definitions is compiled as a whole
// whenever one of them changes, while scripts seldom do. The zero value is ready;
// it is safe for concurrent use.
type Cache struct {
	mu   sync.Mutex
	kept map[source]compiled
}

type source struct{ key, text string }

type compiled struct {
	program *Program
	wrong   []Message
}

// maxKept is how many programs a Cache keeps, far above what an organisation has.
const maxKept = 2000

// Compile is the function Compile, whose answer is kept.
func (c *Cache) Compile(key, text string) (*Program, []Message) {
	k := source{key, text}
	c.mu.Lock()
	done, ok := c.kept[k]
	c.mu.Unlock()
	if ok {
		return done.program, done.wrong
	}
	done.program, done.wrong = Compile(key, text)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= maxKept {
		c.kept = map[source]compiled{}
	}
	c.kept[k] = done
	return done.program, done.wrong
}
