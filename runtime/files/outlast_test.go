package files_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"weft/runtime/files"
)

// put is a storage whose every Put is a test's.
type put struct {
	files.Storage
	do func(context.Context) error
}

func (p put) Put(ctx context.Context, _ string, _ io.Reader) error { return p.do(ctx) }

// TestAPieceMayTakeItsTime: a bucket at the end of a slow line is waited for as
// long as the caller waits, and ten seconds more after the connection broke.
func TestAPieceMayTakeItsTime(t *testing.T) {
	t.Parallel()
	r := newFixture(t)
	p := r.begin(t, "a.txt", 10)
	errEnded := errors.New("the bucket was not waited for any more")
	append := func(ctx context.Context, do func(context.Context) error) error {
		s := files.New(files.Options{Store: r.store, Storage: put{r.storage, do}})
		_, err := s.AppendPartial(ctx, p, 0, strings.NewReader("0123"))
		return err
	}
	synctest.Test(t, func(t *testing.T) {
		caller, hangUp := context.WithCancel(t.Context())
		var took time.Duration
		err := append(caller, func(ctx context.Context) error {
			time.Sleep(10 * time.Minute)
			if ctx.Err() != nil {
				t.Error("it was cut off while the caller waited")
			}
			hangUp()
			gone := time.Now()
			<-ctx.Done()
			took = time.Since(gone)
			return errEnded
		})
		if !errors.Is(err, errEnded) || took != 10*time.Second {
			t.Errorf("it was waited for %s without a caller, %v", took, err)
		}
	})
}
