// Package request reads HTTP requests for all packages with routes: bounded
// bodies, strict JSON, entity tags, the language of the answer; and it holds
// the limits and metrics that every route shares.
package request

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"weft/runtime/problem"
)

// MaxJSON is the largest JSON body in bytes.
const MaxJSON = 1 << 20

// Language of the answer to r: "zh-CN" or "en".
func Language(r *http.Request) string { return problem.Language(r.Header.Get("Accept-Language")) }

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxPooled keeps rare large bodies out of the pool.
const maxPooled = 1 << 20

// Text reads a text body of one of the media types, the first of which the
// refusal names. It fails with media_type, too_large (more than limit bytes)
// or malformed (not UTF-8, or the connection ended early). Compressed bodies
// and charsets other than UTF-8 are a media_type problem.
func Text(r *http.Request, limit int64, types ...string) (string, error) {
	if err := CheckMediaType(r.Header, types...); err != nil {
		return "", err
	}
	if r.ContentLength > limit {
		return "", tooLarge(limit)
	}
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	defer func() {
		if b.Cap() <= maxPooled {
			buffers.Put(b)
		}
	}()
	n, err := b.ReadFrom(io.LimitReader(r.Body, limit+1))
	switch {
	case n > limit:
		return "", tooLarge(limit)
	case err != nil:
		return "", Incomplete(err)
	case !utf8.Valid(b.Bytes()):
		return "", malformed("body_not_utf8", nil)
	}
	return b.String(), nil
}

// Bytes reads a binary body of one of the media types; it fails as Text does.
func Bytes(r *http.Request, limit int64, types ...string) ([]byte, error) {
	if err := CheckMediaType(r.Header, types...); err != nil {
		return nil, err
	}
	if r.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	switch {
	case int64(len(data)) > limit:
		return nil, tooLarge(limit)
	case err != nil:
		return nil, Incomplete(err)
	}
	return data, nil
}

// Incomplete is the problem of a body whose connection ended early, or of one
// that an http.MaxBytesReader cut off; problems stay as they are.
func Incomplete(err error) error {
	var limit *http.MaxBytesError
	switch {
	case problem.As(err) != nil:
		return err
	case errors.As(err, &limit):
		return tooLarge(limit.Limit)
	}
	return &problem.Error{Code: problem.Malformed, Key: "body_incomplete", Err: err}
}

func tooLarge(limit int64) error {
	return problem.New(problem.TooLarge, "body_too_large", map[string]any{"max": limit})
}

// CheckMediaType fails unless the header names exactly one of the media types,
// in UTF-8 where a charset is named, and no content encoding.
func CheckMediaType(h http.Header, types ...string) error {
	if !HasMediaType(h, types...) || h.Get("Content-Encoding") != "" {
		return problem.New(problem.MediaType, "content_type", map[string]any{"want": types[0]})
	}
	return nil
}

// HasMediaType tells whether the header names exactly one content type that is
// one of types, in UTF-8 where a charset is named.
func HasMediaType(h http.Header, types ...string) bool {
	values := h["Content-Type"]
	if len(values) != 1 {
		return false
	}
	if values[0] == types[0] {
		return true
	}
	got, params, err := mime.ParseMediaType(values[0])
	if err != nil {
		return false
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "utf8") {
		return false
	}
	return slices.Contains(types, got)
}
