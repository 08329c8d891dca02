// Package problem holds weft's one error type: a closed list of codes, each
// with one HTTP status, and texts in zh-CN and en (RFC 9457).
package problem

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Code says what kind of problem it is; the list is closed and pinned in the contract.
type Code string

// The codes of the contract.
const (
	Malformed       Code = "malformed"
	Unauthenticated Code = "unauthenticated"
	Forbidden       Code = "forbidden"
	NotFound        Code = "not_found"
	Method          Code = "method"
	Guard           Code = "guard"
	Transition      Code = "transition"
	Unique          Code = "unique"
	Referenced      Code = "referenced"
	Conflict        Code = "conflict"
	Claimed         Code = "claimed"
	Script          Code = "script"
	ClaimLimit      Code = "claim_limit"
	Stale           Code = "stale"
	TooLarge        Code = "too_large"
	MediaType       Code = "media_type"
	Invalid         Code = "invalid"
	Rate            Code = "rate"
	Unavailable     Code = "unavailable"
	OutcomeUnknown  Code = "outcome_unknown"
	StorageFull     Code = "storage_full"
	Internal        Code = "internal"
)

// Field is one problem at one place of the request.
type Field struct {
	// Path is a JSON pointer into the request body, "" for the whole.
	Path string
	// Code is a catalogue key, e.g. "required", "too_long", "unknown_field".
	Code string
	// Text is the catalogue key of the message where it says more than the
	// code's own text; "" means Code.
	Text string
	// Params fill the placeholders of the catalogue text; they are also
	// written as members of the error object. A value of type Title is shown
	// in the request's language.
	Params map[string]any
}

// Title is a text that exists in both languages; schemas.Title satisfies it.
type Title interface{ In(lang string) string }

// Error is the one error type that packages return for a caller to see. Any other
// error reads as Internal.
type Error struct {
	Code Code
	// Key picks the detail text of the catalogue; empty means the code's own text.
	Key    string
	Params map[string]any
	Fields []Field
	// Extra members of the answer, e.g. "record" of a 412.
	Extra map[string]any
	// RetryAfter is set on 429 and 503.
	RetryAfter time.Duration
	// Err is the cause, for logs only; it is never shown to a caller.
	Err error
}

// New makes an Error whose detail is the catalogue text key, filled with params.
func New(code Code, key string, params map[string]any) *Error {
	return &Error{Code: code, Key: key, Params: params}
}

// Wrap makes an Error with a cause that only logs show.
func Wrap(code Code, err error) *Error { return &Error{Code: code, Err: err} }

// Of makes an Error from field problems.
func Of(code Code, fields ...Field) *Error { return &Error{Code: code, Fields: fields} }

// At makes a field problem; params come as name, value pairs.
func At(path, code string, params ...any) Field {
	f := Field{Path: path, Code: code}
	for i := 0; i+1 < len(params); i += 2 {
		if f.Params == nil {
			f.Params = map[string]any{}
		}
		f.Params[params[i].(string)] = params[i+1]
	}
	return f
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// Pointer makes a JSON pointer of its parts (RFC 6901).
func Pointer(parts ...any) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteByte('/')
		switch p := p.(type) {
		case string:
			b.WriteString(pointerEscapes.Replace(p))
		case int:
			b.WriteString(strconv.Itoa(p))
		default:
			b.WriteString(pointerEscapes.Replace(fmt.Sprint(p)))
		}
	}
	return b.String()
}

// Error says the problem in English with its cause, for logs.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Code))
	if d := e.Detail("en"); d != "" {
		b.WriteString(": " + d)
	}
	for _, f := range e.Fields {
		b.WriteString("; " + f.Path + " " + f.Message("en"))
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// As finds the Error in err's chain; nil and foreign errors give nil.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// CodeOf gives err's code: "" for nil, Internal for a foreign error.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e := As(err); e != nil {
		return e.Code
	}
	return Internal
}
