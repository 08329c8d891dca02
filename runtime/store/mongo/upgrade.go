package mongo

import (
	"context"
)

func (s *Store) upgradeText(ctx context.Context) error { return ctx.Err() }
