package mongo

import (
	"slices"
	"sync"
	"time"

	"weft/runtime/store"
)

// builds are the index builds that this process waits for.
type builds struct {
	mu      sync.Mutex
	running []store.IndexBuild
}

// begin records and logs the missing indexes of a collection; the function it
// returns ends that.
func (b *builds) begin(k *collection, c indexDiff, log func(string, ...any)) (end func()) {
	if len(c.missing) == 0 {
		return func() {}
	}
	since := time.Now()
	var names []string
	b.mu.Lock()
	for _, i := range c.wanted {
		if slices.Contains(c.missing, i.name) {
			names = append(names, i.Index.Name)
			b.running = append(b.running, store.IndexBuild{Collection: k.Name, Index: i.Index.Name, Since: since})
		}
	}
	b.mu.Unlock()
	log("building indexes", "collection", k.Name, "indexes", names)
	return func() {
		b.mu.Lock()
		b.running = slices.DeleteFunc(b.running, func(i store.IndexBuild) bool { return i.Collection == k.Name })
		b.mu.Unlock()
		log("no longer building indexes", "collection", k.Name, "indexes", names, "took", time.Since(since))
	}
}

// buildLog logs builds of empty collections as debug messages: they take no
// time.
func (d *definitions) buildLog(empty bool) func(string, ...any) {
	if empty {
		return d.log.Debug
	}
	return d.log.Info
}

// PendingIndexes lists the indexes that an Ensure of this Store is building, oldest first.
func (s *Store) PendingIndexes() []store.IndexBuild {
	b := &s.definitions.builds
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]store.IndexBuild{}, b.running...)
}
