package record

import (
	"context"
	"math/rand/v2"
	"time"

	"weft/runtime/problem"
)

// maxAgain is how often RunAgain calls.
const maxAgain = 12

// RunAgain calls do, which reads records and changes them with their revisions, again
// while they were changed in between. Pauses grow and are left to chance, so that those
// who met do not meet again. It gives back the last error of do.
func RunAgain(ctx context.Context, do func() error) error {
	for try := 1; ; try++ {
		err := do()
		if try == maxAgain || problem.CodeOf(err) != problem.Stale {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rand.N(time.Duration(try) * 8 * time.Millisecond)):
		}
	}
}
