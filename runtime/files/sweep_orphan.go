package files

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"
)

// orphanCollection notes when this database first saw bytes that no document
// knows; the id is their key. They go a day after that, however old they are: a
// database that was put back to an earlier state knows nothing of what came since,
// and whoever put it back has that day to find out.
const orphanCollection = "weft_orphan"

var orphanSeen = query.Path{Field: "seen", Kind: query.Instant}

type orphan struct {
	ID   string `json:"id"`
	Rev  int64  `json:"rev"`
	Seen string `json:"seen"`
}

// sweepOrphans goes through what lies in the storage. What was put there less
// than a day ago may be about to get its document.
func (s *Service) sweepOrphans(ctx context.Context, now time.Time) (int, error) {
	before := now.Add(-UnlinkedRetention)
	swept, err := s.storage.CleanIncomplete(ctx, before)
	if err != nil {
		return swept, fmt.Errorf("clean the storage: %w", err)
	}
	var old []string
	flush := func() error {
		n, err := s.sweepKeys(ctx, old, now)
		swept += n
		old = old[:0]
		return err
	}
	err = s.storage.List(ctx, "", func(found StoredObject) error {
		if !isObjectKey(found.Key) || !found.StoredAt.Before(before) {
			return nil
		}
		if old = append(old, found.Key); len(old) < sweepPage {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return swept, fmt.Errorf("sweep the storage: %w", err)
	}
	// A note of that age that is still there is of bytes that are gone.
	return swept, s.forgetBefore(ctx, orphanCollection, orphanSeen, before)
}

// sweepKeys notes those of the keys that no document knows, removes those that
// were noted a day ago, and drops the notes of those that became known.
func (s *Service) sweepKeys(ctx context.Context, keys []string, now time.Time) (swept int, err error) {
	known, err := s.known(ctx, keys)
	if err != nil {
		return 0, err
	}
	seen, err := s.firstSeen(ctx, keys)
	if err != nil {
		return 0, err
	}
	notes := &store.Batch{}
	for _, key := range keys {
		ops, gone, err := s.sweepKey(ctx, key, known[fileIDOf(key)], seen[key], now)
		if err != nil {
			return swept, err
		}
		if gone {
			swept++
		}
		notes.Ops = append(notes.Ops, ops...)
	}
	if len(notes.Ops) == 0 {
		return swept, nil
	}
	return swept, s.db.Commit(ctx, notes)
}

// sweepKey says how the note of a key changes; gone when its bytes were removed.
func (s *Service) sweepKey(ctx context.Context, key string, known bool, seen string, now time.Time) (note []store.Op, gone bool, err error) {
	switch {
	case !known && seen == "":
		op, err := noteOp(key, now)
		return []store.Op{op}, false, err
	case !known && seen < stamp(now.Add(-UnlinkedRetention)):
		if err := s.storage.Remove(ctx, key); err != nil {
			return nil, false, err
		}
		gone = true
	case !known || seen == "":
		return nil, false, nil
	}
	return []store.Op{{Kind: store.Delete, Collection: orphanCollection, Doc: store.Doc{ID: key}}}, gone, nil
}

func noteOp(key string, at time.Time) (store.Op, error) {
	body, err := json.Marshal(orphan{ID: key, Rev: 1, Seen: stamp(at)})
	if err != nil {
		return store.Op{}, fmt.Errorf("note %s: %w", key, err)
	}
	return store.Op{Kind: store.Insert, Collection: orphanCollection, Doc: store.Doc{ID: key, Rev: 1, Body: body}}, nil
}

// known tells of which ids of the keys there is a document.
func (s *Service) known(ctx context.Context, keys []string) (map[string]bool, error) {
	ids := make([]string, len(keys))
	for i, key := range keys {
		ids[i] = fileIDOf(key)
	}
	known := make(map[string]bool, len(keys))
	for _, c := range []string{Collection, partialCollection} {
		docs, err := s.db.GetMany(ctx, c, ids)
		if err != nil {
			return nil, fmt.Errorf("look up what is stored: %w", err)
		}
		for _, d := range docs {
			known[d.ID] = true
		}
	}
	return known, nil
}

// firstSeen tells when those of the keys that have a note were first seen.
func (s *Service) firstSeen(ctx context.Context, keys []string) (map[string]string, error) {
	docs, err := s.db.GetMany(ctx, orphanCollection, keys)
	if err != nil {
		return nil, fmt.Errorf("look up what was seen: %w", err)
	}
	seen := make(map[string]string, len(docs))
	for _, d := range docs {
		var o orphan
		if err := json.Unmarshal(d.Body, &o); err != nil {
			return nil, fmt.Errorf("note of %s: %w", d.ID, err)
		}
		seen[d.ID] = o.Seen
	}
	return seen, nil
}
