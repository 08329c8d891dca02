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

func (r fixture) begin(t *testing.T, name string, length int) *files.PartialUpload {
	t.Helper()
	p, err := r.BeginPartial(t.Context(), files.Upload{By: "u1", Name: name, MaxSize: 1 << 30}, int64(length), "")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAnUploadGoesOnWhereItBrokeOff(t *testing.T) {
	t.Parallel()
	forEachStorage(t, func(t *testing.T, r fixture) {
		body := randomBytes(20 << 20)
		copy(body, "%PDF-1.7 ")
		p := r.begin(t, "../合同.pdf", len(body))
		// The line breaks in the middle of the second piece.
		broken := errors.New("the line went dead")
		at := 18 << 20
		if f, err := r.AppendPartial(t.Context(), p, 0, io.MultiReader(bytes.NewReader(body[:at]), errReader{broken})); f != nil || !errors.Is(err, broken) {
			t.Fatalf("got %v, %v", f, err)
		}
		// Another node goes on.
		other := r.again()
		p, err := other.FindPartial(t.Context(), p.ID, "u1")
		if err != nil || p.Offset != int64(at) || p.Length != int64(len(body)) {
			t.Fatalf("got %+v, %v", p, err)
		}
		if f, err := other.AppendPartial(t.Context(), p, p.Offset, bytes.NewReader(body[at:at+10])); f != nil || err != nil {
			t.Fatalf("got %v, %v", f, err)
		}
		f, err := other.AppendPartial(t.Context(), p, p.Offset, bytes.NewReader(body[at+10:]))
		if err != nil {
			t.Fatal(err)
		}
		if f.Name != "合同.pdf" || f.MediaType != "application/pdf" || f.Size != int64(len(body)) || f.By != "u1" {
			t.Errorf("got %+v", f)
		}
		r.holds(t, f, body)
		if p, err = r.FindPartial(t.Context(), p.ID, "u1"); err != nil || p.File != f.ID || p.Offset != p.Length {
			t.Errorf("afterwards: %+v, %v", p, err)
		}
		if again, err := r.AppendPartial(t.Context(), p, p.Length, strings.NewReader("")); err != nil || again.ID != f.ID {
			t.Errorf("asked again: %v, %v", again, err)
		}
		if left := r.keys(t); len(left) != 1 || left[0] != f.ID {
			t.Errorf("stored: %v", left)
		}
	})
}

func TestUploadsInPiecesThatAreRefused(t *testing.T) {
	t.Parallel()
	r := newFixture(t)
	for name, c := range map[string]struct {
		length int64
		code   problem.Code
	}{"nothing": {0, problem.Invalid}, "below nothing": {-1, problem.Invalid}, "too much": {1001, problem.TooLarge}} {
		if _, err := r.BeginPartial(t.Context(), files.Upload{By: "u1", MaxSize: 1000}, c.length, ""); problem.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	p := r.begin(t, "a.txt", 10)
	if _, err := r.FindPartial(t.Context(), p.ID, "u2"); problem.CodeOf(err) != problem.NotFound {
		t.Errorf("another user: %v", err)
	}
	for _, offset := range []int64{-1, 1, 10} {
		if _, err := r.AppendPartial(t.Context(), p, offset, strings.NewReader("x")); problem.CodeOf(err) != problem.Conflict {
			t.Errorf("at %d: %v", offset, err)
		}
	}
	if _, err := r.AppendPartial(t.Context(), p, 0, strings.NewReader("eleven chars")); problem.CodeOf(err) != problem.TooLarge || p.Offset != 0 {
		t.Errorf("beyond the length: %v, %+v", err, p)
	}
	if _, err := r.AppendPartial(t.Context(), p, 0, strings.NewReader("0123")); err != nil {
		t.Fatal(err)
	}
	stale := *p
	if _, err := r.AppendPartial(t.Context(), p, 4, strings.NewReader("45")); err != nil {
		t.Fatal(err)
	}
	stale.Offset = 4
	if _, err := r.AppendPartial(t.Context(), &stale, 4, strings.NewReader("45")); problem.CodeOf(err) != problem.Conflict {
		t.Errorf("two at once: %v", err)
	}
	late := *p
	f, err := r.AppendPartial(t.Context(), p, 6, strings.NewReader("6789"))
	if err != nil {
		t.Fatal(err)
	}
	r.holds(t, f, []byte("0123456789"))
	if _, err := r.AppendPartial(t.Context(), &late, 6, strings.NewReader("6789")); problem.CodeOf(err) != problem.Conflict {
		t.Errorf("after its end: %v", err)
	}
}

func TestOfUploadsThatEndAtOnceOneIsTheFile(t *testing.T) {
	t.Parallel()
	r := newFixture(t)
	p := r.begin(t, "a.txt", 5)
	var wg sync.WaitGroup
	made := make([]*files.File, 8)
	for i := range made {
		mine := *p
		wg.Go(func() {
			f, err := r.AppendPartial(t.Context(), &mine, 0, strings.NewReader("hello"))
			if err != nil && problem.CodeOf(err) != problem.Conflict {
				t.Error(err)
			}
			made[i] = f
		})
	}
	wg.Wait()
	n := 0
	for _, f := range made {
		if f != nil {
			n++
		}
	}
	if left := r.keys(t); n != 1 || len(left) != 1 {
		t.Errorf("%d files, stored: %v", n, left)
	}
}

func TestAnUploadUnderAKeyIsBegunOnce(t *testing.T) {
	t.Parallel()
	r := newFixture(t)
	begin := func(by, key, name string, length int64) (*files.PartialUpload, error) {
		return r.BeginPartial(t.Context(), files.Upload{By: by, Key: key, Name: name, MaxSize: 100}, length, "")
	}
	first, err := begin("u1", "k", "a.txt", 10)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.AppendPartial(t.Context(), first, 0, strings.NewReader("0123")); err != nil {
		t.Fatal(err)
	}
	if again, err := begin("u1", "k", "a.txt", 10); err != nil || again.ID != first.ID || again.Offset != 4 {
		t.Errorf("again: %+v, %v", again, err)
	}
	if _, err := begin("u1", "k", "a.txt", 11); problem.CodeOf(err) != problem.Conflict {
		t.Errorf("another length: %v", err)
	}
	for name, u := range map[string]files.Upload{
		"another field":   {Field: "visit/photos"},
		"other types":     {Accept: []string{"image/*"}},
		"kept as sent":    {KeepMetadata: true},
		"a declared type": {MediaType: "text/csv"},
	} {
		u.By, u.Key, u.Name, u.MaxSize = "u1", "k", "a.txt", 100
		if _, err := r.BeginPartial(t.Context(), u, 10, ""); problem.CodeOf(err) != problem.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	if other, err := begin("u2", "k", "a.txt", 10); err != nil || other.ID == first.ID {
		t.Errorf("another user: %+v, %v", other, err)
	}
}

// TestAKeyOutlivesItsUpload: what has expired is begun anew, whether it was
// swept meanwhile or not.
func TestAKeyOutlivesItsUpload(t *testing.T) {
	t.Parallel()
	r := newFixture(t)
	u := files.Upload{By: "u1", Key: "k", Name: "a.txt", MaxSize: 100}
	first, err := r.BeginPartial(t.Context(), u, 10, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.AppendPartial(t.Context(), first, 0, strings.NewReader("0123")); err != nil {
		t.Fatal(err)
	}
	r.clock.add(files.UnlinkedRetention + time.Minute)
	again, err := r.BeginPartial(t.Context(), u, 10, "")
	if err != nil || again.Offset != 0 {
		t.Fatalf("got %+v, %v", again, err)
	}
	if left := r.keys(t); len(left) != 0 {
		t.Errorf("stored: %v", left)
	}
	f, err := r.AppendPartial(t.Context(), again, 0, strings.NewReader("9876543210"))
	if err != nil {
		t.Fatal(err)
	}
	r.holds(t, f, []byte("9876543210"))
}

func TestUploadsThatAreLeftAreSwept(t *testing.T) {
	t.Parallel()
	forEachStorage(t, func(t *testing.T, r fixture) {
		left, going := r.begin(t, "left.txt", 10), r.begin(t, "going.txt", 10)
		for _, p := range []*files.PartialUpload{left, going} {
			if _, err := r.AppendPartial(t.Context(), p, 0, strings.NewReader("0123")); err != nil {
				t.Fatal(err)
			}
		}
		r.clock.add(files.UnlinkedRetention - time.Minute)
		if _, err := r.AppendPartial(t.Context(), going, 4, strings.NewReader("45")); err != nil {
			t.Fatal(err)
		}
		r.clock.add(2 * time.Minute)
		if _, err := r.FindPartial(t.Context(), left.ID, "u1"); problem.CodeOf(err) != problem.NotFound {
			t.Errorf("an expired upload: %v", err)
		}
		if _, err := r.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := r.keys(t); len(got) != 2 || !strings.HasPrefix(got[0], going.ID) {
			t.Errorf("stored: %v", got)
		}
		f, err := r.AppendPartial(t.Context(), going, 6, strings.NewReader("6789"))
		if err != nil {
			t.Fatal(err)
		}
		r.holds(t, f, []byte("0123456789"))
		given := r.begin(t, "given up.txt", 10)
		if _, err := r.AppendPartial(t.Context(), given, 0, strings.NewReader("0123")); err != nil {
			t.Fatal(err)
		}
		if err := r.CancelPartial(t.Context(), given); err != nil {
			t.Fatal(err)
		}
		if got := r.keys(t); len(got) != 1 || got[0] != f.ID {
			t.Errorf("stored: %v", got)
		}
	})
}
