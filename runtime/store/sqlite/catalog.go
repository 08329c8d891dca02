package sqlite

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// collection is a known collection with the texts of its statements.
type collection struct {
	store.Collection
	table, words string // quoted names
	// changed is the number of the last commit that touched it.
	changed *atomic.Uint64
	indexes []index
	// docs are its documents in the cache.
	docs *docSet
	// sorted and folded tell which text fields an index keeps by sort key or folded.
	sorted, folded map[string]bool

	sqlGet, sqlLoad, sqlInsert, sqlUpdate, sqlDelete, sqlRev, sqlBefore string
	sqlWord, sqlPutWord, sqlDropWord, sqlTerm, sqlPrefix                string
}

// catalog is the set of collections; it is replaced as a whole.
type catalog struct {
	set atomic.Pointer[map[string]*collection]
}

func (k *catalog) all() map[string]*collection { return *k.set.Load() }

func (k *catalog) get(name string) (*collection, error) {
	if c := k.all()[name]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("sqlite: there is no collection %q", name)
}

func (k *catalog) load(c *conn) error {
	set := map[string]*collection{}
	err := c.each("SELECT name, definition FROM weft_collection", nil, func(row *sqlite3.Stmt) error {
		var def store.Collection
		if err := json.Unmarshal([]byte(row.ColumnText(1)), &def); err != nil {
			return fmt.Errorf("sqlite: collection %s: %w", row.ColumnText(0), err)
		}
		made, err := newCollection(def, nil)
		set[def.Name] = made
		return err
	})
	k.set.Store(&set)
	return err
}

// with returns a copy of the set with new or changed collections.
func (k *catalog) with(more []*collection) map[string]*collection {
	set := maps.Clone(k.all())
	for _, c := range more {
		set[c.Name] = c
	}
	return set
}

var (
	collectionName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	fieldName      = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,127}$`)
)

// newCollection checks a definition; old is what it replaces, if anything.
func newCollection(def store.Collection, old *collection) (*collection, error) {
	if !collectionName.MatchString(def.Name) {
		return nil, fmt.Errorf("sqlite: %q cannot be the name of a collection", def.Name)
	}
	c := &collection{
		Collection: def, table: quote("d_" + def.Name), words: quote("w_" + def.Name),
		changed: new(atomic.Uint64), docs: newDocSet(), sorted: map[string]bool{}, folded: map[string]bool{},
	}
	if old != nil {
		c.changed, c.docs = old.changed, old.docs
	}
	for _, i := range def.Indexes {
		made, err := newIndex(c, i)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(c.indexes, made.same) {
			c.indexes = append(c.indexes, made)
		}
	}
	c.statements()
	return c, nil
}

func (c *collection) statements() {
	c.sqlGet = "SELECT seq, rev, body FROM " + c.table + " WHERE id=?"
	c.sqlLoad = "SELECT j.key, t.id, t.rev, t.body FROM json_each(?) j CROSS JOIN " + c.table + " t WHERE t.seq=j.value"
	c.sqlRev = "SELECT rev FROM " + c.table + " WHERE id=?"
	c.sqlBefore = "SELECT seq, rev, body, tokens FROM " + c.table + " WHERE id=?"
	c.sqlInsert = "INSERT INTO " + c.table + " (id, rev, body, sort, tokens) VALUES (?,?,?,?,?)"
	c.sqlUpdate = "UPDATE " + c.table + " SET rev=?, body=?, sort=?, tokens=? WHERE seq=?"
	c.sqlDelete = "DELETE FROM " + c.table + " WHERE seq=?"
	c.sqlWord = "SELECT seqs FROM " + c.words + " WHERE field=? AND token=? AND chunk=?"
	c.sqlPutWord = "INSERT OR REPLACE INTO " + c.words + " (field, token, chunk, seqs) VALUES (?,?,?,?)"
	c.sqlDropWord = "DELETE FROM " + c.words + " WHERE field=? AND token=? AND chunk=?"
	c.sqlTerm = "SELECT chunk, seqs FROM " + c.words + " WHERE field=? AND token=?"
	c.sqlPrefix = "SELECT chunk, seqs FROM " + c.words + " WHERE field=? AND token>=? AND token<?"
}

// tables are the statements that make the collection's tables.
func (c *collection) tables() []string {
	return []string{
		"CREATE TABLE IF NOT EXISTS " + c.table +
			" (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, rev INTEGER NOT NULL, body TEXT NOT NULL, sort TEXT, tokens TEXT)",
		"CREATE TABLE IF NOT EXISTS " + c.words +
			" (field TEXT NOT NULL, token TEXT NOT NULL, chunk INTEGER NOT NULL, seqs BLOB NOT NULL, PRIMARY KEY (field, token, chunk)) WITHOUT ROWID",
	}
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// column is the SQL for a field's raw value in the row called alias. Queries and
// indexes use the same text, so that SQLite recognises the indexed expression.
func column(alias, field string) (string, error) {
	if alias != "" {
		alias += "."
	}
	switch field {
	case "id", "rev":
		return alias + field, nil
	}
	if !fieldName.MatchString(field) {
		return "", &refusal{fmt.Errorf("sqlite: %q cannot be the name of a field", field)}
	}
	return "json_extract(" + alias + "body,'$." + field + "')", nil
}

// sortColumn is the SQL for the sort key of a text field: the one stored with the
// document, else one computed by the query.
func sortColumn(alias, field string) (string, error) {
	raw, err := column(alias, field)
	if err != nil || field == "id" {
		return raw, err
	}
	if alias != "" {
		alias += "."
	}
	return "coalesce(json_extract(" + alias + "sort,'$." + field + "')," + fnSort + "(" + raw + "))", nil
}

// names returns the names of the collections, sorted.
func (k *catalog) names() []string { return slices.Sorted(maps.Keys(k.all())) }
