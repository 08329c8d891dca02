package app

import (
	"context"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/record"
	"weft/runtime/store"
)

// endAccess ends the sessions and tokens of a user in the commit that
// deactivates the user, so that none works again after a later activation.
type endAccess struct{ access *access.Service }

// Jobs implements record.Effect.
func (e endAccess) Jobs(ctx context.Context, _ record.Call, _ *model.Model, ev *record.Event) ([]store.Op, error) {
	if ev.Entity != "user" || ev.Before["active"] != true || ev.After["active"] == true {
		return nil, nil
	}
	return e.access.EndAccessOps(ctx, ev.ID)
}
