package files_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"weft/runtime/files"
	"weft/runtime/problem"
	"weft/runtime/store"
)

func TestAFileComesBackAsItWasSent(t *testing.T) {
	t.Parallel()
	forEachStorage(t, testAFileComesBack)
}

func testAFileComesBack(t *testing.T, r fixture) {
	body := "%PDF-1.7\n" + strings.Repeat("合同", 100_000)
	f := r.put(t, "合同 2026.pdf", body)
	sum := sha256.Sum256([]byte(body))
	if f.Size != int64(len(body)) || f.SHA256 != hex.EncodeToString(sum[:]) || f.MediaType != "application/pdf" || f.Linked() {
		t.Fatalf("got %+v", f)
	}
	in, found, err := r.Open(t.Context(), f.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	got, err := io.ReadAll(in)
	if err != nil || string(got) != body {
		t.Fatalf("read %d bytes, %v", len(got), err)
	}
	if found.Name != "合同 2026.pdf" || found.By != "u1" || !found.At.Equal(r.clock.now().UTC().Truncate(time.Millisecond)) {
		t.Errorf("got %+v", found)
	}
}

func TestRefusedUploadsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	broken := errors.New("the line went dead")
	for _, c := range []struct {
		name string
		r    io.Reader
		code problem.Code
	}{
		{"one byte too many", strings.NewReader(strings.Repeat("x", 1001)), problem.TooLarge},
		{"nothing", strings.NewReader(""), problem.Invalid},
		{"cut off", io.MultiReader(strings.NewReader("half"), errReader{broken}), problem.Internal},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newFixture(t)
			_, err := r.Put(t.Context(), "u1", "x.txt", "", c.r, 1000)
			if problem.CodeOf(err) != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
			if left := r.blobs(t); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			if n, err := r.store.Count(t.Context(), files.Collection, nil, 0); n != 0 || err != nil {
				t.Errorf("%d documents, %v", n, err)
			}
		})
	}
}

// TestNamesNeverBecomePaths: S-17.
func TestNamesNeverBecomePaths(t *testing.T) {
	t.Parallel()
	forEachStorage(t, testNames)
}

func testNames(t *testing.T, r fixture) {
	for _, name := range []string{"../../x", `..\..\x`, "/etc/passwd", `C:\x`, "a%2e%2e%2f", "\x00", strings.Repeat("长", 300) + ".pdf",
		"CON", "x. ", "x::$DATA", ".", "..", "", "a\r\nSet-Cookie: x", "\u202Egpj.exe", "\xff\xfe"} {
		f := r.put(t, name, "text")
		if strings.ContainsAny(f.Name, "/\\\r\n\x00:") || f.Name == "" || f.Name == ".." || len(f.Name) > 255 {
			t.Errorf("%q is kept as %q", name, f.Name)
		}
		if d := files.Disposition(f.Name); strings.ContainsAny(d, "\r\n") || !strings.HasPrefix(d, "attachment; ") {
			t.Errorf("%q is offered as %q", name, d)
		}
	}
	if got := r.keys(t); len(got) != 16 {
		t.Errorf("stored under %v", got)
	}
	for _, path := range r.blobs(t) {
		base := filepath.Base(path)
		if len(base) != 36 || filepath.Base(filepath.Dir(path)) != base[34:] {
			t.Errorf("stored at %s", path)
		}
	}
}

// TestSweep: R-28.
func TestSweepTakesWhatNoRecordRefersTo(t *testing.T) {
	t.Parallel()
	forEachStorage(t, testSweep)
}

func testSweep(t *testing.T, r fixture) {
	loose, linked := r.put(t, "loose.txt", "a"), r.put(t, "linked.txt", "b")
	link(t, r, linked)
	if n, err := r.Sweep(t.Context()); n != 0 || err != nil {
		t.Fatalf("fresh files: swept %d, %v", n, err)
	}
	r.clock.add(files.UnlinkedRetention + time.Minute)
	fresh := r.put(t, "fresh.txt", "c")
	if n, err := r.Sweep(t.Context()); n != 1 || err != nil {
		t.Fatalf("after a day: swept %d, %v", n, err)
	}
	found, err := r.Lookup(t.Context(), []string{loose.ID, linked.ID, fresh.ID})
	if err != nil || len(found) != 2 || found[0].ID != linked.ID || found[1].ID != fresh.ID {
		t.Fatalf("left: %+v, %v", found, err)
	}
	// Let go, it has a day; then it goes too.
	ops, err := files.UnlinkOps(found[:1], r.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	commit(t, r, ops)
	if n, err := r.Sweep(t.Context()); n != 0 || err != nil {
		t.Fatalf("just unlinked: swept %d, %v", n, err)
	}
	r.clock.add(files.UnlinkedRetention + time.Minute)
	if n, err := r.Sweep(t.Context()); n != 3 || err != nil {
		t.Fatalf("two files, and the bytes of the first: swept %d, %v", n, err)
	}
	r.clock.add(files.UnlinkedRetention + time.Minute)
	if n, err := r.Sweep(t.Context()); n != 2 || err != nil || len(r.keys(t)) != 0 {
		t.Fatalf("in the end: swept %d, %v, left %v", n, err, r.keys(t))
	}
}

func TestSweepTakesBytesThatNoDocumentKnows(t *testing.T) {
	t.Parallel()
	r := newFixture(t)
	kept := r.put(t, "kept.txt", "a")
	link(t, r, kept)
	crashed := newKey()
	lost := []string{filepath.Join(r.dir, "tmp", uuid.NewString()), filepath.Join(filepath.Dir(r.blobs(t)[0]), crashed[:34]+kept.ID[34:])}
	for _, path := range lost {
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		r.clock.add(files.UnlinkedRetention + time.Minute)
		if n, err := r.Sweep(t.Context()); n != 1 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
	}
	if left := r.blobs(t); len(left) != 1 || filepath.Base(left[0]) != kept.ID {
		t.Errorf("left: %v", left)
	}
}

func TestALinkAndASweepCannotBothHappen(t *testing.T) {
	t.Parallel()
	r := newFixture(t)
	f := r.put(t, "a.txt", "a")
	ops, err := files.LinkOps([]files.File{*f}, "deal", "r1", "contract")
	if err != nil {
		t.Fatal(err)
	}
	r.clock.add(files.UnlinkedRetention + time.Minute)
	if n, err := r.Sweep(t.Context()); n != 1 || err != nil {
		t.Fatalf("swept %d, %v", n, err)
	}
	if err := r.store.Commit(t.Context(), &store.Batch{Ops: ops}); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a swept file was linked: %v", err)
	}
}

func TestMissingNamesFilesWithoutBytes(t *testing.T) {
	t.Parallel()
	forEachStorage(t, testMissing)
}

func testMissing(t *testing.T, r fixture) {
	r.put(t, "a.txt", "a")
	gone := r.put(t, "b.txt", "b")
	if err := r.storage.Remove(t.Context(), gone.ID); err != nil {
		t.Fatal(err)
	}
	missing, count, err := r.FindMissingBytes(t.Context())
	if err != nil || count != 2 || len(missing) != 1 || missing[0] != gone.ID {
		t.Errorf("got %v of %d, %v", missing, count, err)
	}
	if _, _, err := r.Open(t.Context(), gone.ID); problem.CodeOf(err) != problem.NotFound {
		t.Errorf("open: %v", err)
	}
}
