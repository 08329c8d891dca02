package access

import (
	"context"
	"time"

	"weft/runtime/query"
	"weft/runtime/store/table"
)

// useInterval is how often the use of a session or token is written down.
const useInterval = 5 * time.Minute

// secretUse is when a session or token was last used. It has a collection of
// its own: writing it must not invalidate the cached secrets of other nodes.
type secretUse struct {
	ID        string `json:"id"` // of the session or token
	Rev       int64  `json:"rev"`
	UsedAt    string `json:"used_at"`
	ExpiresAt string `json:"expires_at,omitempty"` // of the session or token
}

var useTable = table.New(UseCollection, func(u *secretUse) (*string, *int64) { return &u.ID, &u.Rev })

// lastUse is the later of the time in the session or token and the recorded use.
func lastUse(stored string, use *secretUse) time.Time {
	at := parseInstant(stored)
	if use != nil {
		if used := parseInstant(use.UsedAt); used.After(at) {
			return used
		}
	}
	return at
}

// use reads the recorded use of one session or token; nil for none.
func (s *Service) use(ctx context.Context, id string) (*secretUse, error) {
	list, err := useTable.GetMany(ctx, s.Store, []string{id})
	if err != nil || len(list) == 0 {
		return nil, storeProblem(err)
	}
	return &list[0], nil
}

// uses reads the recorded uses of a list, by id.
func (s *Service) uses(ctx context.Context, ids []string) (map[string]*secretUse, error) {
	list, err := useTable.GetMany(ctx, s.Store, ids)
	if err != nil {
		return nil, storeProblem(err)
	}
	out := make(map[string]*secretUse, len(list))
	for i := range list {
		out[list[i].ID] = &list[i]
	}
	return out, nil
}

// recordUse writes down that a secret is in use, at most every useInterval, and
// never delays the request: when it cannot be written, the session ends earlier.
func (s *Service) recordUse(ctx context.Context, e *cachedSecret, now time.Time) {
	last := e.usedAt.Load()
	if now.UnixNano()-last < int64(useInterval) || !e.usedAt.CompareAndSwap(last, now.UnixNano()) {
		return
	}
	use, err := s.use(ctx, e.id)
	if err != nil {
		return
	}
	if use == nil {
		use = &secretUse{ID: e.id}
	}
	use.UsedAt = query.FormatInstant(now)
	if !e.expires.IsZero() {
		use.ExpiresAt = query.FormatInstant(e.expires)
	}
	_ = useTable.Save(ctx, s.Store, use)
}
