package read

import (
	"context"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// sees tells whether a row lies in what the caller may read.
func (r *reading) sees(ctx context.Context, d store.Doc) (bool, error) {
	if r.rights.Scope(r.entity.Key, schemas.OpRead) == nil {
		return true, nil
	}
	doc, err := Decode(d)
	if err != nil {
		return false, err
	}
	return r.seesDoc(ctx, doc)
}

func (r *reading) seesDoc(ctx context.Context, doc map[string]any) (bool, error) {
	if !r.rights.Can(r.entity.Key, schemas.OpRead, doc) {
		return false, nil
	}
	var failed error
	ok := query.Matches(r.rights.UnderParent(r.entity.Key, schemas.OpRead), doc, r.referenced(ctx, &failed))
	return ok && failed == nil, failed
}
