package api

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"

	"weft/runtime/record"
	"weft/runtime/request"
)

// ifMatch is the revision that the caller expects; 0 when there is no If-Match
// or it is "*".
func (rc *requestContext) ifMatch() (int64, error) {
	values := rc.r.Header["If-Match"]
	if len(values) == 0 || (len(values) == 1 && strings.TrimSpace(values[0]) == "*") {
		return 0, nil
	}
	if len(values) == 1 {
		if rev, ok := request.ParseETag(values[0]); ok {
			return rev, nil
		}
	}
	return 0, malformed("if_match", nil)
}

// call is the record call of this request: actor, source, expected revision and
// idempotency key. The body must have been read, since the key covers it.
func (rc *requestContext) call(source record.Source) (record.Call, error) {
	c := record.Call{Actor: rc.actor, Source: source, Lang: request.Language(rc.r)}
	var err error
	if c.IfMatch, err = rc.ifMatch(); err != nil {
		return c, err
	}
	if c.Key, err = rc.idempotencyKey(); err != nil || c.Key == "" {
		return c, err
	}
	c.Digest = rc.digest()
	return c, nil
}

// idempotencyKey is the header of that name, "" without one.
func (rc *requestContext) idempotencyKey() (string, error) {
	keys := rc.r.Header["Idempotency-Key"]
	switch {
	case len(keys) == 0:
		return "", nil
	case len(keys) > 1 || !visible(keys[0]):
		return "", malformed("idempotency_key", nil)
	}
	return keys[0], nil
}

func visible(key string) bool {
	for _, b := range []byte(key) {
		if b < 0x21 || b > 0x7e {
			return false
		}
	}
	return len(key) >= 1 && len(key) <= 200
}

// digest distinguishes requests that use one idempotency key.
func (rc *requestContext) digest() string {
	sum := sha256.New()
	for _, part := range []string{rc.r.Method, rc.r.URL.Path, rc.r.URL.RawQuery, rc.body} {
		_, _ = io.WriteString(sum, part)
		_, _ = sum.Write([]byte{0})
	}
	return hex.EncodeToString(sum.Sum(nil))
}
