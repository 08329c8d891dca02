package templates

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"weft/runtime/access"
	"weft/runtime/files"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/record/read"
)

// Records is what a Loader needs of record.Service.
type Records interface {
	ImportRows(ctx context.Context, c record.Call, entity string, rows []record.Row, dryRun bool) ([]record.RowResult, error)
}

// Reads is what a Loader needs of read.Service.
type Reads interface {
	Query(ctx context.Context, actor *access.Actor, entity string, q read.Query) (*read.Page, error)
}

// FileStore is what a Loader needs of files.Service.
type FileStore interface {
	Put(ctx context.Context, by, name, mediaType string, r io.Reader, max int64) (*files.File, error)
}

// Loader installs sample records. They are written as a historical
// import by By, so that deals can stand in later stages with the days of their
// past. A row holds wire values by field, in which these objects stand for
// what is not known before:
//
//	{"$ref": ["account", "name", "…"]}        id of the record of account whose name is …
//	{"$date": -30}                            the day 30 days before At, in Zone
//	{"$datetime": -30}                        At, 30 days earlier
//	{"$file": {"name": "…", "text": "…"}}     id of a file with that text
//
// and these members in addition to the fields:
//
//	"$key": ["name"]                          leave the row out when there is a record with the same values
//	"$visits": [{"stage", "entered", "left", "reason"}]   stages it has been in; entered and left in days from At
//
// A row that is refused because a unique value is taken is there already and is
// left out too, so that loading again adds nothing.
type Loader struct {
	Records Records
	Reads   Reads
	Files   FileStore
	By      *access.Actor
	At      time.Time
	Zone    *time.Location
}

// Load makes the records of one sample file, in order, and returns how many it made.
func (l *Loader) Load(ctx context.Context, entity string, rows []map[string]any) (int, error) {
	made := 0
	for i, raw := range rows {
		created, err := l.row(ctx, entity, raw)
		if err != nil {
			return made, fmt.Errorf("templates: sample %s, row %d: %w", entity, i+1, err)
		}
		if created {
			made++
		}
	}
	return made, nil
}

// row makes one record; a later row of the same file may refer to it.
func (l *Loader) row(ctx context.Context, entity string, raw map[string]any) (bool, error) {
	if there, err := l.exists(ctx, entity, raw); err != nil || there {
		return false, err
	}
	row, err := l.resolve(ctx, raw)
	if err != nil {
		return false, err
	}
	call := record.Call{Actor: l.By, Source: record.SourceImport, Historical: true}
	results, err := l.Records.ImportRows(ctx, call, entity, []record.Row{row}, false)
	if err != nil {
		return false, err
	}
	if p := results[0].Problem; p != nil {
		if p.Code == problem.Unique {
			return false, nil
		}
		return false, p
	}
	return results[0].Created, nil
}

// exists tells whether the record that a row's $key names exists.
func (l *Loader) exists(ctx context.Context, entity string, raw map[string]any) (bool, error) {
	if raw["$key"] == nil {
		return false, nil
	}
	var keys []string
	if err := reshape(raw["$key"], &keys); err != nil {
		return false, err
	}
	return l.existsWith(ctx, entity, raw, keys)
}

// Exists tells whether a record with all values of a row exists; it does not
// when the row refers to a record that does not.
func (l *Loader) Exists(ctx context.Context, entity string, row map[string]any) (bool, error) {
	exists, err := l.existsWith(ctx, entity, row, slices.Sorted(maps.Keys(row)))
	if errors.Is(err, errNoRecord) {
		return false, nil
	}
	return exists, err
}

func (l *Loader) existsWith(ctx context.Context, entity string, raw map[string]any, keys []string) (bool, error) {
	values := make(map[string]any, len(keys))
	for _, key := range keys {
		v, err := l.value(ctx, raw[key])
		if err != nil {
			return false, err
		}
		values[key] = v
	}
	id, err := l.find(ctx, entity, keys, values)
	return id != "", err
}

// find gives the id of the record that has the same values in keys, "" for none.
func (l *Loader) find(ctx context.Context, entity string, keys []string, values map[string]any) (string, error) {
	all := make([]any, len(keys))
	for i, key := range keys {
		all[i] = []any{key, "=", values[key]}
	}
	where, err := json.Marshal(map[string]any{"all": all})
	if err != nil {
		return "", err
	}
	page, err := l.Reads.Query(ctx, l.By, entity, read.Query{Where: where, Limit: 1, Fields: []string{}})
	if err != nil || len(page.Items) == 0 {
		return "", err
	}
	var item struct{ ID string }
	if err := json.Unmarshal(page.Items[0], &item); err != nil {
		return "", err
	}
	return item.ID, nil
}

var (
	errShape    = errors.New("a member beginning with $ has the wrong form")
	errNoRecord = errors.New("there is no such record")
)
