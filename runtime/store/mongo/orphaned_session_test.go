package mongo

import (
	"context"
	"testing"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/mongo/mongotest"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
)

// A transaction that an outage left open at the database does not hold up the
// ones after it until the database forgets it.
func TestATransactionThatAnOutageLeftOpen(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), mongotest.URI(t), Options{UnresponsiveTimeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Ensure(t.Context(), []store.Collection{{Name: "deal"}}); err != nil {
		t.Fatal(err)
	}
	put := func(kind store.OpKind, rev int64) error {
		body := bson.D{{Key: "id", Value: "a"}, {Key: "rev", Value: rev}}
		text, err := bson.MarshalExtJSON(body, false, false)
		if err != nil {
			return err
		}
		return s.Commit(t.Context(), &store.Batch{Ops: []store.Op{
			{Kind: kind, Collection: "deal", OldRev: rev - 1, Doc: store.Doc{ID: "a", Rev: rev, Body: text}}}})
	}
	if err := put(store.Insert, 1); err != nil {
		t.Fatal(err)
	}
	left, err := s.client.StartSession()
	if err != nil {
		t.Fatal(err)
	}
	defer left.EndSession(context.Background())
	if err := left.StartTransaction(); err != nil {
		t.Fatal(err)
	}
	_, err = s.db.Collection("deal").UpdateOne(driver.NewSessionContext(t.Context(), left), atRevision("a", 1),
		bson.D{{Key: "$set", Value: bson.D{{Key: "left", Value: true}}}})
	if err != nil {
		t.Fatal(err)
	}
	s.writer.orphans = append(s.writer.orphans, orphan{session: left, since: time.Now()}) // the writer is idle
	if err := put(store.Replace, 2); err != nil {
		t.Error(err)
	}
}

// The session of a transaction that may be open still is nobody else's while it
// is ended again and again.
func TestASessionThatIsGivenUpIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), mongotest.URI(t), Options{UnresponsiveTimeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	w := newWriter(s)
	session, err := w.begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.db.Collection("deal").InsertOne(driver.NewSessionContext(t.Context(), session), bson.D{{Key: memberID, Value: "a"}})
	if err != nil {
		t.Fatal(err)
	}
	w.abandonSession()
	err = s.View(t.Context(), func(r store.Reader) error {
		w.endOrphans(t.Context())
		return r.(*reader).pin(t.Context())
	})
	if err != nil {
		t.Errorf("a view that began after it: %v", err)
	}
	w.orphans[0].since = time.Now().Add(-orphanLifetime)
	if w.endOrphans(t.Context()); len(w.orphans) > 0 {
		t.Error("what the database has forgotten is ended still")
	}
}
