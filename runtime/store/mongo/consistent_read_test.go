package mongo_test

import (
	"bytes"
	"sync/atomic"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"

	"go.mongodb.org/mongo-driver/bson"
)

// TestReadsAreOfOneMoment: whatever reads several documents asks for them as
// they are at one moment, and does without where the database has none yet.
func TestReadsAreOfOneMoment(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{})
	var asked, bare atomic.Int64
	proxy := mongotest.StartProxy(t, server.URI, mongotest.ProxyRules{ForwardRequest: func(question []byte) bool {
		if bytes.Contains(question, []byte("deal\x00")) {
			asked.Add(1)
			if !bytes.Contains(question, []byte("snapshot\x00")) {
				bare.Add(1)
			}
		}
		return true
	}})
	s := open(t, proxy.URI, mongo.Options{})
	ensurePairs(t, s)
	must(t, s.Commit(t.Context(), pair("a")))
	read := func() {
		t.Helper()
		docs, err := s.Find(t.Context(), "deal", store.Find{Limit: 10, Sort: []query.SortTerm{{Path: query.Path{Field: "id", Kind: query.Key}}}})
		if err != nil || len(docs) != 1 {
			t.Errorf("find: %d documents, %v", len(docs), err)
		}
		if docs, err = s.GetMany(t.Context(), "deal", []string{"a", "b"}); err != nil || len(docs) != 1 {
			t.Errorf("get many: %d documents, %v", len(docs), err)
		}
		if n, err := s.Count(t.Context(), "deal", nil, 0); err != nil || n != 1 {
			t.Errorf("count: %d, %v", n, err)
		}
	}
	asked.Store(0)
	bare.Store(0)
	read()
	if asked.Load() < 3 || bare.Load() > 0 {
		t.Errorf("%d of %d reads may meet half a batch", bare.Load(), asked.Load())
	}
	run := admin(t, server.URI)
	for _, command := range []string{"find", "aggregate"} {
		run(failCommand(times(1), bson.D{{Key: "failCommands", Value: bson.A{command}}, {Key: "errorCode", Value: 246}}))
		read()
	}
}
