package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
)

// cacheRun is a group of documents that every commit changes together, with the
// outcomes of the commits.
type cacheRun struct {
	s *Store
	// acked is the last value whose commit was answered.
	acked atomic.Int64
	mu    sync.Mutex
	// refused are values whose commit failed; seen are values that were read.
	refused, seen map[int64]bool
}

const (
	cacheGroup  = 12
	cacheRounds = 120
)

var groupPath = query.Path{Field: "group", Kind: query.Key}

func groupFind(limit int) store.Find {
	return store.Find{
		Where: query.Cmp{Path: groupPath, Op: query.Eq, Value: "g"},
		Sort:  []query.SortTerm{{Path: query.Path{Field: "at", Kind: query.Instant}, Desc: true}}, Limit: limit,
	}
}

func groupID(i int) string { return fmt.Sprintf("d%02d", i) }

// TestCachedDocumentsAreExact: whatever is answered from memory is what the
// file holds, of one commit, not older than what was answered before, and
// never of a commit that failed; with room for all and with room for few.
func TestCachedDocumentsAreExact(t *testing.T) {
	t.Parallel()
	for name, room := range map[string]int{"room for all": docCacheBytes, "room for few": 3 * 400} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openAt(t, filepath.Join(t.TempDir(), "weft.db"), Options{})
			s.docs.max = room
			err := s.Ensure(t.Context(), []store.Collection{{Name: "doc", Indexes: []store.Index{
				{Name: "group", Keys: []store.IndexKey{{Path: groupPath}, {Path: query.Path{Field: "at", Kind: query.Instant}}}},
			}}, {Name: "other"}})
			if err != nil {
				t.Fatal(err)
			}
			r := &cacheRun{s: s, refused: map[int64]bool{}, seen: map[int64]bool{}}
			r.acked.Store(1)
			r.commit(t, store.Insert, 1)
			done := make(chan struct{})
			var readers sync.WaitGroup
			for i := range 4 {
				readers.Go(func() { r.read(t, uint64(i), done) })
			}
			r.write(t)
			close(done)
			readers.Wait()
			for v := range r.seen {
				if r.refused[v] {
					t.Errorf("value %d was read, but its commit failed", v)
				}
			}
			if len(r.seen) < 10 {
				t.Errorf("only %d states were seen", len(r.seen))
			}
		})
	}
}

// commit makes one change of the whole group: every document holds the value.
func (r *cacheRun) commit(t *testing.T, kind store.OpKind, v int64) error {
	b := &store.Batch{}
	for i := range cacheGroup {
		body := fmt.Appendf(nil, `{"id":%q,"rev":%d,"group":"g","at":"2026-01-%02dT00:00:00.000Z","n":%d}`, groupID(i), v, i+1, v)
		b.Ops = append(b.Ops, store.Op{Kind: kind, Collection: "doc", Doc: store.Doc{ID: groupID(i), Rev: v, Body: body}})
	}
	return r.s.Commit(t.Context(), b)
}

// commitOther commits as many changes in another collection.
func (r *cacheRun) commitOther(t *testing.T, v int64) error {
	b := &store.Batch{}
	for i := range cacheGroup {
		id := fmt.Sprintf("%d-%d", v, i)
		b.Ops = append(b.Ops, store.Op{Kind: store.Insert, Collection: "other", Doc: store.Doc{ID: id, Rev: 1, Body: []byte(`{}`)}})
	}
	return r.s.Commit(t.Context(), b)
}

var errDisk = errors.New("the disk fails")

func (r *cacheRun) write(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for v := int64(2); v < cacheRounds; v++ {
		switch rnd.IntN(5) {
		case 0: // the commit itself fails, after the cache was told of it
			var asked atomic.Int32
			r.s.SetFault(func() error {
				if asked.Add(1) > cacheGroup {
					return errDisk
				}
				return nil
			})
			if r.commit(t, store.Replace, v) == nil {
				t.Error("a commit did not fail")
			}
			r.s.SetFault(nil)
			r.mu.Lock()
			r.refused[v] = true
			r.mu.Unlock()
			if err := r.commitOther(t, v); err != nil { // the number of the commit that failed is used again
				t.Error(err)
			}
		case 1: // taken away and made anew: their places in the file are used again
			b := &store.Batch{}
			for i := range cacheGroup {
				b.Ops = append(b.Ops, store.Op{Kind: store.Delete, Collection: "doc", Doc: store.Doc{ID: groupID(i)}})
			}
			if err := r.s.Commit(t.Context(), b); err != nil {
				t.Error(err)
			}
			if err := r.commit(t, store.Insert, v); err != nil {
				t.Error(err)
			}
			r.acked.Store(v)
		default:
			if err := r.commit(t, store.Replace, v); err != nil {
				t.Error(err)
			}
			r.acked.Store(v)
		}
	}
}

func (r *cacheRun) read(t *testing.T, seed uint64, done <-chan struct{}) {
	rnd := rand.New(rand.NewPCG(seed, 3))
	ids := make([]string, cacheGroup)
	for i := range ids {
		ids[i] = groupID(i)
	}
	for {
		select {
		case <-done:
			return
		default:
		}
		least := r.acked.Load()
		var docs []store.Doc
		var err error
		switch rnd.IntN(5) {
		case 0:
			docs, err = r.s.Find(t.Context(), "doc", groupFind(cacheGroup+1))
		case 1:
			docs, err = r.s.Find(t.Context(), "doc", store.Find{Limit: cacheGroup + 1, IDDesc: true})
		case 2:
			docs, err = r.s.GetMany(t.Context(), "doc", ids)
		case 3:
			doc, failed := r.s.Get(t.Context(), "doc", ids[rnd.IntN(cacheGroup)])
			if errors.Is(failed, store.ErrNotFound) {
				continue
			}
			docs, err = []store.Doc{doc}, failed
		case 4:
			docs, err = r.view(t.Context(), rnd, ids)
		}
		if err != nil {
			t.Error(err)
			return
		}
		r.check(t, docs, least)
	}
}

// view reads the group in several ways, all of one moment.
func (r *cacheRun) view(ctx context.Context, rnd *rand.Rand, ids []string) (docs []store.Doc, err error) {
	err = r.s.View(ctx, func(v store.Reader) error {
		for range 3 {
			var more []store.Doc
			var err error
			if rnd.IntN(2) == 0 {
				more, err = v.GetMany(ctx, "doc", ids)
			} else {
				more, err = v.Find(ctx, "doc", groupFind(cacheGroup))
			}
			if err != nil {
				return err
			}
			docs = append(docs, more...)
		}
		return nil
	})
	if len(docs)%(3*cacheGroup) != 0 {
		err = errors.Join(err, fmt.Errorf("a view held %d documents", len(docs)))
	}
	return docs, err
}

// check: all documents are of one commit, none older than what was answered.
func (r *cacheRun) check(t *testing.T, docs []store.Doc, least int64) {
	if len(docs) == 0 {
		return // between a deletion and the next insertion
	}
	v := docs[0].Rev
	if v < least {
		t.Errorf("revision %d was read after %d was answered", v, least)
	}
	for _, d := range docs {
		if d.Rev != v || string(member(d.Body, "n")) != fmt.Sprint(v) || string(member(d.Body, "id")) != fmt.Sprintf("%q", d.ID) {
			t.Errorf("revision %d next to %d: %s", d.Rev, v, d.Body)
		}
	}
	r.mu.Lock()
	r.seen[v] = true
	r.mu.Unlock()
}

func TestTheCacheEvictsWhatIsNotUsed(t *testing.T) {
	t.Parallel()
	c := &docCache{max: 10 * (docCacheOverhead + 3 + 2)}
	set := newDocSet()
	put := func(i int) {
		c.put(set, []int64{int64(i)}, []store.Doc{{ID: groupID(i), Rev: 1, Body: []byte("{}")}}, 5)
	}
	for i := range 90 {
		put(i)
		if _, ok := c.get(set, groupID(0), 5); !ok {
			t.Fatalf("a document in constant use was evicted after %d others", i)
		}
	}
	if c.bytes > c.max || len(set.byID) > 10 || len(set.byID) < 9 || len(set.bySeq) != len(set.byID) || len(c.slots) > 11 {
		t.Errorf("%d bytes, %d by id, %d by seq, %d slots", c.bytes, len(set.byID), len(set.bySeq), len(c.slots))
	}
	if _, ok := c.get(set, groupID(0), 4); ok {
		t.Error("an older snapshot got a newer document")
	}
}
