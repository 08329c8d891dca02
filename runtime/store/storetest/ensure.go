package storetest

import (
	"errors"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
)

func testEnsure(t *testing.T, b *suite) {
	b.ensure()
	names, err := b.s.Collections(b.ctx)
	b.must(err)
	b.same("collections", sorted(names), []string{"account", "deal", "log"})
	b.write(insert("log", "a", fields{"code": "same"}), insert("log", "b", fields{"code": "same"}))

	unique := store.Collection{Name: "log", Indexes: []store.Index{{Name: "code", Unique: true, Keys: keys(code)}}}
	var refused *store.UniqueError
	if err := b.s.Ensure(b.ctx, []store.Collection{unique}); !errors.As(err, &refused) || refused.Index != "code" {
		t.Errorf("a unique index over equal values: %v", err)
	}
	b.write(insert("log", "c", fields{"code": "same"})) // the index was not made
	b.write(remove("log", "b", 0), remove("log", "c", 0))
	b.must(b.s.Ensure(b.ctx, []store.Collection{unique}))
	if err := b.commit(insert("log", "d", fields{"code": "same"})); !errors.As(err, &refused) || refused.Index != "code" {
		t.Errorf("the new unique index: %v", err)
	}
	b.must(b.s.Ensure(b.ctx, []store.Collection{{Name: "log", Unwatched: true}}))
	b.write(insert("log", "d", fields{"code": "same"})) // the index is gone
	b.must(b.s.Ensure(b.ctx, nil))
	b.ensure()
	b.same("documents stay", b.find("log", store.Find{}), []string{"a", "d"})
}

// testLaterIndexes adds indexes and kinds to a collection that has documents:
// existing documents are found and sorted like later ones.
func testLaterIndexes(_ *testing.T, b *suite) {
	b.must(b.s.Ensure(b.ctx, []store.Collection{{Name: "deal"}, {Name: "account"}}))
	b.write(
		insert("deal", "none", nil),
		insert("deal", "low", fields{"score": 1, "code": "ＡＣＭＥ 1", "name": "王", "amount": money("12.5"), "at": "2026-01-31T08:00:00.123Z"}),
		insert("deal", "high", fields{"score": 3, "code": "acme 2", "name": "阿"}))
	b.must(b.s.Ensure(b.ctx, collections()))
	b.must(b.s.Ensure(b.ctx, []store.Collection{{Name: "deal", Searchable: true, Kinds: kindsOf(name, code, score, amount, at), Indexes: []store.Index{
		{Name: "score", Keys: keys(score)}, {Name: "name", Keys: keys(name)}, {Name: "code_starts", Keys: []store.IndexKey{{Path: code, Folded: true}}},
	}}}))
	b.write(insert("deal", "empty", nil), insert("deal", "mid", fields{"score": 2, "code": "Acme 3", "name": "李"}))
	by := func(p query.Path) store.Find { return store.Find{Sort: []query.SortTerm{{Path: p}}} }
	b.same("by score", b.find("deal", by(score)), []string{"low", "mid", "high", "empty", "none"})
	b.same("by name", b.find("deal", by(name)), []string{"high", "mid", "low", "empty", "none"})
	b.same("starts", b.find("deal", store.Find{Where: cmp(code, query.Starts, "acme")}), []string{"high", "low", "mid"})
	b.write(insert("deal", "more", fields{"amount": money("3"), "at": "2026-01-31T08:00:00.124Z", "score": 4}))
	b.same("an amount", b.find("deal", store.Find{Where: cmp(amount, query.Ge, money("3"))}), []string{"low", "more"})
	b.same("by amount", b.find("deal", by(amount))[:2], []string{"more", "low"})
	b.same("a moment", b.find("deal", store.Find{Where: cmp(at, query.Eq, "2026-01-31T08:00:00.123Z")}), []string{"low"})
	b.must(b.s.Ensure(b.ctx, []store.Collection{{Name: "deal"}}))
	b.same("an amount as it was", b.find("deal", store.Find{Where: cmp(amount, query.Eq, money("12.5"))}), []string{"low"})
	b.same("a moment as it was", b.find("deal", store.Find{Where: cmp(at, query.Le, "2026-01-31T08:00:00.123Z")}), []string{"low"})
	b.must(b.s.Ensure(b.ctx, collections()))
	b.same("without a score", b.find("deal", store.Find{Where: cmp(score, query.Empty, nil)}), []string{"empty", "none"})
}
