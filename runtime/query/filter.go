package query

import "time"

// Entity is how query and formula see an entity.
type Entity interface {
	// EntityKey is the key, which is also the store collection.
	EntityKey() string
	// Lookup finds a field by key, system fields included.
	Lookup(key string) (Field, bool)
}

// Field is what a query needs to know of a field.
type Field struct {
	// Key names the stored value.
	Key  string
	Kind Kind
	// Name is how clients write a part of a field, e.g. "due_in.state" for the phase of
	// a clock, whose Key is that of the stored part; "" for a whole field.
	Name string
	// Clock is set on the phase of a clock, see Path.Clock.
	Clock string
	// Target is the entity a Key (or Keys) field refers to; nil else.
	Target Entity
	// Normalise turns a wire value of a filter into stored form; it returns
	// false when the value cannot be one of this field. On Keys it takes one key.
	// nil takes every scalar as it is.
	Normalise func(wire any) (any, bool)
	// Searchable fields carry tokens; SortKey fields carry a sort key.
	Searchable, SortKey bool
	// ComputedOnRead fields are computed when a record is read, so that no query can
	// compare, sort or group by them.
	ComputedOnRead bool
	// Incomparable fields (child rows, location parts) cannot be compared at all.
	Incomparable bool
}

// Holder is the key of the field that the value belongs to.
func (f Field) Holder() string { return pathOf(f).Holder() }

// Filter is a parsed and checked filter which still holds relative values
// ({"now":…}, {"day":…}, {"me":true}, {"myDepartment":…}); Bind makes an Expr of it. The
// zero Filter matches everything.
type Filter struct{ expr Expr }

// Env is what relative values stand for.
type Env struct {
	Now time.Time
	// Zone is the organisation's time zone, in which relative dates are cut to days.
	Zone *time.Location
	// WeekOffset is how many days after Monday the organisation's week begins.
	WeekOffset int
	// Me is the caller's user id, "" for nobody.
	Me string
	// MyDepartments and MyDepartmentsBelow are department ids.
	MyDepartments, MyDepartmentsBelow []string
}

// Rights lets a reader's rights cut a query while it is bound: it may refuse a
// path (ok false: 422 as if the field did not exist) or narrow it through
// Path.Visible and Path.Scope. A nil Rights changes nothing.
type Rights interface {
	RestrictPath(e Entity, p Path) (cut Path, ok bool)
}
