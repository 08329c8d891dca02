package mongo

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"

	"weft/runtime/query"
	"weft/runtime/store"
)

// collection is what is known of a collection from the last Ensure. It is not
// changed once it is in the catalog.
type collection struct {
	store.Collection
	// fields tells what is special about fields; most have an entry only if
	// Kinds names them.
	fields map[string]*fieldLayout
	// unset lists the fields whose absence is marked, in order.
	unset   []string
	indexes []index
	// changed is the number of the last change that touched it.
	changed *atomic.Uint64
	// heldForms tells, by field, what every document has, and thus what readers may go
	// by. It is less than what members say while documents are still being given it.
	heldForms map[string]storedForms
	// unfinished: it is not certain that every document has what members say.
	unfinished bool
}

// fieldLayout is what encode does for one field of a collection.
type fieldLayout struct {
	// kind is 0 when values are kept as their JSON.
	kind query.Kind
	// fold: the folded text is kept where it differs from the value; folded: always.
	fold, folded bool
	// sorted: every set text has a sort key.
	sorted bool
	// unset is the place in collection.unset, -1 for none.
	unset int
	// unique: part of a unique index.
	unique bool
}

var (
	collectionName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	fieldName      = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,127}$`)
)

// newCollection checks a definition; old is what it replaces, if anything.
func newCollection(def store.Collection, old *collection) (*collection, error) {
	if !collectionName.MatchString(def.Name) || slices.Contains(ownCollections, def.Name) {
		return nil, fmt.Errorf("mongo: %q cannot be the name of a collection", def.Name)
	}
	c := &collection{Collection: def, fields: map[string]*fieldLayout{}, changed: new(atomic.Uint64)}
	if old != nil {
		c.changed = old.changed
	}
	for field, kind := range def.Kinds {
		m := c.field(field)
		m.kind, m.fold = kind, kind == query.Text
	}
	for _, i := range def.Indexes {
		made, err := c.newIndex(i)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(c.indexes, func(i index) bool { return i.digest == made.digest }) {
			c.indexes = append(c.indexes, made) // the database has none twice
		}
	}
	if def.Searchable {
		c.indexes = append(c.indexes, wordsIndex())
	}
	c.allFormsHeld()
	return c, nil
}

// field gives the entry of a field, made when there is none.
func (c *collection) field(field string) *fieldLayout {
	m := c.fields[field]
	if m == nil {
		m = &fieldLayout{unset: -1}
		c.fields[field] = m
	}
	return m
}

// markUnset notes that documents tell where the field is unset.
func (c *collection) markUnset(field string) {
	if m := c.field(field); m.unset < 0 {
		m.unset = len(c.unset)
		c.unset = append(c.unset, field)
	}
}

// kind is the native kind of a field: Decimal and Instant have types of the
// database; 0 means that values are kept as their JSON.
func (c *collection) kind(field string) query.Kind {
	if m := c.fields[field]; m != nil {
		return m.kind
	}
	return 0
}

// catalog is the set of collections; it is replaced as a whole.
type catalog struct {
	set atomic.Pointer[map[string]*collection]
	mu  sync.Mutex
}

func (k *catalog) all() map[string]*collection {
	if set := k.set.Load(); set != nil {
		return *set
	}
	return nil
}

// frozen is the catalog as it is now.
func (k *catalog) frozen() *catalog {
	now := &catalog{}
	now.set.Store(k.set.Load())
	return now
}

func (k *catalog) get(name string) (*collection, error) {
	if c := k.all()[name]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("mongo: there is no collection %q", name)
}

// put adds or replaces collections.
func (k *catalog) put(more ...*collection) {
	k.mu.Lock()
	defer k.mu.Unlock()
	set := maps.Clone(k.all())
	if set == nil {
		set = map[string]*collection{}
	}
	for _, c := range more {
		set[c.Name] = c
	}
	k.set.Store(&set)
}

// names of the collections, in order.
func (k *catalog) names() []string { return slices.Sorted(maps.Keys(k.all())) }
