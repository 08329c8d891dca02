package sqlite

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// Lists must not sort or read the whole table.
func TestListsAreReadFromAnIndexAlone(t *testing.T) {
	t.Parallel()
	s := openAt(t, filepath.Join(t.TempDir(), "weft.db"), Options{Readers: 1})
	for i := range 40 {
		write(t, s, lead(i, []string{"new", "won"}[i%2]))
	}
	won := query.Cmp{Path: stagePath, Op: query.Eq, Value: "won"}
	owned := query.All{won, query.Cmp{Path: codePath, Op: query.Ne, Value: "c1"}}
	sort := func(p query.Path, desc bool) []query.SortTerm { return []query.SortTerm{{Path: p, Desc: desc}} }
	last := &store.Position{Values: []any{"2026-01-01T00:00:09.000Z"}, ID: "l0000009"}
	for name, run := range map[string]func(*reader) error{
		"newest first":           finds(store.Find{Where: won, Sort: sort(atPath, true), Limit: 5}),
		"oldest first":           finds(store.Find{Where: won, Sort: sort(atPath, false), Limit: 5}),
		"the whole of it":        finds(store.Find{Where: owned, Sort: sort(atPath, true), Limit: 50}),
		"the next page":          finds(store.Find{Where: won, Sort: sort(atPath, true), Limit: 5, After: last}),
		"the next page upwards":  finds(store.Find{Where: owned, Sort: sort(atPath, false), Limit: 5, After: last}),
		"unset ones":             finds(store.Find{Where: won, Sort: sort(atPath, true), Limit: 5, After: &store.Position{Values: []any{nil}, ID: "l0"}}),
		"by stage, then newest":  finds(store.Find{Sort: append(sort(stagePath, false), sort(atPath, true)...), Limit: 5}),
		"by name":                finds(store.Find{Sort: sort(namePath, true), Limit: 5}),
		"by id":                  finds(store.Find{Limit: 5, After: &store.Position{ID: "l0000009"}}),
		"by id, downwards":       finds(store.Find{Limit: 5, IDDesc: true}),
		"history, by range":      finds(store.Find{Where: query.Cmp{Path: query.Path{Field: "id", Kind: query.Key}, Op: query.Starts, Value: "l00"}, Limit: 5}),
		"equal text by sort key": finds(store.Find{Where: query.Cmp{Path: namePath, Op: query.Eq, Value: "公司 7"}, Limit: 5}),
		"by unique key":          finds(store.Find{Where: query.Cmp{Path: codePath, Op: query.Eq, Value: "c7"}, Limit: 5}),
		"by a seldom key":        finds(store.Find{Where: query.Cmp{Path: batchPath, Op: query.Eq, Value: "b7"}, Limit: 5, After: &store.Position{ID: "l01"}}),
		"count by stage": func(q *reader) error {
			_, err := q.count(q.s.catalog.all()["lead"], won, 0)
			return err
		},
	} {
		for _, step := range plan(t, s, run) {
			if slim := strings.Contains(step, "SELECT t.id, t.seq") || strings.Contains(step, "SELECT t.seq"); slim && !strings.Contains(step, "COVERING INDEX") {
				t.Errorf("%s reads more than an index: %s", name, step)
			}
			if strings.HasPrefix(step, "SCAN j VIRTUAL TABLE") {
				continue // a list of places
			}
			if strings.Contains(step, "SCAN") && !strings.Contains(step, "USING INDEX") && !strings.Contains(step, "USING COVERING INDEX") {
				t.Errorf("%s: %s", name, step)
			}
			if name == "by a seldom key" && !strings.Contains(step, "SEARCH t USING INDEX x_lead_batch_") {
				t.Errorf("%s: %s", name, step)
			}
			if strings.Contains(step, "TEMP B-TREE") && name != "equal text by sort key" && name != "by unique key" {
				t.Errorf("%s: %s", name, step)
			}
		}
	}
}

func finds(f store.Find) func(*reader) error {
	return func(q *reader) error {
		_, err := q.Find(context.Background(), "lead", f)
		return err
	}
}

// plan runs something on a connection of its own and explains its statements.
func plan(t *testing.T, s *Store, run func(*reader) error) (steps []string) {
	t.Helper()
	c, err := openConn(s.path, "FULL", readerCacheKiB)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	known := map[string]bool{}
	for sql := range c.stmts {
		known[sql] = true
	}
	if err := run(&reader{s: s, c: c}); err != nil {
		t.Fatal(err)
	}
	var texts []string
	for sql := range c.stmts {
		if strings.HasPrefix(sql, "SELECT") && !known[sql] {
			texts = append(texts, sql)
		}
	}
	for _, sql := range texts {
		err := c.each("EXPLAIN QUERY PLAN "+sql, nil, func(row *sqlite3.Stmt) error {
			steps = append(steps, row.ColumnText(3)+" of "+sql)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(steps) == 0 {
		t.Fatal("no statement was explained")
	}
	return steps
}
