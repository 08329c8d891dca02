package mongo

import (
	"fmt"
	"time"

	"weft/runtime/query"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"
)

// bucketFormats are the keys of query.Bucket as formats of $dateToString.
var bucketFormats = map[string]string{"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m", "year": "%Y", "quarter": "%Y"}

// bucket is the group of a date or an instant as query.Bucket makes it; null
// for other values. The rules of a time zone are the database's.
func (g *grouping) bucket(t query.GroupTerm, value any) any {
	format, ok := bucketFormats[t.Bucket]
	zone, err := query.Zone(t.Zone)
	if !ok || err != nil {
		g.fail(fmt.Errorf("mongo: bucket %q in zone %q", t.Bucket, t.Zone))
		return nil
	}
	if t.Path.Kind == query.Date {
		zone = time.UTC
		value = one("$dateFromString", bson.D{{Key: "dateString", Value: value}, {Key: "format", Value: "%Y-%m-%d"},
			{Key: "onError", Value: nil}, {Key: "onNull", Value: nil}})
	} else if !g.native(t.Path) {
		g.fail(fmt.Errorf("mongo: collection %s does not name the kind of instant %s", g.k.Name, t.Path.Name()))
	}
	parts := func(operator string, more ...bson.E) any {
		return one(operator, append(bson.D{{Key: "date", Value: "$$at"}, {Key: "timezone", Value: zone.String()}}, more...))
	}
	key := parts("$dateToString", bson.E{Key: "format", Value: format})
	if t.Bucket == "quarter" {
		key = one("$concat", bson.A{key, "Q", one("$substrBytes", bson.A{"0111222333444", parts("$month"), 1})})
	}
	return one("$let", bson.D{{Key: "vars", Value: one("at", within(value, zone))}, {Key: "in", Value: one("$cond", bson.A{
		one("$eq", bson.A{one("$type", "$$at"), "date"}), key, nil})}})
}

// within limits an instant to the years 1 to 9999 of a zone; there are no keys
// outside of them.
func within(value any, zone *time.Location) any {
	first, last := query.FirstBucketInstant(zone), query.LastBucketInstant(zone)
	bounded := one("$min", bson.A{one("$max", bson.A{value, primitive.NewDateTimeFromTime(first)}), primitive.NewDateTimeFromTime(last)})
	return one("$cond", bson.A{sameType(value, primitive.DateTime(0)), bounded, nil})
}
