package query

// Engine is how a database walks its indexes.
type Engine struct {
	// eitherDirection says that one key gives both directions of an order, unset
	// values last in each.
	eitherDirection bool
	// partialIndexes says that an index which leaves documents out is used only where
	// the filter says of the same fields that they are set.
	partialIndexes bool
}

// The engines differ in two things that count here. SQLite reads the set and
// the unset values of a key in stretches, each in either direction. MongoDB
// walks an index in one piece, in which unset values are last only in the
// direction that the index was made for: the name upwards and the name
// downwards are two indexes there, and an order that ends in the id downwards
// is served only where nothing stands before the id. And its unique indexes of
// several keys are partial, as are the sparse ones.
var (
	SQLite  = Engine{eitherDirection: true}
	MongoDB = Engine{partialIndexes: true}
)

// Reason is why a query is served, or why not.
type Reason string

// The reasons. The first three are good, the others say what is missing.
const (
	ByIndex Reason = "index"
	// BySearchTokens: the words of searchable fields find the matches, which are then
	// put in order.
	BySearchTokens Reason = "words"
	// WholeCollection: nothing in the query narrows what is read, so that no index could help.
	WholeCollection Reason = "whole"
	// NeedsSort: all matches are read and sorted for every page.
	NeedsSort Reason = "unordered"
	// NeedsScan: documents are read that an index could have left out.
	NeedsScan Reason = "unbounded"
)

// Plan says how indexes serve a query.
type Plan struct {
	// Index is the name of the index, "id" for that of ids, "" for none.
	Index string
	// Equality are the fields, in the order of the index, of which it finds one value.
	Equality []string
	// Range is the field behind them whose range or list of values bounds what is read.
	Range string
	// Ordered says that the index gives documents in the order that is asked
	// for, so that a page costs the same in a small and a large collection.
	Ordered bool
	// Compared are the other paths of the filter, by which each document that
	// the index gives is compared.
	Compared []string
	Reason   Reason
}

// Served tells whether the query costs no more than its answer is worth.
func (p Plan) Served() bool {
	return p.Reason == ByIndex || p.Reason == BySearchTokens || p.Reason == WholeCollection
}

// IDIndex is the index on ids that every collection has.
var IDIndex = Index{Name: "id", Unique: true, Keys: []IndexKey{{Path: Path{Field: "id", Kind: Key}}}}

// PlanList says which index serves a list: the matches of where in the order of
// sort, then id. An index serves it that gives the whole order and, if the
// filter fixes the values of fields, finds the value of at least one; what else
// the filter says is compared with each document on the way. A database may
// prefer another index, by which it finds few matches for a list of values, a
// range or unset, and sort those.
func PlanList(e Engine, indexes []Index, where Expr, sort []SortTerm) Plan {
	c := conditionsOf(where)
	terms, idDesc := SplitID(sort)
	var best Plan
	rank := 0
	for _, i := range append([]Index{IDIndex}, indexes...) {
		p := c.bound(e, i)
		p.Ordered = c.single(i) || c.ordered(e, i, terms, idDesc)
		if r := c.rank(p); r > rank {
			best, rank = p, r
			best.Index = i.Name
		}
	}
	switch {
	case rank >= rankServed:
		best.Reason = ByIndex
	case c.searches:
		best = Plan{Reason: BySearchTokens}
	case rank == rankOrdered:
		best.Reason = NeedsScan
	default:
		best.Reason = NeedsSort
	}
	best.Compared = c.others(best)
	return best
}

// PlanAggregate says which index serves an aggregate of the matches of where: one
// that finds a value, a range or a list of values of the filter. An aggregate
// whose filter names none reads the whole collection whatever indexes there
// are; what everybody asks for is kept until a commit changes it.
func PlanAggregate(e Engine, indexes []Index, where Expr) Plan {
	c := conditionsOf(where)
	var best Plan
	for _, i := range append([]Index{IDIndex}, indexes...) {
		if p := c.bound(e, i); p.weight() > best.weight() {
			best = p
			best.Index = i.Name
		}
	}
	switch {
	case best.weight() > 0:
		best.Reason = ByIndex
	case c.searches:
		best.Reason = BySearchTokens
	case c.narrow():
		best.Reason = NeedsScan
	default:
		best.Reason = WholeCollection
	}
	best.Compared = c.others(best)
	return best
}

// Ranks of what an index does for a list.
const (
	rankOrdered = 1 // though the filter fixes values that it does not find
	rankBound   = 100
	rankServed  = 1000
)

// rank compares what indexes do for a list; 0 is of no use.
func (c *conditions) rank(p Plan) int {
	w := p.weight()
	switch {
	case p.Ordered && (len(c.equal) == 0 || len(p.Equality) > 0):
		return rankServed + w
	case w > 0:
		return rankBound + w
	case p.Ordered:
		return rankOrdered
	}
	return 0
}

// weight is how much of the filter bounds what is read.
func (p Plan) weight() int {
	w := 2 * len(p.Equality)
	if p.Range != "" {
		w++
	}
	return w
}
