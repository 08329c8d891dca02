package main

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/lease"
	"weft/runtime/store/migrate"
	"weft/runtime/store/mongo/mongotest"
)

// A server that was killed and started again waits for the row of its former
// self before it moves anything on. That is no idle database.
func TestAServerThatWaitsForItsLeaseIsSeen(t *testing.T) {
	t.Parallel()
	const life = 3 * time.Second
	db := openMongo(t, mongotest.URI(t))
	if err := db.Ensure(t.Context(), lease.Collections()); err != nil {
		t.Fatal(err)
	}
	if _, err := lease.New(lease.Options{Store: db, Life: life}).Take(t.Context(), "server:x"); err != nil { // and is killed
		t.Fatal(err)
	}
	var started sync.WaitGroup
	started.Go(func() {
		if _, err := lease.New(lease.Options{Store: db, Life: life}).Wait(t.Context(), "server:x"); err != nil {
			t.Error(err)
		}
	})
	if _, err := checkUnused(t.Context(), db, life); err == nil || !strings.Contains(err.Error(), "a server is working with it") {
		t.Errorf("got %v", err)
	}
	started.Wait()
}

// A server that is started while a copy is made is seen before the copy becomes
// a database of its own.
func TestAServerThatStartsWhileItIsCopied(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.do(command{args: "template install opportunity-pipeline --data DIR/d"})
	m := &Main{Stderr: t.Output()}
	from, err := (&migrateCmd{From: filepath.Join(s.dir, "d")}).openSource(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	to, err := m.openLocation(t.Context(), filepath.Join(s.dir, "x"), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = from.Close(), to.Close() })
	from.store = &waking{Store: from.store}
	if _, err := (&migration{m: m, from: from, to: to}).run(t.Context()); err == nil || !strings.Contains(err.Error(), "a server is working with") {
		t.Errorf("got %v", err)
	}
	if state, err := migrate.Unfinished(t.Context(), to.store); state == nil || err != nil {
		t.Errorf("the copy passes for a whole one: %v", err)
	}
}

// waking is a store that a server takes up while it is read.
type waking struct {
	migrate.Store
	once sync.Once
}

func (w *waking) ReadFull(ctx context.Context, collection, after string, limit int) ([]store.Doc, error) {
	var err error
	w.once.Do(func() {
		row := store.Op{Kind: store.Insert, Collection: lease.Collection, Doc: store.Doc{ID: "server:x", Rev: 1, Body: []byte(`{"id":"server:x","rev":1}`)}}
		if err = w.Ensure(ctx, lease.Collections()); err == nil {
			err = w.Commit(ctx, &store.Batch{Ops: []store.Op{row}})
		}
	})
	if err != nil {
		return nil, err
	}
	return w.Store.ReadFull(ctx, collection, after, limit)
}
