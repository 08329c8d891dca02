package builder_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"

	"weft/runtime/problem"
	"weft/runtime/store"
)

func TestPublishedSetIsInForceAndSurvivesARestart(t *testing.T) {
	t.Parallel()
	b := open(t)
	if v := b.current.Model().Version; v != 0 {
		t.Fatalf("version %d before anything was published", v)
	}
	if v := b.publish(t, entity("deal", text("name"))); v != 1 {
		t.Fatalf("version %d", v)
	}
	if _, ok := b.current.Model().Entity("deal"); !ok {
		t.Error("the model in force does not have the entity")
	}
	if v := b.publish(t, entity("deal", text("name"))); v != 1 {
		t.Errorf("the same set again made version %d", v)
	}
	again := over(t, b.store)
	if m := again.current.Model(); m.Version != 1 || m.Entities["deal"] == nil {
		t.Error("a restart lost the version")
	}
}

func TestAFailedPublishLeavesTheOldModel(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.publish(t, entity("deal", text("name")))
	old := b.current.Model()
	_, err := b.Publish(t.Context(), "ada", set(t, entity("deal", text("name")+`,"x":{"x-type":"reference","x-entity":"ghost","x-title":`+title+`}`)))
	refused(t, err, "/entity/deal/properties/x/x-entity unknown_entity")
	if b.current.Model() != old {
		t.Error("the model changed")
	}
	if list, err := b.Versions(t.Context(), 0, 10); err != nil || len(list) != 1 {
		t.Error("a version was written", list, err)
	}
}

func TestPublishRefusesAUniqueKeyThatRecordsBreak(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.publish(t, entity("deal", text("name")))
	b.put(t, "deal", "a", `,"name":"same"`)
	b.put(t, "deal", "b", `,"name":"same"`)
	_, err := b.Publish(t.Context(), "ada", set(t, entity("deal", `"name":{"x-type":"text","x-unique":true,"x-title":`+title+`}`)))
	refused(t, err, "/entity/deal/properties/name/x-unique unique_broken")
	samples, _ := json.Marshal(problem.As(err).Fields[0].Params["samples"])
	if string(samples) != `[{"values":{"name":"same"},"records":2}]` {
		t.Errorf("samples %s", samples)
	}
	problems, _, err := b.Check(t.Context(), set(t, entity("deal", `"name":{"x-type":"text","x-unique":true,"x-title":`+title+`}`)), false) // E5
	if err != nil {
		t.Fatal(err)
	}
	refused(t, problem.Of(problem.Invalid, problems...), "/entity/deal/properties/name/x-unique unique_broken")
}

func TestKeysNeverVanishSilently(t *testing.T) {
	t.Parallel()
	before := []string{entity("deal", text("name")+","+choice("stage", "new", "won")+","+text("note")), entity("old", text("name"))}
	cases := []struct {
		name   string
		docs   []string
		plain  []string
		forced []string // nil: published
	}{
		{"removed field that nobody uses", []string{entity("deal", text("name")+","+choice("stage", "new", "won")), before[1]},
			[]string{"/entity/deal/properties/note field_removed"}, nil},
		{"removed field with values", []string{entity("deal", choice("stage", "new", "won")+","+text("note")), before[1]},
			[]string{"/entity/deal/properties/name field_removed"}, []string{"/entity/deal/properties/name field_removed_used"}},
		{"changed type", []string{entity("deal", `"name":{"x-type":"number","x-title":`+title+`},`+choice("stage", "new", "won")+","+text("note")), before[1]},
			[]string{"/entity/deal/properties/name/x-type conversion_unfit"}, nil},
		{"changed to a type of another kind", []string{entity("deal", `"name":{"x-type":"location","x-title":`+title+`},`+choice("stage", "new", "won")+","+text("note")), before[1]},
			[]string{"/entity/deal/properties/name field_type_changed"}, []string{"/entity/deal/properties/name field_type_changed_used"}},
		{"choices: one used, one not", []string{entity("deal", text("name")+","+choice("stage", "lost")+","+text("note")), before[1]},
			[]string{"/entity/deal/properties/stage/x-choices/0 choice_removed", "/entity/deal/properties/stage/x-choices/1 choice_removed"},
			[]string{"/entity/deal/properties/stage/x-choices/0 choice_removed_used"}},
		{"entity without records", []string{before[0]}, []string{"/entity/old entity_removed"}, nil},
		{"entity with records", []string{before[1]}, []string{"/entity/deal entity_removed"}, []string{"/entity/deal entity_removed_used"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			b.publish(t, before...)
			b.put(t, "deal", "a", `,"name":"大单","stage":"new"`)
			_, err := b.Publish(t.Context(), "ada", set(t, c.docs...))
			refused(t, err, c.plain...)
			problems, _, err := b.Check(t.Context(), set(t, c.docs...), false)
			if err != nil || len(problems) != len(c.plain) {
				t.Error("check says otherwise", problems, err)
			}
			_, err = b.PublishForced(t.Context(), "ada", set(t, c.docs...))
			if c.forced != nil {
				refused(t, err, c.forced...)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRollbackPublishesTheOldSetAgain(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.publish(t, entity("deal", text("name")))
	b.publish(t, entity("deal", text("name")+","+text("note")))
	b.put(t, "deal", "a", `,"name":"大单","note":"重要"`)
	v, err := b.Rollback(t.Context(), "ada", 1)
	if err != nil || v != 3 {
		t.Fatal(v, err)
	}
	list, err := b.Versions(t.Context(), 0, 10)
	if err != nil || len(list) != 3 || list[0].Cause != "rollback" || list[0].Of != "1" || list[0].Changes[0].Op != "changed" {
		t.Error(list, err)
	}
	if older, err := b.Versions(t.Context(), 3, 1); err != nil || len(older) != 1 || older[0].Version != 2 {
		t.Error("paging", older, err)
	}
	if _, err := b.Rollback(t.Context(), "ada", 99); problem.CodeOf(err) != problem.NotFound {
		t.Error(err)
	}
}

func TestAFailedCommitKeepsModelAndIndexes(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.publish(t, entity("deal", text("name")))
	failing := over(t, &broken{Store: b.store})
	failing.store.(*broken).fail = true
	old := failing.current.Model()
	if _, err := failing.Publish(t.Context(), "ada", set(t, entity("deal", text("name")+","+text("note")))); !errors.Is(err, store.ErrFull) {
		t.Fatal(err)
	}
	if failing.current.Model() != old || failing.store.(*broken).ensured != 2 {
		t.Error("the old version is not in force as it was", failing.store.(*broken).ensured)
	}
}

// broken is a store whose commits can fail.
type broken struct {
	store.Store
	fail    bool
	ensured int
}

func (b *broken) Commit(ctx context.Context, batch *store.Batch) error {
	if b.fail {
		return store.ErrFull
	}
	return b.Store.Commit(ctx, batch)
}

func (b *broken) Ensure(ctx context.Context, cs []store.Collection) error {
	if b.fail {
		b.ensured++
	}
	return b.Store.Ensure(ctx, cs)
}

func TestTwoPublishersOfOneStore(t *testing.T) {
	t.Parallel()
	b := open(t)
	other := over(t, b.store)
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, x := range []*fixture{b, other} {
		wg.Go(func() {
			_, errs[i] = x.Publish(t.Context(), "ada", set(t, entity([]string{"one", "two"}[i], text("name"))))
		})
	}
	wg.Wait()
	lost := errs[0]
	if lost == nil {
		lost = errs[1]
	}
	if (errs[0] == nil) == (errs[1] == nil) || problem.CodeOf(lost) != problem.Conflict {
		t.Fatalf("one wins and the other is told: %v", errs)
	}
	loser := b
	if errs[0] == nil {
		loser = other
	}
	again := loser.current.Model().Set.Clone()
	again.Add(set(t, entity("three", text("name"))).Entities[0])
	if v, err := loser.Publish(t.Context(), "ada", again); err != nil || v != 2 {
		t.Errorf("the loser's next attempt starts from what won: %d, %v", v, err)
	}
}
