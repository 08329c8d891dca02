package query

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenRunes bounds a word token; longer words are found by their beginning.
const tokenRunes = 64

// Tokens gives the search tokens of a text, folded, each once: of a run of Han
// every overlapping pair and the last character alone, so that one character
// is found as a prefix; of anything else whole words of letters and digits.
func Tokens(s string) []string {
	out := make([]string, 0, 16)
	var seen seenTokens
	add := func(t string) {
		if seen.add(t, out) {
			out = append(out, t)
		}
	}
	eachRun(Fold(s), func(run string, han bool) {
		if !han {
			add(firstRunes(run, tokenRunes))
			return
		}
		eachPair(run, add)
		_, last := utf8.DecodeLastRuneInString(run)
		add(run[len(run)-last:])
	})
	return out
}

// seenTokens tells new texts from those in a growing list: by looking through a short
// list, by a map from then on.
type seenTokens map[string]struct{}

const shortList = 24

func (s *seenTokens) add(t string, list []string) bool {
	if len(list) < shortList {
		return !slices.Contains(list, t)
	}
	if *s == nil {
		*s = make(seenTokens, 2*shortList)
		for _, have := range list {
			(*s)[have] = struct{}{}
		}
	}
	_, twice := (*s)[t]
	(*s)[t] = struct{}{}
	return !twice
}

// Words gives the words of a search, each once. A word of Han is sought as a
// substring, any other as the beginning of a word.
func Words(s string) []Word {
	var out []Word
	seen := map[string]struct{}{}
	eachRun(Fold(s), func(run string, han bool) {
		if _, twice := seen[run]; twice {
			return
		}
		seen[run] = struct{}{}
		out = append(out, word(run, han))
	})
	return out
}

func word(run string, han bool) Word {
	w := Word{Text: run}
	if n := utf8.RuneCountInString(run); han && n > 1 {
		eachPair(run, func(t string) { w.Terms = append(w.Terms, Term{Token: t}) })
		w.CompareText = n > 2
		return w
	}
	t := firstRunes(run, tokenRunes)
	w.Terms = []Term{{Token: t, Prefix: true}}
	w.CompareText = len(t) < len(run)
	return w
}

// eachRun calls fn for every run of Han and every other word of folded text.
func eachRun(s string, fn func(run string, han bool)) {
	start, kind := 0, runNone
	for i, r := range s {
		k := runOf(r, kind)
		if k == kind {
			continue
		}
		if kind != runNone {
			fn(s[start:i], kind == runHan)
		}
		start, kind = i, k
	}
	if kind != runNone {
		fn(s[start:], kind == runHan)
	}
}

const (
	runNone = iota
	runHan
	runWord
)

func runOf(r rune, before int) int {
	switch {
	case r < utf8.RuneSelf:
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return runWord
		}
		return runNone
	case r >= 0x4E00 && r <= 0x9FFF || unicode.Is(unicode.Han, r):
		return runHan
	case unicode.IsLetter(r) || unicode.IsNumber(r):
		return runWord
	case unicode.IsMark(r): // belongs to the letter before it
		return before
	}
	return runNone
}

// eachPair calls fn for every two neighbouring characters.
func eachPair(run string, fn func(string)) {
	first, second := -1, -1
	for i := range run {
		if first >= 0 {
			fn(run[first:i])
		}
		first, second = second, i
	}
	if first >= 0 {
		fn(run[first:])
	}
}

// foundIn tells whether a text holds the word.
func (w Word) foundIn(text string) bool {
	tokens := Tokens(text)
	for _, t := range w.Terms {
		if !t.foundIn(tokens) {
			return false
		}
	}
	return !w.CompareText || strings.Contains(Fold(text), w.Text)
}

func (t Term) foundIn(tokens []string) bool {
	for _, have := range tokens {
		if have == t.Token || t.Prefix && strings.HasPrefix(have, t.Token) {
			return true
		}
	}
	return false
}
