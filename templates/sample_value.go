package templates

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"weft/runtime/record"
)

// maxSampleFile bounds a file that stands in a sample, in bytes.
const maxSampleFile = 1 << 20

// resolve turns a row of a sample into one of an import.
func (l *Loader) resolve(ctx context.Context, raw map[string]any) (row record.Row, err error) {
	row.Values = make(map[string]any, len(raw))
	for field, v := range raw {
		switch field {
		case "$key":
			continue // looked at before
		case "$visits":
			row.Visits, err = l.visits(v)
		default:
			row.Values[field], err = l.value(ctx, v)
		}
		if err != nil {
			return row, fmt.Errorf("%s: %w", field, err)
		}
	}
	return row, nil
}

// value replaces the objects that stand for something else, also inside arrays.
func (l *Loader) value(ctx context.Context, v any) (any, error) {
	switch x := v.(type) {
	case []any:
		out := make([]any, len(x))
		for i := range x {
			resolved, err := l.value(ctx, x[i])
			if err != nil {
				return nil, err
			}
			out[i] = resolved
		}
		return out, nil
	case map[string]any:
		for word, of := range x {
			if len(x) == 1 && strings.HasPrefix(word, "$") {
				return l.placeholder(ctx, word, of)
			}
		}
	}
	return v, nil
}

func (l *Loader) placeholder(ctx context.Context, word string, of any) (any, error) {
	switch word {
	case "$ref":
		var ref []string
		if err := reshape(of, &ref); err != nil || len(ref) != 3 {
			return nil, errShape
		}
		id, err := l.find(ctx, ref[0], ref[1:2], map[string]any{ref[1]: ref[2]})
		if err == nil && id == "" {
			err = fmt.Errorf("%w: %s with %s %s", errNoRecord, ref[0], ref[1], ref[2])
		}
		return id, err
	case "$date", "$datetime":
		var days int
		if err := reshape(of, &days); err != nil {
			return nil, err
		}
		if word == "$date" {
			return l.day(days).Format(time.DateOnly), nil
		}
		return l.day(days).Format(time.RFC3339), nil
	case "$file":
		var file struct{ Name, Text string }
		if err := reshape(of, &file); err != nil {
			return nil, err
		}
		stored, err := l.Files.Put(ctx, l.By.UserID, file.Name, "text/plain", strings.NewReader(file.Text), maxSampleFile)
		if err != nil {
			return nil, fmt.Errorf("file %s: %w", file.Name, err)
		}
		return stored.ID, nil
	}
	return nil, errShape
}

func (l *Loader) day(days int) time.Time { return l.At.In(l.Zone).AddDate(0, 0, days) }

// visits reads the stages a record has been in.
func (l *Loader) visits(v any) ([]record.Visit, error) {
	var list []struct {
		Stage, Reason string
		Entered, Left *int
	}
	if err := reshape(v, &list); err != nil {
		return nil, err
	}
	visits := make([]record.Visit, len(list))
	for i, x := range list {
		visits[i] = record.Visit{Stage: x.Stage, Reason: x.Reason, EnteredAt: l.instant(x.Entered), LeftAt: l.instant(x.Left)}
	}
	return visits, nil
}

func (l *Loader) instant(days *int) *time.Time {
	if days == nil {
		return nil
	}
	at := l.day(*days)
	return &at
}

// reshape reads a decoded JSON value as something more definite.
func reshape(v, into any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%w: %w", errShape, err)
	}
	return nil
}
