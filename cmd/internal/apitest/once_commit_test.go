package apitest

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"weft/cmd/internal/apptest"
	"weft/runtime/access"
	"weft/runtime/record"
	"weft/runtime/settings"
	"weft/runtime/store"
)

// commits is a store that remembers the batches committed through it.
type commits struct {
	store.Store
	mu      sync.Mutex
	batches []*store.Batch
}

func (c *commits) Commit(ctx context.Context, b *store.Batch) error {
	c.mu.Lock()
	c.batches = append(c.batches, b)
	c.mu.Unlock()
	return c.Store.Commit(ctx, b)
}

// of lists the batches that write to a collection.
func (c *commits) of(collection string) (found []*store.Batch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range c.batches {
		if slices.ContainsFunc(b.Ops, func(op store.Op) bool { return op.Collection == collection }) {
			found = append(found, b)
		}
	}
	return found
}

// A token and its answer are one commit: a crash between two would make a
// second token when the request is repeated. // R20
func TestATokenIsCommittedWithItsAnswer(t *testing.T) {
	t.Parallel()
	var seen *commits
	w := apptest.Start(t, apptest.Options{Wrap: func(s store.Store) store.Store {
		seen = &commits{Store: s}
		return seen
	}})
	create := func(name string, header ...string) *apptest.Answer {
		return w.Do(t, w.Admin, "POST", "/tokens", `{"name":"`+name+`","role":"admin"}`, header...).Want(t, 201)
	}
	first := create("a", "Idempotency-Key", "same")
	if again := create("a", "Idempotency-Key", "same"); again.Body != first.Body {
		t.Errorf("first %s, again %s", first.Body, again.Body)
	}
	tokens, answers := seen.of(access.TokenCollection), seen.of(record.IdempotencyCollection)
	if len(tokens) != 1 || len(answers) != 1 || tokens[0] != answers[0] {
		t.Fatalf("%d commits of tokens and %d of answers", len(tokens), len(answers))
	}
	create("without a key")
	if answers := seen.of(record.IdempotencyCollection); len(answers) != 1 {
		t.Errorf("%d answers stored, want one", len(answers))
	}
}

// A retry of a guarded change repeats its answer instead of refusing the stale
// revision. // R20
func TestSettingsAreCommittedWithTheirAnswer(t *testing.T) {
	t.Parallel()
	var seen *commits
	w := apptest.Start(t, apptest.Options{Wrap: func(s store.Store) store.Store {
		seen = &commits{Store: s}
		return seen
	}})
	tag := w.Do(t, w.Admin, "GET", "/settings", nil).Want(t, 200).Header.Get("ETag")
	patch := func() *apptest.Answer {
		return w.Do(t, w.Admin, "PATCH", "/settings", `{"name":"甲公司"}`, "Idempotency-Key", "same", "If-Match", tag)
	}
	first := patch().Want(t, 200)
	if again := patch(); again.Status != 200 || again.Body != first.Body {
		t.Errorf("first %s, again %d %s", first.Body, again.Status, again.Body)
	}
	changes, answers := seen.of(settings.Collections()[0].Name), seen.of(record.IdempotencyCollection)
	if len(answers) != 1 || len(changes) == 0 || changes[len(changes)-1] != answers[0] {
		t.Errorf("%d commits of settings and %d of answers", len(changes), len(answers))
	}
}

// An undo is started with its key in one commit, so that a repeated request is
// told how it stands instead of a conflict. // R20
func TestAnUndoIsStartedWithItsKey(t *testing.T) {
	t.Parallel()
	var seen *commits
	w := newWorldWith(t, func(s store.Store) store.Store {
		seen = &commits{Store: s}
		return seen
	})
	id := w.Do(t, w.Admin, "POST", "/records/deal/import", "name\na\n", "Content-Type", "text/csv").Want(t, 200).Text("id")
	undo := func(key, body string) *apptest.Answer {
		return w.Do(t, w.Admin, "POST", "/imports/"+id+"/undo", body, "Idempotency-Key", key)
	}
	first := undo("same", `{}`).Want(t, 200)
	if again := undo("same", `{}`); again.Status != 200 || again.Body != first.Body {
		t.Errorf("first %s, again %d %s", first.Body, again.Status, again.Body)
	}
	if other := undo("same", `{"all":true}`); other.Status != 409 {
		t.Errorf("another body: %d %s", other.Status, other.Body)
	}
	if other := undo("another", `{}`); other.Status != 409 {
		t.Errorf("another key: %d %s", other.Status, other.Body)
	}
	answers := seen.of(record.IdempotencyCollection)
	if len(answers) != 1 || !slices.Contains(seen.of("weft_import"), answers[0]) {
		t.Errorf("%d commits of answers, or without the import", len(answers))
	}
}

// Equal keys of two users, and of two attempts of one, give different
// ciphertexts, and none shows the answer. // R20
func TestStoredAnswersAreEncryptedForTheirUserWithARandomNonce(t *testing.T) {
	t.Parallel()
	var seen *commits
	fail := 0
	w := newWorldWith(t, func(s store.Store) store.Store {
		seen = &commits{Store: failing{s, &fail}}
		return seen
	})
	create := func(token string) *apptest.Answer {
		return w.Do(t, token, "POST", "/tokens", `{"name":"a","role":"agent"}`, "Idempotency-Key", "same")
	}
	fail = 1 // the first attempt ends unavailable
	if a := create(w.li.Token); a.Status != 503 {
		t.Fatalf("the first attempt: %d %s", a.Status, a.Body)
	}
	mine, theirs := create(w.li.Token).Want(t, 201), create(w.wang.Token).Want(t, 201)
	if mine.Text("token") == theirs.Text("token") {
		t.Error("two users got one token")
	}
	var bodies [][]byte
	for _, b := range seen.of(access.TokenCollection) {
		bodies = append(bodies, b.Ops[0].Doc.Body)
	}
	if len(bodies) != 3 {
		t.Fatalf("%d commits, want three", len(bodies))
	}
	nonces := map[string]bool{}
	for _, body := range bodies {
		_, rest, _ := bytes.Cut(body, []byte(`"answer":"`))
		nonces[string(rest[:16])] = true // 12 bytes in base64
		if strings.Contains(string(body), mine.Text("token")) {
			t.Error("the stored answer shows the token")
		}
	}
	if len(nonces) != 3 {
		t.Errorf("%d different nonces in three answers", len(nonces))
	}
	if again := create(w.li.Token); again.Status != 201 || again.Body != mine.Body {
		t.Errorf("again: %d %s", again.Status, again.Body)
	}
}

// failing is a store whose next commits of tokens fail.
type failing struct {
	store.Store
	left *int
}

func (f failing) Commit(ctx context.Context, b *store.Batch) error {
	last := b.Ops[len(b.Ops)-1]
	if last.Collection == access.TokenCollection && *f.left > 0 {
		*f.left--
		return store.ErrUnavailable
	}
	return f.Store.Commit(ctx, b)
}
