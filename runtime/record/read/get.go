package read

import (
	"context"
	"encoding/json"
	"errors"

	"weft/runtime/access"
	"weft/runtime/store"
	"weft/schemas"
)

// Get reads one record with its child rows, and its revision. A record that
// the caller may not see is not_found, like one that does not exist.
func (s *Service) Get(ctx context.Context, actor *access.Actor, entity, id string, fields, expand []string) (json.RawMessage, int64, error) {
	r, err := s.reading(ctx, actor, entity, schemas.OpRead)
	if err != nil {
		return nil, 0, err
	}
	ask := r.projection(fields, expand, true)
	if err := r.invalid(); err != nil {
		return nil, 0, err
	}
	d, err := s.store.Get(ctx, entity, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, 0, NotFound()
	}
	if err != nil {
		return nil, 0, readError("get", err)
	}
	if ok, err := r.sees(ctx, d); err != nil || !ok {
		if err == nil {
			err = NotFound()
		}
		return nil, 0, err
	}
	items, err := r.items(ctx, []store.Doc{d}, ask)
	if err != nil {
		return nil, 0, err
	}
	return items[0], d.Rev, nil
}
