package mongo

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// IndexBuild is an index that is being built; readers and writers go on meanwhile.
type IndexBuild struct {
	Collection, Index string
	Since             time.Time
}

// builds are the indexes that this process has asked for.
type builds struct {
	mu      sync.Mutex
	running map[build]IndexBuild
}

// begin notes a build; what it returns ends that.
func (b *builds) begin(collection, index string) (end func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running == nil {
		b.running = map[build]IndexBuild{}
	}
	key := build{collection, index}
	b.running[key] = IndexBuild{Collection: collection, Index: index, Since: time.Now()}
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.running, key)
	}
}

// Building lists the indexes that an Ensure of this Store is building, oldest first.
func (s *Store) Building() []IndexBuild {
	s.builds.mu.Lock()
	defer s.builds.mu.Unlock()
	list := slices.Collect(maps.Values(s.builds.running))
	slices.SortFunc(list, func(a, b IndexBuild) int { return a.Since.Compare(b.Since) })
	return list
}
