package sqlite

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

const (
	// columnRows bounds a rank column: it takes eight bytes per document.
	columnRows = 4 << 20
	// columnTime bounds how long building one in the background may take.
	columnTime = 2 * time.Minute
	// columnPrefix begins the names of rank columns among the kept entries.
	columnPrefix = "order "
)

// rankColumn holds one field of all documents as ranks of eight bytes that sort as
// the values do. Different values may have equal ranks.
type rankColumn struct {
	path  query.Path
	ranks []uint64 // by seq
	isSet bitmap
}

func sortsByColumn(f store.Find) bool {
	if len(f.Sort) != 1 || !isOwnField(f.Sort[0].Path) {
		return false
	}
	p := f.Sort[0].Path
	return p.Kind != query.Keys && p.Kind != query.Object && p.Field != "id" && p.Field != "rev"
}

func columnName(p query.Path) string {
	return columnPrefix + p.Field + " " + strconv.Itoa(int(p.Kind))
}

func (o *rankColumn) update(seq int64, _, after []byte) bool {
	if seq >= columnRows {
		return false
	}
	if after == nil {
		o.put(seq, 0, false)
		return true
	}
	r, set, ok := rank(o.path, member(after, o.path.Field))
	if ok {
		o.put(seq, r, set)
	}
	return ok
}

func (o *rankColumn) put(seq int64, rank uint64, set bool) {
	for int64(len(o.ranks)) <= seq {
		o.ranks = append(o.ranks, make([]uint64, blockSize)...)
	}
	o.ranks[seq] = rank
	k := o.isSet.at(int(seq >> blockBits))
	bit := uint64(1) << (seq % 64)
	if set {
		k[seq%blockSize/64] |= bit
	} else {
		k[seq%blockSize/64] &^= bit
	}
}

// rank computes the rank of a raw member; ok is false for what is not a value of
// the kind.
func rank(p query.Path, raw []byte) (r uint64, set, ok bool) {
	if raw == nil {
		return 0, false, true
	}
	switch p.Kind {
	case query.Number:
		f, err := strconv.ParseFloat(string(raw), 64)
		return rankFloat(f), true, err == nil
	case query.Bool:
		if string(raw) == "true" {
			return 1, true, true
		}
		return 0, true, string(raw) == "false"
	}
	var text string
	if len(raw) >= 2 && raw[0] == '"' && !slices.Contains(raw, '\\') {
		text = textOf(raw[1 : len(raw)-1])
	} else if json.Unmarshal(raw, &text) != nil {
		return 0, false, false
	}
	if p.Kind == query.Text {
		text = query.SortKey(text)
	}
	r, ok = rankText(p, text)
	return r, true, ok
}

// rankValue is the rank of a value of a position; a text is given as its sort key.
func rankValue(p query.Path, v any) (uint64, bool) {
	switch v := scalar(v).(type) {
	case string:
		return rankText(p, v)
	case float64:
		return rankFloat(v), true
	case int64:
		return rankFloat(float64(v)), true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

func rankText(p query.Path, text string) (uint64, bool) {
	switch p.Kind {
	case query.Instant, query.Date:
		return rankDigits(text, 17), len(text) == len(query.InstantLayout) || len(text) == len(query.DateLayout)
	case query.Decimal:
		return rankDigits(text, 19), len(text) == decimalDigits
	case query.Text:
		return rankHex(text), true
	}
	return rankBytes(text), true
}

// rankFloat maps doubles to integers of the same order.
func rankFloat(f float64) uint64 {
	if f == 0 {
		f = 0 // -0
	}
	b := math.Float64bits(f)
	if b>>63 == 1 {
		return ^b
	}
	return b | 1<<63
}

// rankDigits reads the first n digits and ignores other characters.
func rankDigits(text string, n int) (r uint64) {
	for i := 0; i < len(text) && n > 0; i++ {
		if c := text[i] - '0'; c <= 9 {
			r = r*10 + uint64(c)
			n--
		}
	}
	for ; n > 0; n-- {
		r *= 10
	}
	return r
}

func rankBytes(text string) (r uint64) {
	for i := range 8 {
		r <<= 8
		if i < len(text) {
			r |= uint64(text[i])
		}
	}
	return r
}

func rankHex(text string) (r uint64) {
	for i := range 16 {
		r <<= 4
		if i < len(text) {
			r |= uint64(hexDigit(text[i]))
		}
	}
	return r
}

func hexDigit(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}

// buildColumn reads a rank column from the snapshot; nil when it cannot be kept.
func (q *reader) buildColumn(k *collection, p query.Path) (keptData, error) {
	o := &rankColumn{path: p}
	b := q.newBuilder(k)
	b.write("SELECT t.seq, ")
	b.orderValue(p)
	b.write(" FROM ", k.table, " t")
	if b.err != nil {
		return nil, b.err
	}
	fits := true
	err := q.c.each(b.text(), b.args, func(row *sqlite3.Stmt) error {
		v := columnValue(row, 1, p.Kind)
		r, ok := uint64(0), true
		if v != nil {
			r, ok = rankValue(p, v)
		}
		if seq := row.ColumnInt64(0); ok && seq < columnRows {
			o.put(seq, r, v != nil)
		} else {
			fits = false
		}
		return nil
	})
	if err != nil || !fits {
		return nil, err
	}
	return o, nil
}

// rankRequest asks for a rank column.
type rankRequest struct {
	coll *collection
	path query.Path
}

// requestRanks has a rank column built in the background, unless many are asked
// for already; a later search asks again.
func (s *Store) requestRanks(k *collection, p query.Path) {
	select {
	case s.rankRequests <- rankRequest{k, p}:
	default:
	}
}

// buildRanks builds the requested rank columns until ctx ends.
func (s *Store) buildRanks(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case r := <-s.rankRequests:
			if err := s.buildRank(ctx, r); err != nil && ctx.Err() == nil {
				s.log.Warn("a rank column could not be built", "collection", r.coll.Name, "field", r.path.Field, "error", err)
			}
		}
	}
}

func (s *Store) buildRank(ctx context.Context, r rankRequest) error {
	ctx, cancel := context.WithTimeout(ctx, columnTime)
	defer cancel()
	return s.readHeavy(ctx, func(q *reader) error {
		return q.keep(ctx, r.coll, columnName(r.path), func() (keptData, error) { return q.buildColumn(r.coll, r.path) })
	})
}
