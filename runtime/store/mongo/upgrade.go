package mongo

import (
	"context"
	"fmt"

	"weft/runtime/query"
	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// derivedMembers are made by query.Fold, query.SortKey and query.Tokens.
var derivedMembers = []string{memberSort, memberFold, memberWords}

// upgradeText derives sort keys, folded texts and search words again when an
// older weft with another folding or collation wrote the database. When it is
// interrupted, the next start repeats it; until it is done, processes of the
// older weft must not write.
func (d *definitions) upgradeText(ctx context.Context) error {
	have, err := d.format(ctx)
	if err != nil || have.Text == textFormat {
		return err
	}
	d.log.Info("upgrading sort keys and search words", "from", have.Text, "to", textFormat)
	for _, name := range d.catalog.names() {
		if err := d.rederive(ctx, d.catalog.all()[name]); err != nil {
			return fmt.Errorf("upgrade of %s: %w", name, err)
		}
	}
	return d.health.call(ctx, func(ctx context.Context) error {
		return d.setFormat(ctx, "$set", format{documentFormat, textFormat})
	})
}

// rederive updates the documents of a collection in batches.
func (d *definitions) rederive(ctx context.Context, k *collection) error {
	either := bson.A{}
	for _, m := range derivedMembers {
		either = append(either, bson.D{{Key: m, Value: bson.D{{Key: "$exists", Value: true}}}})
	}
	var batch []driver.WriteModel
	return d.health.callWithin(ctx, 0, func(ctx context.Context) error {
		cursor, err := d.docs(k).Find(ctx, bson.D{{Key: "$or", Value: either}, {Key: memberID, Value: one("$type", "string")}}, options.Find().SetBatchSize(backfillBatch))
		if err != nil {
			return err
		}
		err = forEachDoc(ctx, cursor, func(raw bson.Raw) error {
			model, err := k.rederiveDoc(raw)
			if err != nil {
				return err
			}
			if batch = append(batch, model); len(batch) < backfillBatch {
				return nil
			}
			_, err = d.writeBatch(ctx, k, batch)
			batch = batch[:0]
			return err
		})
		if err != nil {
			return err
		}
		_, err = d.writeBatch(ctx, k, batch)
		return err
	})
}

// rederiveDoc updates what is derived from the texts of the fields that had
// sort keys and tokens, unless the document changes meanwhile.
func (k *collection) rederiveDoc(raw bson.Raw) (driver.WriteModel, error) {
	d, err := decode(raw)
	if err != nil {
		return nil, err
	}
	if d.Sort = decodeSort(raw); d.Sort != nil {
		for field := range d.Sort {
			text, _ := raw.Lookup(field).StringValueOK()
			d.Sort[field] = query.SortKey(text)
		}
	}
	done := map[string]bool{}
	for _, old := range decodeTokens(raw) {
		if done[old.Field] {
			continue
		}
		done[old.Field] = true
		text, _ := raw.Lookup(old.Field).StringValueOK()
		for _, word := range query.Tokens(text) {
			d.Tokens = append(d.Tokens, store.Token{Field: old.Field, Text: word})
		}
	}
	made, err := k.encode(&d)
	if err != nil {
		return nil, err
	}
	var put, drop bson.D
	for _, m := range derivedMembers {
		if v, err := made.LookupErr(m); err == nil {
			put = append(put, bson.E{Key: m, Value: v})
		} else {
			drop = append(drop, bson.E{Key: m, Value: ""})
		}
	}
	var update bson.D
	if put != nil {
		update = append(update, bson.E{Key: "$set", Value: put})
	}
	if drop != nil {
		update = append(update, bson.E{Key: "$unset", Value: drop})
	}
	return driver.NewUpdateOneModel().SetFilter(atRevision(d.ID, d.Rev)).SetUpdate(update), nil
}
