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

// collection is the definition of a collection by the last Ensure. It is
// immutable once it is in the catalog.
type collection struct {
	store.Collection
	// fields holds what is special about fields; most have an entry only if
	// Kinds names them.
	fields map[string]*fieldLayout
	// unset lists the fields whose absence is marked, in order.
	unset   []string
	indexes []index
	// changed is the number of the last change to the collection.
	changed *atomic.Uint64
	// heldForms is, by field, what every document is known to hold, and thus
	// what reads may use. It is less than wantedForms while documents are being
	// backfilled.
	heldForms map[string]storedForms
	// unfinished: some documents may lack what wantedForms says.
	unfinished bool
}

// fieldLayout is how encode treats one field of a collection.
type fieldLayout struct {
	// kind is 0 when values are stored as their JSON.
	kind query.Kind
	// fold: the folded text is stored where it differs from the value; folded:
	// always.
	fold, folded bool
	// sorted: every set text has a sort key.
	sorted bool
	// unset is the index in collection.unset, -1 for none.
	unset int
	// unique: part of a unique index.
	unique bool
}

var (
	collectionName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	fieldName      = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,127}$`)
)

// newCollection checks a definition; old is the one it replaces, if any.
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
			c.indexes = append(c.indexes, made) // the database has no index twice
		}
	}
	if def.Searchable {
		c.indexes = append(c.indexes, wordsIndex())
	}
	c.allFormsHeld()
	return c, nil
}

// field returns the entry of a field, made when there is none.
func (c *collection) field(field string) *fieldLayout {
	m := c.fields[field]
	if m == nil {
		m = &fieldLayout{unset: -1}
		c.fields[field] = m
	}
	return m
}

// markUnset says that documents mark where the field is unset.
func (c *collection) markUnset(field string) {
	if m := c.field(field); m.unset < 0 {
		m.unset = len(c.unset)
		c.unset = append(c.unset, field)
	}
}

// kind is the native kind of a field: Decimal and Instant have types of the
// database; 0 means that values are stored as their JSON.
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

// frozen is a copy that later definitions do not change.
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
