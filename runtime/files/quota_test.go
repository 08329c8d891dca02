package files_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"weft/runtime/files"
	"weft/runtime/problem"
)

func TestAllFilesTogetherStayWithinTheQuota(t *testing.T) {
	t.Parallel()
	r := newFixtureWith(t, files.Options{Quota: 100})
	kept := r.put(t, "a.txt", strings.Repeat("a", 60))
	link(t, r, kept)
	loose := r.put(t, "b.txt", strings.Repeat("b", 40))
	for _, n := range []int{1, 40} {
		if _, err := r.Put(t.Context(), "u1", "c.txt", "", strings.NewReader(strings.Repeat("c", n)), 1000); problem.CodeOf(err) != problem.StorageFull {
			t.Errorf("%d bytes more: %v", n, err)
		}
	}
	if _, err := r.BeginPartial(t.Context(), files.Upload{By: "u1", MaxSize: 1000}, 1, ""); problem.CodeOf(err) != problem.StorageFull {
		t.Errorf("in pieces: %v", err)
	}
	if err := r.DeleteUnlinked(t.Context(), loose); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Put(t.Context(), "u1", "c.txt", "", strings.NewReader(strings.Repeat("c", 41)), 1000); problem.CodeOf(err) != problem.StorageFull {
		t.Errorf("41 bytes: %v", err)
	}
	r.put(t, "c.txt", strings.Repeat("c", 40))
	if got := r.keys(t); len(got) != 2 {
		t.Errorf("stored: %v", got)
	}
	r.clock.add(files.UnlinkedRetention + time.Minute)
	if n, err := r.Sweep(t.Context()); n != 1 || err != nil {
		t.Fatalf("swept %d, %v", n, err)
	}
	r.put(t, "d.txt", strings.Repeat("d", 40))
}

func TestNodesShareTheQuota(t *testing.T) {
	t.Parallel()
	r := newFixtureWith(t, files.Options{Quota: 100})
	nodes := []fixture{r, r.again(), r.again()}
	var wg sync.WaitGroup
	var mu sync.Mutex
	kept := 0
	for i := range 24 {
		wg.Go(func() {
			_, err := nodes[i%3].Put(t.Context(), "u1", "a.txt", "", strings.NewReader("0123456789"), 100)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				kept++
			} else if problem.CodeOf(err) != problem.StorageFull {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := r.keys(t); kept != 10 || len(got) != 10 {
		t.Errorf("%d were kept, stored: %v", kept, got)
	}
}

// TestTheQuotaCountsWhatIsThere: also what came while there was none.
func TestTheQuotaCountsWhatIsThere(t *testing.T) {
	t.Parallel()
	r := newFixtureWith(t, files.Options{Quota: 100})
	r.put(t, "a.txt", strings.Repeat("a", 30))
	free := r.with(files.Options{})
	free.put(t, "b.txt", strings.Repeat("b", 30))
	again := r.again()
	again.put(t, "c.txt", strings.Repeat("c", 40))
	if _, err := again.Put(t.Context(), "u1", "d.txt", "", strings.NewReader("d"), 1000); problem.CodeOf(err) != problem.StorageFull {
		t.Errorf("one byte more: %v", err)
	}
	free.put(t, "e.txt", "e")
	if _, err := again.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	f := free.put(t, "f.txt", "f")
	if err := again.DeleteUnlinked(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	if _, err := again.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := again.Put(t.Context(), "u1", "g.txt", "", strings.NewReader("g"), 1000); problem.CodeOf(err) != problem.StorageFull {
		t.Errorf("in the end: %v", err)
	}
}

func TestAUserMayNotLeaveTooMuchLying(t *testing.T) {
	t.Parallel()
	r := newFixtureWith(t, files.Options{UserQuota: 100})
	put := func(by string, n int) error {
		_, err := r.Put(t.Context(), by, "a.txt", "", strings.NewReader(strings.Repeat("a", n)), 1000)
		return err
	}
	first := r.put(t, "first.txt", strings.Repeat("a", 60))
	p := r.begin(t, "pieces.txt", 30)
	if err := put("u1", 11); problem.CodeOf(err) != problem.TooLarge {
		t.Errorf("too much: %v", err)
	}
	if err := put("u2", 11); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	if _, err := r.AppendPartial(t.Context(), p, 0, strings.NewReader(strings.Repeat("p", 30))); err != nil {
		t.Errorf("what was begun is finished: %v", err)
	}
	link(t, r, first)
	if err := put("u1", 70); err != nil {
		t.Errorf("after the first was used: %v", err)
	}
	if err := put("u1", 1); problem.CodeOf(err) != problem.TooLarge {
		t.Errorf("and then: %v", err)
	}
}

func TestAnUploadSentAgainNeedsNoRoom(t *testing.T) {
	t.Parallel()
	r := newFixtureWith(t, files.Options{Quota: 10})
	send := func(text string) (*files.File, error) {
		return r.Store(t.Context(), files.Upload{By: "u1", Name: "a.txt", Key: "k", MaxSize: 100}, strings.NewReader(text))
	}
	first, err := send("0123456789")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := send("0123456789"); err != nil || again.ID != first.ID {
		t.Errorf("again: %v, %v", again, err)
	}
	if _, err := send("other"); problem.CodeOf(err) != problem.Conflict {
		t.Errorf("another body: %v", err)
	}
	if got := r.keys(t); len(got) != 1 {
		t.Errorf("stored: %v", got)
	}
}

// TestUnfinishedUploadsTakeRoom: what was announced is kept free for it, on
// every node, until it is a file or given up.
func TestUnfinishedUploadsTakeRoom(t *testing.T) {
	t.Parallel()
	r := newFixtureWith(t, files.Options{Quota: 100})
	first, second := r.begin(t, "a.txt", 60), r.begin(t, "b.txt", 30)
	wantFull := func(what string, n int) {
		t.Helper()
		if _, err := r.again().Put(t.Context(), "u2", "c.txt", "", strings.NewReader(strings.Repeat("c", n)), 1000); problem.CodeOf(err) != problem.StorageFull {
			t.Errorf("%s, %d bytes: %v", what, n, err)
		}
	}
	wantFull("two are under way", 11)
	if _, err := r.BeginPartial(t.Context(), files.Upload{By: "u2", MaxSize: 1000}, 11, ""); problem.CodeOf(err) != problem.StorageFull {
		t.Errorf("a third: %v", err)
	}
	if _, err := r.AppendPartial(t.Context(), first, 0, strings.NewReader(strings.Repeat("a", 60))); err != nil {
		t.Errorf("what was begun is finished: %v", err)
	}
	wantFull("one is a file", 11)
	if err := r.CancelPartial(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	wantFull("one was given up", 41)
	third := r.begin(t, "d.txt", 40)
	r.clock.add(files.UnlinkedRetention - time.Minute)
	if _, err := r.AppendPartial(t.Context(), third, 0, strings.NewReader("0123")); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantFull("after a sweep", 1)
	r.clock.add(files.UnlinkedRetention + time.Minute)
	if _, err := r.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.put(t, "e.txt", strings.Repeat("e", 100))
	wantFull("in the end", 1)
}

// TestAUserBeginsNoMoreThanHisShare: also not with many requests at once.
func TestAUserBeginsNoMoreThanHisShare(t *testing.T) {
	t.Parallel()
	r := newFixtureWith(t, files.Options{UserQuota: 100})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := r.BeginPartial(t.Context(), files.Upload{By: "u1", MaxSize: 1000}, 60, "")
			if err != nil && problem.CodeOf(err) != problem.TooLarge {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n, err := r.store.Count(t.Context(), "weft_partial_upload", nil, 0); n > 1 || err != nil {
		t.Errorf("%d uploads of 60 bytes each were begun, %v", n, err)
	}
}

// TestAnUploadBegunAgainNeedsNoRoom: it has it already.
func TestAnUploadBegunAgainNeedsNoRoom(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]files.Options{"of all": {Quota: 10}, "of a user": {UserQuota: 10}} {
		r := newFixtureWith(t, o)
		u := files.Upload{By: "u1", Name: "a.txt", Key: "k", MaxSize: 100}
		first, err := r.BeginPartial(t.Context(), u, 10, "")
		if err != nil {
			t.Fatal(err)
		}
		if again, err := r.BeginPartial(t.Context(), u, 10, ""); err != nil || again.ID != first.ID {
			t.Errorf("the quota %s: %v", name, err)
		}
	}
}
