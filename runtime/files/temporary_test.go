package files_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"weft/runtime/files"
	"weft/runtime/problem"
)

func (r fixture) putTemporary(t *testing.T, owner, name, body string) *files.TemporaryFile {
	t.Helper()
	f, err := r.PutTemporary(t.Context(), files.TemporaryFile{Owner: owner, Name: name, By: "u1", Expires: r.clock.now().Add(72 * time.Hour)}, strings.NewReader(body), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAnyNodeReadsTheTemporaryFilesOfAnOwner(t *testing.T) { // B6
	t.Parallel()
	forEachStorage(t, func(t *testing.T, r fixture) {
		first := r.putTemporary(t, "import/1", "../客户.csv", "name\n甲\n")
		r.putTemporary(t, "import/1", "b.csv", "name\n乙\n")
		r.putTemporary(t, "import/2", "c.csv", "other")
		if first.Name != "客户.csv" || first.Size != 9 || first.SHA256 == "" {
			t.Errorf("stored %+v", first)
		}
		other := r.again()
		list, err := other.TemporaryFiles(t.Context(), "import/1")
		if err != nil || len(list) != 2 || list[0].ID != first.ID || list[1].Name != "b.csv" || !list[0].Expires.Equal(first.Expires.Truncate(time.Millisecond)) {
			t.Fatalf("got %+v, %v", list, err)
		}
		in, err := other.OpenTemporary(t.Context(), list[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		if got, err := io.ReadAll(in); err != nil || !bytes.Equal(got, []byte("name\n甲\n")) {
			t.Errorf("got %q, %v", got, err)
		}
		for range 2 { // a second time is no error
			if err := other.DeleteTemporary(t.Context(), "import/1"); err != nil {
				t.Fatal(err)
			}
		}
		if list, err := r.TemporaryFiles(t.Context(), "import/1"); len(list) > 0 || err != nil {
			t.Errorf("afterwards %+v, %v", list, err)
		}
		if _, err := r.OpenTemporary(t.Context(), first.ID); !errors.Is(err, files.ErrNotStored) {
			t.Errorf("open after deletion: %v", err)
		}
		if got := r.keys(t); len(got) != 1 {
			t.Errorf("stored: %v", got)
		}
	})
}

func TestTemporaryFilesStayUntilTheyExpire(t *testing.T) {
	t.Parallel()
	r := newFixture(t)
	r.putTemporary(t, "import/1", "a.csv", "abc")
	r.clock.add(71 * time.Hour)
	for range 2 {
		r.sweep(t)
	}
	if list, err := r.TemporaryFiles(t.Context(), "import/1"); len(list) != 1 || err != nil || len(r.keys(t)) != 1 {
		t.Fatalf("before: %+v, %v, stored %v", list, err, r.keys(t))
	}
	r.clock.add(2 * time.Hour)
	r.sweep(t)
	if list, err := r.TemporaryFiles(t.Context(), "import/1"); len(list) != 0 || err != nil || len(r.keys(t)) != 0 {
		t.Errorf("after: %+v, %v, stored %v", list, err, r.keys(t))
	}
}

func TestTemporaryFilesCountForTheQuotas(t *testing.T) { // R12
	t.Parallel()
	put := func(r fixture, by string, n int) error {
		_, err := r.PutTemporary(t.Context(), files.TemporaryFile{Owner: "import/" + by, Name: "a.csv", By: by, Expires: r.clock.now().Add(time.Hour)}, strings.NewReader(strings.Repeat("a", n)), 1000)
		return err
	}
	for name, c := range map[string]struct {
		options files.Options
		code    problem.Code
	}{"of all": {files.Options{Quota: 100}, problem.StorageFull}, "of a user": {files.Options{UserQuota: 100}, problem.TooLarge}} {
		r := newFixtureWith(t, c.options)
		if err := put(r, "u1", 60); err != nil {
			t.Fatal(err)
		}
		if err := put(r, "u1", 41); problem.CodeOf(err) != c.code {
			t.Errorf("quota %s, another one: %v", name, err)
		}
		if _, err := r.Put(t.Context(), "u1", "b.txt", "", strings.NewReader(strings.Repeat("b", 41)), 1000); problem.CodeOf(err) != c.code {
			t.Errorf("quota %s, a file: %v", name, err)
		}
		if got := r.keys(t); len(got) != 1 {
			t.Errorf("quota %s, stored: %v", name, got)
		}
		if err := r.DeleteTemporary(t.Context(), "import/u1"); err != nil {
			t.Fatal(err)
		}
		if err := put(r, "u1", 100); err != nil {
			t.Errorf("quota %s, after deletion: %v", name, err)
		}
		r.sweep(t)
		if err := put(r, "u1", 1); problem.CodeOf(err) != c.code {
			t.Errorf("quota %s, after a sweep: %v", name, err)
		}
	}
}

func TestConcurrentTemporaryFilesStayWithinTheQuotaOfAUser(t *testing.T) {
	t.Parallel()
	r := newFixtureWith(t, files.Options{UserQuota: 100})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := r.PutTemporary(t.Context(), files.TemporaryFile{Owner: "import/1", By: "u1", Expires: r.clock.now().Add(time.Hour)}, strings.NewReader(strings.Repeat("a", 60)), 1000)
			if err != nil && problem.CodeOf(err) != problem.TooLarge {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if list, err := r.TemporaryFiles(t.Context(), "import/1"); len(list) > 1 || err != nil || len(r.keys(t)) != len(list) {
		t.Errorf("%d files of 60 bytes each are stored, keys %v, %v", len(list), r.keys(t), err)
	}
}

func TestTemporaryFilesThatAreTooLargeOrEmptyAreRefused(t *testing.T) {
	t.Parallel()
	r := newFixture(t)
	for body, code := range map[string]problem.Code{"": problem.Invalid, "eleven char": problem.TooLarge} {
		if _, err := r.PutTemporary(t.Context(), files.TemporaryFile{Owner: "import/1", By: "u1"}, strings.NewReader(body), 10); problem.CodeOf(err) != code {
			t.Errorf("%q: %v", body, err)
		}
	}
	if got := r.keys(t); len(got) != 0 {
		t.Errorf("stored: %v", got)
	}
}
