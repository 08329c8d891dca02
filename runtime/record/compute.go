package record

import (
	"context"
	"fmt"
	"strings"
	"time"

	"weft/runtime/model"
	"weft/schemas"
)

// compute brings the formulas of an item up to date and tells whether one of
// them has another value now. A formula that cannot be computed on these values
// (a division by nothing, a value too great) leaves its field unset: the record
// can still be saved and the formula mended.
func (u *unit) compute(ctx context.Context, it *item) (changed bool, err error) {
	for _, f := range it.entity.Formulas {
		var failed error
		v, err := f.Formula.Eval(func(path string) any {
			v, err := u.valueAt(ctx, it, path)
			if err != nil {
				failed = err
			}
			return v
		}, u.now())
		if failed != nil {
			return changed, fmt.Errorf("record: formula %s.%s: %w", it.entity.Key, f.Key, failed)
		}
		if err != nil {
			v = nil
		}
		changed = it.set(f.Key, storedForm(v)) && !f.UsesClock || changed
	}
	return changed, nil
}

// now is the moment of the change in the organisation's time zone: days are
// those of the people.
func (u *unit) now() time.Time { return u.at.In(u.s.zone) }

// valueAt reads an own field, or one across a reference, whose record the
// commit then relies on.
func (u *unit) valueAt(ctx context.Context, it *item, path string) (any, error) {
	via, far, crosses := strings.Cut(path, ".")
	if !crosses {
		return it.after[path], nil
	}
	f := it.entity.ByKey[via]
	id, _ := it.after[via].(string)
	if f == nil || f.Target == nil || id == "" {
		return nil, nil
	}
	doc, err := u.find(ctx, f.Target.Key, id, true)
	if err != nil || doc == nil {
		return nil, err
	}
	return doc[far], nil
}

// diff finds the fields that an item changes.
func (it *item) diff() []*model.Field {
	it.changed = it.changed[:0]
	for _, f := range it.entity.Fields {
		if f.UsesClock {
			continue // moves by itself
		}
		if f.Def.FieldType == schemas.TypeChildRows {
			if it.rowsAfter[f.Key] != nil || it.rowsBefore[f.Key] != nil {
				it.changed = append(it.changed, f)
			}
			continue
		}
		if !sameValue(it.before[f.Key], it.after[f.Key]) {
			it.changed = append(it.changed, f)
		}
	}
	return it.changed
}
