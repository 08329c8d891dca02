package mongo

import (
	"context"
	"errors"
	"fmt"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// Format numbers stored in the database. A database of an older weft is
// upgraded when it is opened, one of a newer weft is refused.
const (
	// documentFormat is the layout of documents.
	documentFormat = 1
	// textFormat counts changes of query.Fold, query.SortKey and query.Tokens,
	// after which what was derived with them is derived again.
	textFormat = 1
	// formatID is the id of the only document of formatCollection.
	formatID = "weft"
	// commitsKept is for how many seconds the row of a commit is kept.
	commitsKept = 24 * 60 * 60
)

type format struct {
	Document int `bson:"document"`
	Text     int `bson:"text"`
}

// checkFormat reads the format of the database and writes it into a new one.
func (c *connection) checkFormat(ctx context.Context) error {
	have, err := c.format(ctx)
	if errors.Is(err, driver.ErrNoDocuments) {
		return c.create(ctx)
	}
	if err != nil {
		return err
	}
	if have.Document > documentFormat || have.Text > textFormat {
		return fmt.Errorf("%w: document format %d and text format %d, this program knows %d and %d",
			store.ErrTooNew, have.Document, have.Text, documentFormat, textFormat)
	}
	return nil
}

func (c *connection) format(ctx context.Context) (have format, err error) {
	err = c.health.call(ctx, func(ctx context.Context) error {
		return c.db.Collection(formatCollection).FindOne(ctx, bson.D{{Key: memberID, Value: formatID}}).Decode(&have)
	})
	return have, err
}

// create makes the adapter's own collections. Several processes may do so at
// once.
func (c *connection) create(ctx context.Context) error {
	for _, name := range ownCollections {
		if err := c.createCollection(ctx, name); err != nil {
			return err
		}
	}
	return c.health.call(ctx, func(ctx context.Context) error {
		index := driver.IndexModel{Keys: bson.D{{Key: "at", Value: 1}}, Options: options.Index().SetName(indexPrefix + "at").SetExpireAfterSeconds(commitsKept)}
		if _, err := c.db.Collection(commitCollection).Indexes().CreateOne(ctx, index); err != nil {
			return err
		}
		return c.setFormat(ctx, "$setOnInsert", format{documentFormat, textFormat})
	})
}

func (c *connection) setFormat(ctx context.Context, operator string, f format) error {
	_, err := c.db.Collection(formatCollection).UpdateOne(ctx, bson.D{{Key: memberID, Value: formatID}},
		bson.D{{Key: operator, Value: f}}, options.Update().SetUpsert(true))
	return err
}

// createCollection makes a collection unless it exists; servers from 7.0 on do
// not tell which of the two it was.
func (c *connection) createCollection(ctx context.Context, name string) error {
	return c.health.call(ctx, func(ctx context.Context) error {
		if err := c.db.CreateCollection(ctx, name); !hasCode(err, codeExists) {
			return err
		}
		return nil
	})
}
