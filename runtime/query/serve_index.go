package query

// bound is what an index finds by the filter: one value of its first keys, then
// a range or a list of values of the next one; nothing if it may lack matches.
func (c *conditions) bound(e Engine, i Index) Plan {
	p := c.found(i)
	if e.partialIndexes && i.lacks(p) {
		return Plan{}
	}
	return p
}

// lacks tells whether a partial index may leave out documents that a filter
// matches: the filter must set all keys of a unique one, and speaks of a text
// where an index of folded texts has it set.
func (i Index) lacks(p Plan) bool {
	set := len(p.Equality)
	if p.Range != "" {
		set++
	}
	return i.Unique && len(i.Keys) > 1 && set < len(i.Keys) || i.Sparse && i.Keys[0].Folded
}

func (c *conditions) found(i Index) Plan {
	var p Plan
	for _, k := range i.Keys {
		if !c.fixes(k.Path.Field) || k.Folded {
			break
		}
		p.Equality = append(p.Equality, k.Path.Field)
	}
	if n := len(p.Equality); n < len(i.Keys) {
		for _, x := range c.ranges {
			if i.Keys[n].bounds(x) {
				p.Range = x.Path.Field
				break
			}
		}
	}
	return p
}

// single tells whether the filter means at most one document of a unique index.
func (c *conditions) single(i Index) bool {
	for _, k := range i.Keys {
		if !c.fixes(k.Path.Field) {
			return false
		}
	}
	return i.Unique
}

// ordered tells whether an index gives an order: its first keys have one value
// each, and the others are the terms, to the end. Terms that have one value
// order nothing, but must stand among the first keys.
func (c *conditions) ordered(e Engine, i Index, terms []SortTerm, idDesc bool) bool {
	var left []SortTerm
	fixed := map[string]bool{}
	for _, t := range terms {
		if c.fixes(t.Path.Field) {
			fixed[t.Path.Field] = true
		} else {
			left = append(left, t)
		}
	}
	if i.Unique { // it does not end in the id; the one on ids does
		return i.Keys[0].Path.Field == "id" && len(terms) == 0
	}
	if idDesc && len(left) > 0 && !e.eitherDirection {
		return false
	}
	n := len(i.Keys) - len(left)
	if n < 0 || i.Sparse && n == 0 {
		return false
	}
	for _, k := range i.Keys[:n] {
		if !c.fixes(k.Path.Field) || k.Folded {
			return false
		}
		delete(fixed, k.Path.Field)
	}
	for j, t := range left {
		if !i.Keys[n+j].orders(t, e) {
			return false
		}
	}
	return len(fixed) == 0
}

// others are the paths of the filter that a plan leaves to be compared.
func (c *conditions) others(p Plan) []string {
	var out []string
	for _, name := range c.paths {
		taken := name == p.Range
		for _, field := range p.Equality {
			taken = taken || name == field
		}
		if !taken {
			out = append(out, name)
		}
	}
	return out
}

// maxIndexKeys is how many fields an index of an entity can have.
const maxIndexKeys = 8

// SuggestListIndex gives the index that would serve a list, as fields of x-indexes ("-"
// for descending): what the filter fixes, then the order. Nil when an order by
// id is all there is.
func SuggestListIndex(where Expr, sort []SortTerm) []string {
	c := conditionsOf(where)
	terms, _ := SplitID(sort)
	var order []string
	for _, t := range terms {
		switch {
		case c.fixes(t.Path.Field):
		case t.Desc:
			order = append(order, "-"+t.Path.Field)
		default:
			order = append(order, t.Path.Field)
		}
	}
	var fields []string
	for _, x := range c.equal {
		if len(fields)+len(order) < maxIndexKeys {
			fields = append(fields, x.Path.Field)
		}
	}
	return append(fields, order...)
}

// SuggestAggregateIndex gives the index that would serve an aggregate: what the filter
// fixes, else the first field that it bounds. Nil when it bounds none.
func SuggestAggregateIndex(where Expr) []string {
	c := conditionsOf(where)
	var fields []string
	for _, x := range c.equal {
		if len(fields) < maxIndexKeys {
			fields = append(fields, x.Path.Field)
		}
	}
	for _, x := range c.ranges {
		if len(fields) == 0 && x.Op != Starts && x.Path.Kind != Text {
			fields = []string{x.Path.Field}
		}
	}
	return fields
}
