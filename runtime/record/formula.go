package record

import (
	"context"
	"fmt"
	"strings"

	"weft/runtime/model"
	"weft/schemas"
)

// compute brings the formulas and clocks of a record up to date and tells whether one of
// them has another value now. A formula that cannot be computed on these values
// (a division by nothing, a value too great) leaves its field unset: the record
// can still be saved and the formula mended.
func (df *derivedFields) compute(ctx context.Context, ch *change) (changed bool, err error) {
	for _, f := range ch.entity.Formulas {
		if f.Clock != nil {
			moved, err := df.computeClock(ctx, ch, f.Clock)
			if err != nil {
				return changed, err
			}
			changed = changed || moved
			continue
		}
		var failed error
		v, err := f.Formula.Eval(func(path string) any {
			v, err := df.valueAt(ctx, ch, path)
			if err != nil {
				failed = err
			}
			return v
		}, df.now())
		if failed != nil {
			return changed, fmt.Errorf("record: formula %s.%s: %w", ch.entity.Key, f.Key, failed)
		}
		if err != nil {
			v = nil
		}
		changed = ch.set(f.Key, storedForm(v)) && !f.UsesClock || changed
	}
	return changed, nil
}

// valueAt reads an own field, or one across a reference, whose record the
// commit then relies on.
func (df *derivedFields) valueAt(ctx context.Context, ch *change, path string) (any, error) {
	via, far, crosses := strings.Cut(path, ".")
	if !crosses {
		return ch.after[path], nil
	}
	f := ch.entity.ByKey[via]
	id, _ := ch.after[via].(string)
	if f == nil || f.Target == nil || id == "" {
		return nil, nil
	}
	doc, err := df.find(ctx, f.Target.Key, id, true)
	if err != nil || doc == nil {
		return nil, err
	}
	return doc[far], nil
}

// diff finds the fields that a change alters.
func (ch *change) diff() []*model.Field {
	ch.changed = ch.changed[:0]
	for _, f := range ch.entity.Fields {
		if f.UsesClock {
			continue // moves by itself
		}
		if f.Def.FieldType == schemas.TypeChildRows {
			if ch.rowsAfter[f.Key] != nil || ch.rowsBefore[f.Key] != nil {
				ch.changed = append(ch.changed, f)
			}
			continue
		}
		if !ch.keeps(f) {
			ch.changed = append(ch.changed, f)
		}
	}
	return ch.changed
}

// keeps tells whether a change leaves a field as it was.
func (ch *change) keeps(f *model.Field) bool {
	if f.Clock == nil {
		return sameValue(ch.before[f.Key], ch.after[f.Key])
	}
	for _, key := range f.StoredKeys() {
		if !sameValue(ch.before[key], ch.after[key]) {
			return false
		}
	}
	return true
}
