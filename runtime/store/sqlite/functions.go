package sqlite

import (
	"strings"

	"weft/runtime/query"

	sqlite3 "zombiezen.com/go/sqlite"
)

// Functions of the query language that SQLite lacks. Indexes use them, so a change
// of their results needs a new textFormat.
const (
	fnFold   = "weft_fold"     // query.Fold(text)
	fnSort   = "weft_sortkey"  // query.SortKey(text)
	fnStarts = "weft_starts"   // folded text begins with a folded word
	fnHas    = "weft_contains" // folded text holds a folded word
	fnBucket = "weft_bucket"   // query.Bucket(instant, by, zone)
	fnBit    = "weft_bit"      // is seq a member of the bitmap with this number
)

func (c *conn) register() error {
	functions := []struct {
		name string
		args int
		fn   func([]sqlite3.Value) sqlite3.Value
	}{
		{fnFold, 1, func(a []sqlite3.Value) sqlite3.Value { return sqlite3.TextValue(query.Fold(a[0].Text())) }},
		{fnSort, 1, func(a []sqlite3.Value) sqlite3.Value { return sqlite3.TextValue(query.SortKey(a[0].Text())) }},
		{fnStarts, 2, func(a []sqlite3.Value) sqlite3.Value {
			return boolean(isText(a[0]) && strings.HasPrefix(query.Fold(a[0].Text()), a[1].Text()))
		}},
		{fnHas, 2, func(a []sqlite3.Value) sqlite3.Value {
			return boolean(isText(a[0]) && strings.Contains(query.Fold(a[0].Text()), a[1].Text()))
		}},
		{fnBucket, 3, bucket},
		{fnBit, 2, func(a []sqlite3.Value) sqlite3.Value { return boolean(c.bits.has(a[0].Int(), a[1].Int64())) }},
	}
	for _, f := range functions {
		fn := f.fn
		err := c.db.CreateFunction(f.name, &sqlite3.FunctionImpl{
			NArgs: f.args, Deterministic: f.name != fnBit, AllowIndirect: true,
			Scalar: func(_ sqlite3.Context, args []sqlite3.Value) (sqlite3.Value, error) {
				for _, a := range args {
					if a.Type() == sqlite3.TypeNull {
						return sqlite3.Value{}, nil // unset in, unset out
					}
				}
				return fn(args), nil
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func isText(v sqlite3.Value) bool { return v.Type() == sqlite3.TypeText }

func boolean(b bool) sqlite3.Value {
	if b {
		return sqlite3.IntegerValue(1)
	}
	return sqlite3.IntegerValue(0)
}

func bucket(a []sqlite3.Value) sqlite3.Value {
	zone, err := query.Zone(a[2].Text())
	if err != nil {
		return sqlite3.Value{}
	}
	g := query.Bucket(query.Instant, a[0].Text(), a[1].Text(), zone)
	if g == "" {
		return sqlite3.Value{}
	}
	return sqlite3.TextValue(g)
}
