package files_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"weft/runtime/files"
)

// leaving is a storage whose caller goes away as soon as the bytes are there.
type leaving struct {
	files.Storage
	leave context.CancelFunc
}

func (l leaving) Put(ctx context.Context, key string, r io.Reader) error {
	defer l.leave()
	return l.Storage.Put(ctx, key, r)
}

func (l leaving) Remove(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err // as a bucket does
	}
	return l.Storage.Remove(ctx, key)
}

// TestWhatWasSentTwiceIsTakenAway: also when the caller is gone.
func TestWhatWasSentTwiceIsTakenAway(t *testing.T) {
	t.Parallel()
	r := newFixture(t)
	u := files.Upload{By: "u1", Name: "a.txt", Key: "k", MaxSize: 100}
	first, err := r.Store(t.Context(), u, strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	again := files.New(files.Options{Store: r.store, Storage: leaving{r.storage, leave}, Now: r.clock.now})
	_, _ = again.Store(ctx, u, strings.NewReader("hello")) // the caller is gone
	if left := r.keys(t); len(left) != 1 || left[0] != first.ID {
		t.Errorf("stored: %v", left)
	}
}
