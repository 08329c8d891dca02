package record

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"weft/runtime/problem"
)

// maxAgain is how often RunAgain calls.
const maxAgain = 12

// staleError is the cause of a stale problem.
type staleError struct{ docKey }

func (e *staleError) Error() string { return "stale: " + e.collection + "/" + e.id }

// RunAgain calls do, which reads records and changes them with their revisions, again
// while one of them was changed in between. Those who lost one record take turns, and
// pauses let others, in other processes, come first. It gives back the last error of do.
func (s *Service) RunAgain(ctx context.Context, do func() error) error {
	at := queuePosition{queues: &s.stale}
	defer func() { at.leave() }()
	for try := 1; ; try++ {
		err := do()
		var stale *staleError
		if try == maxAgain || problem.CodeOf(err) != problem.Stale || !errors.As(err, &stale) {
			return err
		}
		if err := at.wait(ctx, stale.docKey); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rand.N(time.Duration(try) * 4 * time.Millisecond)):
		}
	}
}
