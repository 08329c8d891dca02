package mongo

import (
	"bytes"
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/mongo/mongotest"

	"go.mongodb.org/mongo-driver/bson"
)

// A reader who has gone is not kept by a cursor that cannot be closed, and a
// page is read by one command.
func TestCursorsOfADatabaseThatFallsSilent(t *testing.T) {
	t.Parallel()
	var silent atomic.Bool
	var more atomic.Int64
	proxy := mongotest.StartProxy(t, mongotest.Start(t, mongotest.Options{}).URI, mongotest.ProxyRules{ForwardRequest: func(question []byte) bool {
		next := bytes.Contains(question, []byte("getMore\x00")) && bytes.Contains(question, []byte("deal\x00"))
		if next {
			more.Add(1)
		}
		return !silent.Load() || !next && !bytes.Contains(question, []byte("killCursors\x00"))
	}})
	s, err := Open(t.Context(), proxy.URI, Options{UnresponsiveTimeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Ensure(t.Context(), []store.Collection{{Name: "deal"}}); err != nil {
		t.Fatal(err)
	}
	const many = 300
	b := &store.Batch{}
	for n := range many {
		id := fmt.Sprintf("%04d", n)
		b.Ops = append(b.Ops, store.Op{Kind: store.Insert, Collection: "deal", Doc: store.Doc{ID: id, Rev: 1, Body: fmt.Appendf(nil, `{"id":%q,"rev":1}`, id)}})
	}
	if err := s.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if docs, err := s.ReadFull(t.Context(), "deal", "", many); err != nil || len(docs) != many || more.Load() > 0 {
		t.Errorf("%d documents, %v, after %d more questions", len(docs), err, more.Load())
	}
	more.Store(0)
	silent.Store(true)
	ctx, leave := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		cursor, err := s.db.Collection("deal").Find(ctx, bson.D{})
		if err == nil {
			err = forEachDoc(ctx, cursor, func(bson.Raw) error { return nil })
		}
		ended <- err
	}()
	for more.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	leave()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("the reader read on")
		}
	case <-time.After(30 * time.Second):
		t.Error("the reader waits for the end of its cursor")
	}
}
