package mongo

import (
	"fmt"
	"regexp"
	"strings"

	"weft/runtime/query"
	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
)

// maxPattern is less than the longest pattern that the database accepts.
const maxPattern = 16_000

// matchText writes that folded text contains or starts with a folded part.
func (r *renderer) matchText(p query.Path, op query.Op, part string) bson.D {
	place, folded := r.fieldPath(p.Field), p.Kind != query.Text
	if r.k.alwaysFolds(p.Field) {
		place, folded = foldField(p.Field), true
	}
	if op == query.Starts && folded {
		return r.startsWith(p, place, part)
	}
	pattern := regexp.QuoteMeta(part)
	if op == query.Starts {
		pattern = "^" + pattern
	}
	if len(pattern) > maxPattern || strings.Contains(part, "\x00") { // the database has no such patterns
		return one("$expr", r.textExpr(p, op, part))
	}
	condition := one("$regex", pattern)
	if folded {
		return one(place, condition)
	}
	r.requireFolded(r.k, p.Field)
	return or([]bson.D{
		one(foldField(p.Field), condition),
		{{Key: foldField(p.Field), Value: one("$eq", nil)}, {Key: place, Value: condition}},
	})
}

// requireFolded refuses to search a text whose folded form is not stored.
func (r *renderer) requireFolded(k *collection, field string) {
	switch {
	case k.keepsFold(field):
	case k.wantedForms(field).Fold:
		r.fail(fmt.Errorf("%w: the texts of %s of %s are being folded", store.ErrUnavailable, field, k.Name))
	default:
		r.fail(fmt.Errorf("mongo: collection %s does not name the kind of text %s", k.Name, field))
	}
}

// startsWith writes a prefix as a range, so that an index can serve it.
func (r *renderer) startsWith(p query.Path, place, prefix string) bson.D {
	from := one("$gte", prefix)
	if next, ok := prefixEnd(prefix); ok {
		from = append(from, bson.E{Key: "$lt", Value: next})
	}
	out := one(place, from)
	if r.k.marksUnset(p.Field) {
		out = append(out, r.withoutUnsetMark(p.Field, one("$eq", nil)))
	}
	return out
}

// matchWord writes that a field has a word of a search.
func (r *renderer) matchWord(c query.Cmp) bson.D {
	word, ok := c.Value.(query.Word)
	if !ok {
		r.fail(fmt.Errorf("mongo: match takes a word, not %T", c.Value))
	}
	r.fieldPath(c.Path.Field)
	var parts []bson.D
	for _, t := range word.Terms {
		sought := wordOf(c.Path.Field, t.Token)
		var condition any = sought
		if next, ok := prefixEnd(sought); ok && t.Prefix {
			condition = one("$elemMatch", bson.D{{Key: "$gte", Value: sought}, {Key: "$lt", Value: next}})
		}
		parts = append(parts, one(memberWords, condition))
	}
	if word.CompareText {
		parts = append(parts, r.matchText(c.Path, query.Contains, word.Text))
	}
	return and(parts)
}
