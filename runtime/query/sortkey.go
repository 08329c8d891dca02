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
	key := hex.EncodeToString(insertZeroLengths(c.c.KeyFromString(&c.buf, s), s))
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

// insertZeroLengths mends the keys of texts with a number nought: the collator writes
// how long a number is, but nothing for nought, so that 第0单 would stand
// behind 第1单. It gets the length 0. A key is a row of primary weights of two
// or, with the high bit set, three bytes up to 0000; a number begins with the
// weight of the digit 0.
func insertZeroLengths(key []byte, s string) []byte {
	noughts := zeroRuns(s)
	if noughts == nil {
		return key
	}
	var out []byte
	number := -1
	at, done := 0, 0
	for at+1 < len(key) && (key[at] != 0 || key[at+1] != 0) {
		width := 2 + int(key[at]>>7)
		if key[at] == numberMark[0] && key[at+1] == numberMark[1] {
			number++
			if number == len(noughts) {
				return key // digits of another script: leave it as it is
			}
			if noughts[number] {
				out = append(append(out, key[done:at+2]...), 0, 0)
				done = at + 2
			} else {
				width = 2 + 2*(1+int(key[at+2])<<8+int(key[at+3])) // the length and as many digits
			}
		}
		at += width
	}
	if number+1 != len(noughts) {
		return key
	}
	return append(out, key[done:]...)
}

// numberMark is the primary weight with which a number begins.
var numberMark = func() [2]byte {
	var buf collate.Buffer
	key := collate.New(language.Chinese, collate.Numeric).KeyFromString(&buf, "0")
	return [2]byte{key[0], key[1]}
}()

// zeroRuns tells for each run of digits whether it is nought; nil when none is.
func zeroRuns(s string) []bool {
	var runs []bool
	any := false
	for i := 0; i < len(s); {
		if s[i] < '0' || s[i] > '9' {
			i++
			continue
		}
		nought := true
		for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
			nought = nought && s[i] == '0'
		}
		runs = append(runs, nought)
		any = any || nought
	}
	if !any {
		return nil
	}
	return runs
}
