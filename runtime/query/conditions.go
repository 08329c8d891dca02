package query

import "slices"

// conditions are what an index can make of a filter: the comparisons that hold
// for every match, by what they need.
type conditions struct {
	// equal are comparisons by which own fields have one value, in written order.
	equal []Cmp
	// ranges are comparisons of own fields that many values fulfil.
	ranges []Cmp
	// searches tells that the filter asks for words, which the words of a
	// searchable field find.
	searches bool
	// paths of all paths that are compared, in written order, each once.
	paths []string
}

func conditionsOf(where Expr) *conditions {
	c := &conditions{}
	c.add(where)
	c.name(where)
	return c
}

func (c *conditions) add(x Expr) {
	switch x := x.(type) {
	case All:
		for _, part := range x {
			c.add(part)
		}
	case Any:
		c.searches = c.searches || onlyWords(x)
	case Cmp:
		c.compare(x)
	}
}

func (c *conditions) compare(x Cmp) {
	p := x.Path
	if p.Through != "" || p.Visible != nil {
		return
	}
	switch x.Op {
	case Match:
		c.searches = true
		return
	case Starts:
		c.ranges = append(c.ranges, x)
		return
	}
	if p.Kind == Keys || p.Kind == Object {
		return
	}
	switch x.Op {
	case Eq:
		if !c.fixes(p.Field) {
			c.equal = append(c.equal, x)
		}
	case In, Between, Lt, Le, Gt, Ge:
		c.ranges = append(c.ranges, x)
	}
}

// fixes tells whether a field has one value.
func (c *conditions) fixes(field string) bool {
	for _, x := range c.equal {
		if x.Path.Field == field {
			return true
		}
	}
	return false
}

// FixedFields gives the comparisons by which an own field has one value in all matches
// of a filter, one for each such field: sorting by it changes nothing.
func FixedFields(where Expr) []Cmp { return conditionsOf(where).equal }

// narrow tells whether an index could find the matches at all.
func (c *conditions) narrow() bool { return len(c.equal)+len(c.ranges) > 0 }

// onlyWords tells whether a filter is made of words in own, visible fields.
func onlyWords(x Expr) bool {
	switch x := x.(type) {
	case Any:
		for _, part := range x {
			if !onlyWords(part) {
				return false
			}
		}
		return len(x) > 0
	case Cmp:
		return x.Op == Match && x.Path.Through == "" && x.Path.Visible == nil
	}
	return false
}

func (c *conditions) name(x Expr) {
	Walk(x, func(part Expr) {
		if one, ok := part.(Cmp); ok && !slices.Contains(c.paths, one.Path.Name()) {
			c.paths = append(c.paths, one.Path.Name())
		}
	})
}
