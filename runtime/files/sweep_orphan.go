package files

import (
	"context"
	"fmt"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// orphanCollection notes when this database first found bytes that no document
// refers to; the id is their key. They are removed a day after that, however old
// they are: a database that was reset to an earlier state lacks the documents of
// everything stored since, and its operator has that day to notice.
const orphanCollection = "weft_orphan"

var orphanSeen = query.Path{Field: "seen", Kind: query.Instant}

type orphanNote struct {
	ID   string `json:"id"`
	Rev  int64  `json:"rev"`
	Seen string `json:"seen"`
}

var orphanTable = table.New(orphanCollection, func(o *orphanNote) (*string, *int64) { return &o.ID, &o.Rev })

// sweepOrphans goes through all keys of the storage. What was stored less than a
// day ago may be about to get its document.
func (s *Service) sweepOrphans(ctx context.Context, now time.Time) (int, error) {
	before := now.Add(-UnlinkedRetention)
	removed, err := s.storage.CleanIncomplete(ctx, before)
	if err != nil {
		return removed, fmt.Errorf("clean the storage: %w", err)
	}
	var old []string
	flush := func() error {
		n, err := s.sweepKeys(ctx, old, now)
		removed += n
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
		return removed, fmt.Errorf("sweep the storage: %w", err)
	}
	// A note of that age that still exists is of bytes that are gone.
	return removed, s.deleteOlder(ctx, orphanCollection, orphanSeen, before)
}

// sweepKeys notes those of the keys that no document refers to, removes those
// that were noted a day ago, and deletes the notes of those that have a document.
func (s *Service) sweepKeys(ctx context.Context, keys []string, now time.Time) (removed int, err error) {
	known, err := s.knownIDs(ctx, keys)
	if err != nil {
		return 0, err
	}
	list, err := orphanTable.GetMany(ctx, s.db, keys)
	if err != nil {
		return 0, err
	}
	notes := make(map[string]orphanNote, len(list))
	for _, n := range list {
		notes[n.ID] = n
	}
	b := &store.Batch{}
	for _, key := range keys {
		note, noted := notes[key]
		isKnown := known[fileIDOf(key)]
		switch {
		case !isKnown && !noted:
			op, err := orphanTable.Put(orphanNote{ID: key, Seen: formatInstant(now)})
			if err != nil {
				return removed, err
			}
			b.Ops = append(b.Ops, op)
			continue
		case !isKnown && note.Seen < formatInstant(now.Add(-UnlinkedRetention)):
			if err := s.storage.Remove(ctx, key); err != nil {
				return removed, err
			}
			removed++
		case !isKnown || !noted:
			continue
		}
		b.Ops = append(b.Ops, table.Delete(orphanCollection, key))
	}
	if len(b.Ops) == 0 {
		return removed, nil
	}
	return removed, s.db.Commit(ctx, b)
}

// knownIDs tells which ids of the keys have a document.
func (s *Service) knownIDs(ctx context.Context, keys []string) (map[string]bool, error) {
	ids := make([]string, len(keys))
	for i, key := range keys {
		ids[i] = fileIDOf(key)
	}
	known := make(map[string]bool, len(keys))
	for _, c := range []string{Collection, partialCollection, temporaryCollection} {
		docs, err := s.db.GetMany(ctx, c, ids)
		if err != nil {
			return nil, fmt.Errorf("look up stored ids: %w", err)
		}
		for _, d := range docs {
			known[d.ID] = true
		}
	}
	return known, nil
}
