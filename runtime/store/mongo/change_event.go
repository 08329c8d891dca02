package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
)

// change is an event of the change stream.
type change struct {
	Operation string `bson:"operationType"`
	NS        struct {
		Collection string `bson:"coll"`
	} `bson:"ns"`
	Key struct {
		ID bson.RawValue `bson:"_id"`
	} `bson:"documentKey"`
	Document bson.Raw `bson:"fullDocument"`
	Update   struct {
		Set   bson.Raw `bson:"updatedFields"`
		Unset []string `bson:"removedFields"`
	} `bson:"updateDescription"`
	Session struct {
		ID bson.RawValue `bson:"id"`
	} `bson:"lsid"`
	Number int64 `bson:"txnNumber"`
}

var kinds = map[string]store.OpKind{"insert": store.Insert, "replace": store.Replace, "update": store.Replace, "delete": store.Delete}

func (f *changeFeed) event(ctx context.Context, raw bson.Raw) error {
	var c change
	if err := bson.Unmarshal(raw, &c); err != nil {
		return fmt.Errorf("mongo: event of a change stream: %w", err)
	}
	kind := kinds[c.Operation]
	switch {
	case kind == 0: // collections dropped or renamed outside of weft
		if slices.Contains([]string{"drop", "rename", "dropDatabase", "invalidate"}, c.Operation) {
			f.resync()
		}
		return nil
	case c.NS.Collection == catalogCollection:
		f.notifyDefinitions()
		return nil
	case c.Operation == "update" && c.internal():
		return nil
	}
	_, lsid, _ := c.Session.ID.BinaryOK()
	key := transactionKey(lsid, c.Number)
	if c.NS.Collection == commitCollection {
		id, _ := c.Key.ID.StringValueOK()
		f.startTransaction(id, key)
		return nil
	}
	k := f.s.catalog.all()[c.NS.Collection]
	if k == nil {
		return nil
	}
	answered, own := f.nextEvent(key)
	if !own {
		f.markChanged(k)
	}
	if k.Unwatched {
		return nil
	}
	return f.publish(ctx, k, &c, kind, answered)
}

// publish sends an event. The event of an update carries no document: it is
// read, and may then be a later revision, whose own event follows.
func (f *changeFeed) publish(ctx context.Context, k *collection, c *change, kind store.OpKind, answered uint64) error {
	if f.watchers.Len() == 0 {
		return nil
	}
	id, ok := c.Key.ID.StringValueOK()
	if !ok { // not written by weft
		return nil
	}
	e := store.Event{Kind: kind, Collection: k.Name, Doc: store.Doc{ID: id}}
	var err error
	switch {
	case kind == store.Delete:
	case len(c.Document) > 0:
		e.Doc, err = decode(c.Document)
	default:
		e.Doc, err = f.s.Get(ctx, k.Name, id)
		if errors.Is(err, store.ErrNotFound) {
			return nil // the event of its deletion follows
		}
	}
	if err == nil {
		f.send(e, answered)
	}
	return err
}

// internal tells whether an update changed nothing that the port shows.
func (c *change) internal() bool {
	elements, err := c.Update.Set.Elements()
	if err != nil || len(c.Update.Set) == 0 && len(c.Update.Unset) == 0 {
		return false
	}
	return !slices.ContainsFunc(elements, func(e bson.RawElement) bool { return !strings.HasPrefix(e.Key(), "_") }) &&
		!slices.ContainsFunc(c.Update.Unset, func(name string) bool { return !strings.HasPrefix(name, "_") })
}
