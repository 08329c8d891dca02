package read

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"weft/runtime/problem"
	"weft/runtime/store"
)

// SystemKeys are the system fields in the order in which they are stored.
var SystemKeys = [...]string{"id", "rev", "created_at", "created_by", "updated_at", "updated_by"}

// Decode reads a stored document: numbers are float64, arrays []any.
func Decode(d store.Doc) (map[string]any, error) {
	var doc map[string]any
	if err := json.Unmarshal(d.Body, &doc); err != nil {
		return nil, fmt.Errorf("read: document %s cannot be read: %w", d.ID, err)
	}
	doc["rev"] = float64(d.Rev)
	return doc, nil
}

// NotFound is the one answer for rows that are missing and rows that are hidden.
func NotFound() *problem.Error { return problem.New(problem.NotFound, "no_such_record_here", nil) }

// StoreProblem gives the store's errors their codes; others stay as they are.
func StoreProblem(err error) error {
	code := problem.Code("")
	switch {
	case problem.As(err) != nil:
		return err
	case errors.Is(err, store.ErrUnknown):
		code = problem.OutcomeUnknown
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, store.ErrReadOnly):
		code = problem.Unavailable
	case errors.Is(err, store.ErrFull):
		code = problem.StorageFull
	default:
		return err
	}
	p := problem.Wrap(code, err)
	p.RetryAfter = time.Second
	return p
}
