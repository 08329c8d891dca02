package mongo

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"weft/runtime/query"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// backfillBatch is how many documents one command updates.
const backfillBatch = 500

// backfill gives existing documents what encode would give them and what they
// may lack. It searches again until nothing is left, since other processes may
// write by an older definition until they learn of this one. Revisions do not
// change, and watchers are not notified.
func (d *definitions) backfill(ctx context.Context, k *collection) error {
	for _, field := range slices.Sorted(maps.Keys(k.heldForms)) {
		for {
			mended, err := d.backfillField(ctx, k, field)
			if err != nil {
				return fmt.Errorf("backfill of %s of %s: %w", field, k.Name, err)
			}
			if mended == 0 {
				break
			}
		}
	}
	return nil
}

// backfillField returns how many documents it has updated.
func (d *definitions) backfillField(ctx context.Context, k *collection, field string) (mended int64, err error) {
	held, want := k.heldForms[field], k.wantedForms(field)
	steps := []struct {
		needed bool
		mend   func() (int64, error)
	}{
		{held.Mixed, func() (int64, error) { return d.backfillKind(ctx, k, field) }},
		{want.Unset && !held.Unset, func() (int64, error) { return d.backfillUnset(ctx, k, field) }},
		{want.Sorted && !held.Sorted, func() (int64, error) {
			return d.backfillText(ctx, k, field, sortField(field), query.SortKey)
		}},
		{want.Folded && !held.Folded || want.Fold && !held.Fold, func() (int64, error) { return d.backfillFold(ctx, k, field, want.Folded) }},
	}
	for _, step := range steps {
		if !step.needed {
			continue
		}
		if err := d.injectedFault(); err != nil {
			return mended, err
		}
		n, err := step.mend()
		mended += n
		if err != nil {
			return mended, err
		}
	}
	return mended, nil
}

// backfillUnset sets missing marks and removes those from a time when the field
// was in no index.
func (d *definitions) backfillUnset(ctx context.Context, k *collection, field string) (mended int64, err error) {
	mark := unsetField(field)
	for _, step := range []struct{ filter, update bson.D }{
		{bson.D{{Key: field, Value: nil}, {Key: mark, Value: nil}}, one("$set", one(mark, true))},
		{bson.D{{Key: mark, Value: true}, {Key: field, Value: one("$ne", nil)}}, one("$unset", one(mark, ""))},
	} {
		err := d.health.callWithin(ctx, 0, func(ctx context.Context) error {
			r, err := d.docs(k).UpdateMany(ctx, step.filter, step.update)
			if err == nil {
				mended += r.ModifiedCount
			}
			return err
		})
		if err != nil {
			return mended, err
		}
	}
	return mended, nil
}

// backfillFold stores the folded text of documents that have none: of every
// text where an index needs it, else of those that folding changes.
func (d *definitions) backfillFold(ctx context.Context, k *collection, field string, every bool) (int64, error) {
	return d.backfillText(ctx, k, field, foldField(field), func(text string) string {
		if f := query.Fold(text); every || f != text {
			return f
		}
		return ""
	})
}

// backfillText stores what derive makes of a text, under target, where it is
// missing; "" is nothing.
func (d *definitions) backfillText(ctx context.Context, k *collection, field, place string, derive func(string) string) (int64, error) {
	filter := bson.D{{Key: field, Value: one("$type", "string")}, {Key: place, Value: nil}}
	return d.updateDerived(ctx, k, filter, field, func(v bson.RawValue) bson.D {
		text, _ := v.StringValueOK() // a list of texts matches the filter, too
		if derived := derive(text); text != "" && derived != "" {
			return one(place, derived)
		}
		return nil
	})
}

// backfillKind converts values of another kind whose stored form is one of the
// definition's kind.
func (d *definitions) backfillKind(ctx context.Context, k *collection, field string) (int64, error) {
	others := map[query.Kind]bson.A{query.Decimal: {"string", "date"}, query.Instant: {"string", "decimal"}, 0: {"decimal", "date"}}
	filter := one(field, one("$type", others[k.wantedForms(field).Native]))
	return d.updateDerived(ctx, k, filter, field, func(v bson.RawValue) bson.D {
		text, ok := stored(v).(string)
		made, err := encodeValue(text, k.kind(field))
		if !ok || err != nil || made.Type == v.Type {
			return nil
		}
		return one(field, made)
	})
}

// updateDerived sets what derive returns for the value of a field, in the
// documents of a filter and only while the value is unchanged, and counts them.
func (d *definitions) updateDerived(ctx context.Context, k *collection, filter bson.D, field string, follows func(bson.RawValue) bson.D) (mended int64, err error) {
	o := options.Find().SetProjection(one(field, 1)).SetBatchSize(backfillBatch)
	var batch []driver.WriteModel
	flush := func(ctx context.Context) error {
		n, err := d.writeBatch(ctx, k, batch)
		mended += n
		batch = batch[:0]
		return err
	}
	err = d.health.callWithin(ctx, 0, func(ctx context.Context) error {
		cursor, err := d.docs(k).Find(ctx, filter, o)
		if err != nil {
			return err
		}
		err = forEachDoc(ctx, cursor, func(raw bson.Raw) error {
			if put := follows(raw.Lookup(field)); put != nil {
				still := slices.Clone(raw) // _id and the value
				batch = append(batch, driver.NewUpdateOneModel().SetFilter(still).SetUpdate(one("$set", put)))
			}
			if len(batch) < backfillBatch {
				return nil
			}
			return flush(ctx)
		})
		if err != nil {
			return err
		}
		return flush(ctx)
	})
	return mended, err
}

// writeBatch returns how many documents it has changed.
func (d *definitions) writeBatch(ctx context.Context, k *collection, batch []driver.WriteModel) (int64, error) {
	if len(batch) == 0 {
		return 0, nil
	}
	r, err := d.docs(k).BulkWrite(ctx, batch, options.BulkWrite().SetOrdered(false))
	if err != nil {
		return 0, err
	}
	return r.ModifiedCount, nil
}
