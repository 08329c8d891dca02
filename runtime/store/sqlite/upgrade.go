package sqlite

import (
	"context"
	"fmt"

	"weft/runtime/store"
)

// upgradeText derives sort keys and search words anew when an older weft,
// whose folding or collation was another one, wrote the file.
func (s *Store) upgradeText(_ context.Context, c *conn) error {
	format, err := c.number("SELECT value FROM weft_state WHERE key=?", stateText)
	switch {
	case err != nil || format == textFormat:
		return err
	case format > textFormat:
		return fmt.Errorf("%w: text format %d, this program knows %d", store.ErrTooNew, format, textFormat)
	}
	return nil
}
