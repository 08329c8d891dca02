package files_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/uuid"

	"weft/runtime/files"
	"weft/runtime/files/s3test"
)

// storages are all there are; a suite over them is run on each.
var storages = map[string]func(testing.TB) files.Storage{
	"folder": func(t testing.TB) files.Storage { return files.NewFolder(filepath.Join(t.TempDir(), "files")) },
	"s3":     func(t testing.TB) files.Storage { return newBucket(t, s3test.Open(t)) },
}

func options(b s3test.Bucket) files.S3Options {
	scheme := "http://"
	if b.Secure {
		scheme = "https://"
	}
	return files.S3Options{Endpoint: scheme + b.Endpoint, Region: b.Region, Bucket: b.Name, Prefix: "weft/files",
		AccessKey: b.AccessKey, SecretKey: b.SecretKey, PathStyle: true, Timeout: 30 * time.Second}
}

func newBucket(t testing.TB, b s3test.Bucket) *files.Bucket {
	t.Helper()
	bucket, err := files.NewBucket(options(b))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bucket.Close() })
	return bucket
}

func eachStorage(t *testing.T, run func(*testing.T, files.Storage)) {
	for name, open := range storages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, open(t))
		})
	}
}

func newKey() string { return uuid.Must(uuid.NewV7()).String() }

func randomBytes(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n)})
	_, _ = r.Read(b)
	return b
}

func keys(t *testing.T, s files.Storage, id string) []string {
	t.Helper()
	var list []string
	err := s.List(t.Context(), id, func(f files.StoredObject) error {
		list = append(list, f.Key)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return list
}

func TestStorageGivesBackWhatItTook(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, s files.Storage) {
		// Around the size of a part, and several parts.
		for _, n := range []int{1, 128<<10 + 1, 16 << 20, 17 << 20} {
			key, body := newKey(), randomBytes(n)
			if err := s.Put(t.Context(), key, iotest.HalfReader(bytes.NewReader(body))); err != nil {
				t.Fatalf("put %d bytes: %v", n, err)
			}
			in, err := s.Open(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			if n < 1<<20 {
				err = iotest.TestReader(in, body)
			} else {
				var got []byte
				if got, err = io.ReadAll(in); err == nil && !bytes.Equal(got, body) {
					t.Errorf("%d bytes came back as %d other ones", n, len(got))
				}
			}
			if err = errors.Join(err, in.Close()); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestStorageReadsFromAnyPlace(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, s files.Storage) {
		key, body := newKey(), randomBytes(100_000)
		if err := s.Put(t.Context(), key, bytes.NewReader(body)); err != nil {
			t.Fatal(err)
		}
		in, err := s.Open(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		if err := iotest.TestReader(in, body); err != nil {
			t.Error(err)
		}
	})
}

func TestStorageKeepsTheLastOfAKey(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, s files.Storage) {
		id := newKey()
		for _, k := range []string{id, id + ".small", newKey()} {
			for _, text := range []string{"first", "second"} {
				if err := s.Put(t.Context(), k, strings.NewReader(text)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := keys(t, s, id); !slices.Equal(got, []string{id, id + ".small"}) {
			t.Errorf("of one id: %v", got)
		}
		if got := keys(t, s, ""); len(got) != 3 {
			t.Errorf("all: %v", got)
		}
		in, err := s.Open(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		if text, err := io.ReadAll(in); string(text) != "second" || err != nil {
			t.Errorf("read %q, %v", text, err)
		}
	})
}

func TestStorageForgets(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, s files.Storage) {
		key := newKey()
		if _, err := s.Open(t.Context(), key); !errors.Is(err, files.ErrNotStored) {
			t.Errorf("open before: %v", err)
		}
		if err := s.Put(t.Context(), key, strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.Remove(t.Context(), key); err != nil {
				t.Errorf("remove: %v", err)
			}
		}
		if _, err := s.Open(t.Context(), key); !errors.Is(err, files.ErrNotStored) {
			t.Errorf("open after: %v", err)
		}
		if got := keys(t, s, ""); len(got) != 0 {
			t.Errorf("left: %v", got)
		}
	})
}

// TestStorageTakesAllOrNothing: R-28.
func TestStorageTakesAllOrNothing(t *testing.T) {
	t.Parallel()
	broken := errors.New("the line went dead")
	eachStorage(t, func(t *testing.T, s files.Storage) {
		for _, n := range []int{0, 100, 17 << 20, 32 << 20} {
			err := s.Put(t.Context(), newKey(), io.MultiReader(bytes.NewReader(randomBytes(n)), errReader{broken}))
			if !errors.Is(err, broken) {
				t.Errorf("cut off after %d bytes: %v", n, err)
			}
		}
		if got := keys(t, s, ""); len(got) != 0 {
			t.Errorf("left: %v", got)
		}
		if n, err := s.CleanIncomplete(t.Context(), time.Now().Add(time.Hour)); n != 0 || err != nil {
			t.Errorf("cleaned %d, %v", n, err)
		}
	})
}
