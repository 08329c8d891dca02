package model

import (
	"maps"
	"slices"

	"weft/schemas"
)

// TypeNames lists all field types, sorted.
func TypeNames() []schemas.FieldType { return slices.Sorted(maps.Keys(types)) }
