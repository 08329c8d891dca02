package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// valueLimit bounds the bytes of one value of a jsonStream.
const valueLimit = 1 << 20

// jsonStream decodes a large JSON document value by value, so that it is never
// in memory as a whole.
type jsonStream struct {
	*json.Decoder
	in *limitedReader
}

func newJSONStream(r io.Reader) *jsonStream {
	in := &limitedReader{r: r, left: valueLimit}
	return &jsonStream{Decoder: json.NewDecoder(in), in: in}
}

// limitedReader fails when too many bytes are read between two values.
type limitedReader struct {
	r    io.Reader
	left int
}

func (l *limitedReader) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errors.New("a value is too large")
	}
	n, err := l.r.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}

// object calls member with every key of an object; member decodes the value.
func (s *jsonStream) object(member func(key string) error) error {
	return s.each('{', func() error {
		key, err := s.Token()
		if err != nil {
			return err
		}
		return member(fmt.Sprint(key))
	})
}

// array calls element, which decodes one element, for each of an array.
func (s *jsonStream) array(element func() error) error { return s.each('[', element) }

func (s *jsonStream) each(open json.Delim, next func() error) error {
	t, err := s.Token()
	if err != nil || t == nil { // null is empty
		return err
	}
	if t != open {
		return fmt.Errorf("%v instead of %v", t, open)
	}
	for s.More() {
		s.in.left = valueLimit
		if err := next(); err != nil {
			return err
		}
	}
	_, err = s.Token()
	return err
}
