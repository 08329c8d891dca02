package mongo

import (
	"context"
	"fmt"

	"weft/runtime/query"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// backfillBatch is how many documents are mended by one command.
const backfillBatch = 500

// backfill gives existing documents the members that a collection keeps and did
// not keep as old, nil for unknown. Revisions stay, and no watcher hears of it.
func (s *Store) backfill(ctx context.Context, k, old *collection) error {
	for field, m := range k.members {
		was := &member{unset: -1}
		if old != nil && old.members[field] != nil {
			was = old.members[field]
		}
		if m.unset >= 0 && was.unset < 0 {
			if err := s.backfillUnset(ctx, k, field); err != nil {
				return fmt.Errorf("marks of unset values of %s: %w", k.Name, err)
			}
		}
		if m.sorted && !was.sorted {
			if err := s.backfillText(ctx, k, field, sortField(field), query.SortKey); err != nil {
				return fmt.Errorf("sort keys of %s: %w", k.Name, err)
			}
		}
		if m.folded && !was.folded || m.fold && !was.fold {
			if err := s.backfillFold(ctx, k, field, m.folded); err != nil {
				return fmt.Errorf("folded texts of %s: %w", k.Name, err)
			}
		}
	}
	return nil
}

// backfillUnset sets marks that are missing and takes away those of a time when
// the field was in no index.
func (s *Store) backfillUnset(ctx context.Context, k *collection, field string) error {
	return s.health.limited(ctx, 0, func(ctx context.Context) error {
		mark := unsetField(field)
		_, err := s.docs(k).UpdateMany(ctx, bson.D{{Key: field, Value: nil}, {Key: mark, Value: nil}},
			bson.D{{Key: "$set", Value: bson.D{{Key: mark, Value: true}}}})
		if err != nil {
			return err
		}
		_, err = s.docs(k).UpdateMany(ctx, bson.D{{Key: mark, Value: true}, {Key: field, Value: bson.D{{Key: "$ne", Value: nil}}}},
			bson.D{{Key: "$unset", Value: bson.D{{Key: mark, Value: ""}}}})
		return err
	})
}

// backfillFold keeps the folded text of documents that have none: of every text
// where an index needs it, else of those that folding changes.
func (s *Store) backfillFold(ctx context.Context, k *collection, field string, every bool) error {
	return s.backfillText(ctx, k, field, foldField(field), func(text string) string {
		if f := query.Fold(text); every || f != text {
			return f
		}
		return ""
	})
}

// backfillText derives a text from that of a field where it is missing; "" is none.
func (s *Store) backfillText(ctx context.Context, k *collection, field, place string, derive func(string) string) error {
	filter := bson.D{{Key: field, Value: bson.D{{Key: "$type", Value: "string"}}}, {Key: place, Value: nil}}
	o := options.Find().SetProjection(bson.D{{Key: field, Value: 1}}).SetBatchSize(backfillBatch)
	var batch []driver.WriteModel
	err := s.health.limited(ctx, 0, func(ctx context.Context) error {
		cursor, err := s.docs(k).Find(ctx, filter, o)
		if err != nil {
			return err
		}
		return eachOf(ctx, cursor, func(raw bson.Raw) error {
			text := raw.Lookup(field).StringValue()
			if derived := derive(text); derived != "" {
				batch = append(batch, setWhere(raw.Lookup(memberID), field, text, place, derived))
			}
			if len(batch) < backfillBatch {
				return nil
			}
			err := s.writeBatch(ctx, k, batch)
			batch = batch[:0]
			return err
		})
	})
	if err != nil {
		return err
	}
	return s.health.limited(ctx, 0, func(ctx context.Context) error { return s.writeBatch(ctx, k, batch) })
}

// setWhere sets a derived member unless the text has changed meanwhile.
func setWhere(id bson.RawValue, field, text, place, derived string) driver.WriteModel {
	return driver.NewUpdateOneModel().SetFilter(bson.D{{Key: memberID, Value: id}, {Key: field, Value: text}}).
		SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: place, Value: derived}}}})
}

func (s *Store) writeBatch(ctx context.Context, k *collection, batch []driver.WriteModel) error {
	if len(batch) == 0 {
		return nil
	}
	_, err := s.docs(k).BulkWrite(ctx, batch, options.BulkWrite().SetOrdered(false))
	return err
}
