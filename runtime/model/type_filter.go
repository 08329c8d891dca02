package model

import (
	"weft/runtime/query"
)

// FilterValue turns the wire value of a filter on f into stored form; false
// means that it cannot be a value of f at all. Bounds, patterns and item
// counts do not matter here: amount < 0 is a valid filter even where amounts
// must not be negative. On fields that hold many keys it takes one key.
func FilterValue(f *Field, wire any) (any, bool) {
	if t, ok := f.Type.(filterType); ok {
		return t.filterValue(f, wire)
	}
	switch f.Kind {
	case query.Text:
		return filterText(wire)
	case query.Number:
		x, ok := toFloat(wire)
		return x, ok
	case query.Decimal:
		stored, err := query.ParseDecimal(wire)
		return stored, err == nil
	case query.Object:
		return nil, false
	}
	stored, ps := f.Type.Normalise(f, wire)
	return stored, ps == nil && stored != nil
}

// filterType is a type whose filter values differ from what its kind suggests.
type filterType interface {
	filterValue(f *Field, wire any) (any, bool)
}

func filterText(wire any) (any, bool) {
	s, ok := wire.(string)
	if !ok {
		return nil, false
	}
	clean, _, ps := cleanText(s)
	return clean, ps == nil
}
