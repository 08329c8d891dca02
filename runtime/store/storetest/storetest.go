// Package storetest tests the promises of the store port on any adapter. An
// adapter's own test calls Run with a function that opens an empty store.
package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
)

// FaultInjector is an adapter that can be made to fail: fn is called before every
// operation of a batch and before its commit; its error counts as a failure of the
// disk. A nil fn ends it.
type FaultInjector interface {
	SetFault(fn func() error)
}

// Run tests everything that the port promises. open opens an empty store, which
// the test closes; it is called many times, also concurrently.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	tests := []struct {
		name string
		run  func(*testing.T, *suite)
	}{
		{"reads", testReads},
		{"ensure", testEnsure},
		{"indexes of existing documents", testLaterIndexes},
		{"batch", testBatch},
		{"operations", testOperations},
		{"atomicity under faults", testFaults},
		{"expectations under concurrency", testWriteSkew},
		{"revisions under concurrency", testRevisions},
		{"unique keys", testUnique},
		{"unique keys under concurrency", testUniqueConcurrent},
		{"increment", testIncrement},
		{"claim", testClaim},
		{"claims of 16 callers", testClaimConcurrent},
		{"pinyin order", testPinyin},
		{"orders and pages", testPages},
		{"pages after equal keys", testEqualKeys},
		{"filters", testFilters},
		{"filters of values of another type", testOtherTypes},
		{"filters agree with query.Matches", testFiltersProperty},
		{"counts", testCounts},
		{"aggregates", testAggregates},
		{"text groups", testTextGroups},
		{"aggregates after writes", testAggregatesFollow},
		{"sums of doubles", testSumsOfDoubles},
		{"buckets", testBuckets},
		{"search", testSearch},
		{"search after writes", testSearchFollows},
		{"search for common words", testSearchCommon},
		{"search agrees with query.Matches", testSearchProperty},
		{"reads while others write", testConcurrentReads},
		{"watch", testWatch},
		{"watch resync", testResync},
		{"view", testView},
		{"full documents", testReadFull},
		{"change numbers", testChangeNumbers},
		{"cancelled contexts", testCancelled},
		{"after close", testClosed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			test.run(t, &suite{t: t, ctx: t.Context(), s: s})
		})
	}
}

// suite tests one store.
type suite struct {
	t   *testing.T
	ctx context.Context
	s   store.Store
}

func (b *suite) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// Paths of the collection deal, one per kind.
var (
	idPath  = query.Path{Field: "id", Kind: query.Key}
	name    = query.Path{Field: "name", Kind: query.Text, SortKey: true}
	code    = query.Path{Field: "code", Kind: query.Text}
	score   = query.Path{Field: "score", Kind: query.Number}
	amount  = query.Path{Field: "amount", Kind: query.Decimal}
	day     = query.Path{Field: "day", Kind: query.Date}
	at      = query.Path{Field: "at", Kind: query.Instant}
	done    = query.Path{Field: "done", Kind: query.Bool}
	stage   = query.Path{Field: "stage", Kind: query.Key}
	account = query.Path{Field: "account", Kind: query.Key}
	tags    = query.Path{Field: "tags", Kind: query.Keys}
	place   = query.Path{Field: "place", Kind: query.Object}
	sector  = query.Path{Field: "sector", Kind: query.Key, Through: "account", Via: "account"}
)

func keys(paths ...query.Path) []store.IndexKey {
	out := make([]store.IndexKey, len(paths))
	for i, p := range paths {
		out[i].Path = p
	}
	return out
}

func kindsOf(paths ...query.Path) map[string]query.Kind {
	kinds := map[string]query.Kind{}
	for _, p := range paths {
		kinds[p.Field] = p.Kind
	}
	return kinds
}

// collections returns deal with all kinds of indexes, account, to which it refers,
// and log, which is Unwatched.
func collections() []store.Collection {
	return []store.Collection{
		{Name: "deal", Searchable: true, Kinds: kindsOf(name, code, score, amount, day, at, done, stage, account, tags, place), Indexes: []store.Index{
			{Name: "stage_at", Keys: keys(stage, at)},
			{Name: "stage_score", Keys: keys(stage, score)},
			{Name: "name", Keys: keys(name)},
			{Name: "amount", Keys: keys(amount)},
			{Name: "account", Keys: keys(account)},
			{Name: "code_starts", Keys: []store.IndexKey{{Path: code, Folded: true}}},
		}},
		{Name: "account", Kinds: kindsOf(code, score, stage, tags, sector), Indexes: []store.Index{{Name: "login", Unique: true, Keys: keys(code)},
			{Name: "pair", Unique: true, Keys: keys(stage, score)}}},
		{Name: "log", Unwatched: true},
	}
}

func (b *suite) ensure() *suite {
	b.t.Helper()
	b.must(b.s.Ensure(b.ctx, collections()))
	return b
}

// fields of a document, in stored form.
type fields map[string]any

// makeDoc builds a document with a sort key of its name and tokens of its name and code.
func makeDoc(id string, rev int64, f fields) store.Doc {
	full := fields{"id": id, "rev": rev}
	maps.Copy(full, f)
	body, err := json.Marshal(full)
	if err != nil {
		panic(err)
	}
	d := store.Doc{ID: id, Rev: rev, Body: body}
	if text, ok := f["name"].(string); ok {
		d.Sort = map[string]string{"name": query.SortKey(text)}
	}
	for _, field := range []string{"name", "code"} {
		text, _ := f[field].(string)
		for _, token := range query.Tokens(text) {
			d.Tokens = append(d.Tokens, store.Token{Field: field, Text: token})
		}
	}
	return d
}

func insert(collection, id string, f fields) store.Op {
	return store.Op{Kind: store.Insert, Collection: collection, Doc: makeDoc(id, 1, f)}
}

func replace(collection, id string, oldRev int64, f fields) store.Op {
	return store.Op{Kind: store.Replace, Collection: collection, Doc: makeDoc(id, oldRev+1, f), OldRev: oldRev}
}

func remove(collection, id string, oldRev int64) store.Op {
	return store.Op{Kind: store.Delete, Collection: collection, Doc: store.Doc{ID: id}, OldRev: oldRev}
}

func (b *suite) commit(ops ...store.Op) error {
	return b.s.Commit(b.ctx, &store.Batch{Ops: ops})
}

func (b *suite) write(ops ...store.Op) {
	b.t.Helper()
	b.must(b.commit(ops...))
}

// find returns the ids of the documents found, in order.
func (b *suite) find(collection string, f store.Find) []string {
	b.t.Helper()
	if f.Limit == 0 {
		f.Limit = 10_000
	}
	docs, err := b.s.Find(b.ctx, collection, f)
	b.must(err)
	return ids(docs)
}

func ids(docs []store.Doc) []string {
	out := make([]string, len(docs))
	for i, d := range docs {
		out[i] = d.ID
	}
	return out
}

func (b *suite) get(collection, id string) fields {
	b.t.Helper()
	d, err := b.s.Get(b.ctx, collection, id)
	b.must(err)
	return decode(b.t, d.Body)
}

func decode(t *testing.T, body []byte) fields {
	t.Helper()
	var f fields
	if err := json.Unmarshal(body, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

func (b *suite) same(what string, got, want any) {
	b.t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		b.t.Errorf("%s: got %s, want %s", what, g, w)
	}
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }
