package model

import (
	"maps"
	"reflect"
	"slices"
	"strconv"

	"weft/schemas"
)

// VersionCollection holds a row for every published version, named by
// VersionID. A commit that expects the row of the next version to be absent
// fails when the definitions it was prepared under were replaced meanwhile.
const VersionCollection = "weft_version"

// VersionID is the id of a version's row: ten digits, so that ids sort as the
// numbers do.
func VersionID(version int64) string {
	digits := strconv.FormatInt(version, 10)
	return "0000000000"[min(len(digits), 10):] + digits
}

// Recomputation says that records of an entity, kept under other definitions, must
// be brought up to date.
type Recomputation struct {
	Entity *Entity
	// Computed: formulas and roll-ups; Text: sort keys and search tokens.
	Computed, Text bool
}

// Recomputations lists what must be renewed when now takes the place of old: a
// formula or roll-up is new or another one, or text becomes searchable or
// sortable. Entities that are new have no records.
func Recomputations(old, now *Model) []Recomputation {
	var out []Recomputation
	if old == nil {
		return out
	}
	for _, key := range slices.Sorted(maps.Keys(now.Entities)) {
		e, before := now.Entities[key], old.Entities[key]
		if before == nil {
			continue
		}
		r := Recomputation{Entity: e}
		for _, f := range e.Fields {
			computed, text := NeedsRecomputation(before.ByKey[f.Key], f.Def)
			r.Computed, r.Text = r.Computed || computed, r.Text || text
		}
		if r.Computed || r.Text {
			out = append(out, r)
		}
	}
	return out
}

// NeedsRecomputation tells what records that were kept under old (nil for a field that
// was not there) lack of what f wants them to hold: its computed value, its
// sort key or search tokens.
func NeedsRecomputation(old *Field, f *schemas.Field) (computed, text bool) {
	kept := f.Searchable || f.Sortable
	if f.FieldType == schemas.TypeAutoNumber && (old == nil || old.Def.FieldType != f.FieldType) {
		return true, kept // existing records get their numbers
	}
	if !IsComputed(f) {
		return false, old != nil && kept && textChanged(old.Def, f)
	}
	if old == nil {
		return true, kept
	}
	computed = old.Def.FieldType != f.FieldType || old.Def.Formula != f.Formula || old.Def.Result != f.Result ||
		!reflect.DeepEqual(old.Def.RollUp, f.RollUp) || !reflect.DeepEqual(old.Def.Clock, f.Clock)
	return computed, kept && textChanged(old.Def, f)
}

// textChanged tells whether now wants tokens or sort keys that old did not.
func textChanged(old, now *schemas.Field) bool {
	return now.Searchable && !old.Searchable || !old.Searchable && !old.Sortable
}
