package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"weft/runtime/request"
)

var (
	jsonType    = []string{"application/json"}
	problemType = []string{"application/problem+json"}
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxPooled keeps rare large answers out of the pool.
const maxPooled = 1 << 20

func getBuffer() *bytes.Buffer {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

func putBuffer(b *bytes.Buffer) {
	if b.Cap() <= maxPooled {
		buffers.Put(b)
	}
}

// bytes answers a body that is JSON already.
func (rc *requestContext) bytes(status int, body []byte) error {
	h := rc.Header()
	h["Content-Type"] = jsonType
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	rc.WriteHeader(status)
	// A client that left is no error of the server.
	_, _ = rc.Write(body)
	return nil
}

// json answers v as JSON. HTML characters are not escaped: no answer of this
// type is shown as a page.
func (rc *requestContext) json(status int, v any) error {
	b := getBuffer()
	defer putBuffer(b)
	if err := encodeJSON(b, v); err != nil {
		return err
	}
	return rc.bytes(status, b.Bytes())
}

// answer answers what a call returned: its value as JSON, or its error.
func (rc *requestContext) answer(v any, err error) error {
	if err != nil {
		return err
	}
	return rc.json(http.StatusOK, v)
}

func encodeJSON(to *bytes.Buffer, v any) error {
	e := json.NewEncoder(to)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	return nil
}

// record answers one record with its revision as ETag.
func (rc *requestContext) record(status int, rev int64, body []byte) error {
	rc.Header()["Etag"] = []string{request.ETag(rev)}
	return rc.bytes(status, body)
}

// done answers a call that returns no value.
func (rc *requestContext) done(err error) error {
	if err != nil {
		return err
	}
	return rc.empty()
}

func (rc *requestContext) empty() error {
	rc.WriteHeader(http.StatusNoContent)
	return nil
}

// list answers an object whose member name is an array of encoded items; more
// writes further members.
func (rc *requestContext) list(name string, items []json.RawMessage, more func(*bytes.Buffer)) error {
	b := getBuffer()
	defer putBuffer(b)
	writeArray(b, name, items)
	if more != nil {
		more(b)
	}
	b.WriteByte('}')
	return rc.bytes(http.StatusOK, b.Bytes())
}

func writeArray(b *bytes.Buffer, name string, items []json.RawMessage) {
	n := len(name) + 8
	for _, item := range items {
		n += len(item) + 1
	}
	b.Grow(n + 128)
	b.WriteString(`{"`)
	b.WriteString(name)
	b.WriteString(`":[`)
	for i, item := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(item)
	}
	b.WriteByte(']')
}
