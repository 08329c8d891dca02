package query

// Index is an index of a collection: it serves equality, then order, then
// ranges. A unique index ignores documents in which one of its fields is unset;
// any other ends in the document's id.
type Index struct {
	Name   string
	Keys   []IndexKey
	Unique bool
	// Sparse leaves out documents whose first key is unset. The index serves
	// conditions on that key, but no order of all documents.
	Sparse bool
}

// IndexKey is one column of an index.
type IndexKey struct {
	Path Path
	Desc bool
	// Folded indexes query.Fold of the text (for starts).
	Folded bool
}

// bounds tells whether the key finds documents by a condition that several
// values fulfil. Sort keys order, they do not compare.
func (k IndexKey) bounds(c Cmp) bool {
	switch {
	case k.Path.Field != c.Path.Field:
		return false
	case c.Op == Starts:
		return k.Folded || k.Path.Field == "id"
	}
	return !k.Folded && !k.Path.SortKey
}

// orders tells whether the key gives the order of a term in an engine.
func (k IndexKey) orders(t SortTerm, e Engine) bool {
	return k.Path.Field == t.Path.Field && !k.Folded && k.Path.SortKey == (t.Path.Kind == Text) &&
		(e.eitherDirection || k.Desc == t.Desc)
}
