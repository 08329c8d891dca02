package query

import (
	"encoding/hex"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// sortKeyRunes bounds a sort key; texts that agree so far are ordered by id.
const sortKeyRunes = 255

// collator is one Collator with its buffer: neither may be used by two at once.
type collator struct {
	c   *collate.Collator
	buf collate.Buffer
}

var collators = sync.Pool{New: func() any {
	return &collator{c: collate.New(language.Chinese, collate.Numeric)}
}}

// SortKey gives the key by which text is ordered: Chinese by pinyin, digits by
// value, in lower-case hex so that every store orders it bytewise. It only
// orders: different texts can have one key. Safe for concurrent use.
func SortKey(s string) string {
	s = firstRunes(s, sortKeyRunes)
	c := collators.Get().(*collator)
	key := hex.EncodeToString(c.c.KeyFromString(&c.buf, s))
	c.buf.Reset()
	collators.Put(c)
	return key
}

func firstRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
