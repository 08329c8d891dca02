package model

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"

	"weft/runtime/query"
	"weft/schemas"
)

// Conversion turns stored values of a field into those of its next definition.
// It is data, so that a job can keep it.
type Conversion struct {
	Field string         `json:"field"`
	From  *schemas.Field `json:"from"`
	To    *schemas.Field `json:"to"`
	// Titles is the language in which choices become text by their titles; "" means
	// that they become text by their keys.
	Titles string `json:"titles,omitempty"`
	// Zone is the time zone in which an instant becomes a day, and back.
	Zone string `json:"zone,omitempty"`
	// Replace maps choice keys to those that replace them.
	Replace map[string]string `json:"replace,omitempty"`
}

// textual types have strings as stored values; every value of the others is
// written as text, too.
var textual = map[schemas.FieldType]bool{
	schemas.TypeText: true, schemas.TypeLongText: true, schemas.TypeEmail: true, schemas.TypePhone: true, schemas.TypeURL: true,
	schemas.TypeRegion: true, schemas.TypeCreditCode: true, schemas.TypeAutoNumber: true, schemas.TypeChoice: true,
}

var numeric = map[schemas.FieldType]bool{
	schemas.TypeNumber: true, schemas.TypeInteger: true, schemas.TypePercent: true, schemas.TypeCurrency: true, schemas.TypeRating: true,
}

var several = map[schemas.FieldType]bool{schemas.TypeMultiChoice: true, schemas.TypeTags: true}

// Convertible tells whether values of one field definition can become those of
// another: between texts, numbers, dates, choices and lists of choices, and
// from a computed value of such a type. What is converted to a formula or
// roll-up is kept out of sight.
func Convertible(from, to *schemas.Field) bool {
	if IsComputed(to) {
		return true
	}
	a, b := valueType(from), to.FieldType
	plain := func(t schemas.FieldType) bool {
		return textual[t] || numeric[t] || t == schemas.TypeDate || t == schemas.TypeDatetime
	}
	switch {
	case a == b:
		return plain(a) || several[a] || a == schemas.TypeBoolean
	case b == schemas.TypeAutoNumber:
		return false
	case textual[a]:
		return plain(b) || several[b]
	case numeric[a]:
		return numeric[b] || textual[b]
	case a == schemas.TypeDate || a == schemas.TypeDatetime:
		return b == schemas.TypeDate || b == schemas.TypeDatetime || textual[b]
	case several[a]:
		return several[b] || b == schemas.TypeText || b == schemas.TypeLongText || b == schemas.TypeChoice
	case a == schemas.TypeBoolean:
		return b == schemas.TypeText || b == schemas.TypeLongText
	}
	return false
}

// IsComputed tells whether a field is a formula, a roll-up or a clock.
func IsComputed(f *schemas.Field) bool {
	return f.FieldType == schemas.TypeFormula || f.FieldType == schemas.TypeRollUp || f.FieldType == schemas.TypeClock
}

// valueType is the type of a field's values: for computed fields that of the result.
func valueType(f *schemas.Field) schemas.FieldType {
	switch {
	case !IsComputed(f):
		return f.FieldType
	case f.Result != "":
		return f.Result
	case f.FieldType == schemas.TypeClock:
		return schemas.TypeDatetime
	case f.FieldType == schemas.TypeRollUp:
		return schemas.TypeNumber
	}
	return schemas.TypeText
}

// Exact tells that every value fits and is stored as before.
func (c *Conversion) Exact() bool {
	from, to := valueType(c.From), c.To.FieldType
	if len(c.Replace) > 0 || c.Titles != "" || IsComputed(c.From) != IsComputed(c.To) || IsComputed(c.To) {
		return false
	}
	unbounded := c.To.Minimum == nil && c.To.Maximum == nil && c.To.Pattern == "" && c.To.MinLength == nil
	switch {
	case from == schemas.TypeInteger && (to == schemas.TypeNumber || to == schemas.TypePercent):
		return unbounded
	case (from == schemas.TypeText || from == schemas.TypeChoice) && to == schemas.TypeLongText:
		return unbounded && c.To.MaxLength == nil
	case from == schemas.TypeChoice && to == schemas.TypeText:
		return unbounded && (c.To.MaxLength == nil || *c.To.MaxLength >= 64)
	}
	return false
}

// Value converts a stored value; ok is false when it does not fit. A value that
// has the stored form of the next definition only stays as it is: it was written
// under that.
func (c *Conversion) Value(stored any) (converted any, ok bool) {
	if IsComputed(c.To) || stored == nil {
		return nil, true
	}
	from, to := FieldOf(c.Field, c.From), FieldOf(c.Field, c.To)
	if from == nil || to == nil || !Convertible(c.From, c.To) {
		return nil, false
	}
	if c.alien(stored) {
		return stored, true
	}
	wire := c.wire(from, to, c.replaced(stored))
	if wire == nil {
		return nil, true
	}
	v, problems := to.FromWire(wire)
	if len(problems) > 0 {
		return nil, false
	}
	return jsonForm(v), true
}

// alien tells whether a value has another JSON type than those of the former
// definition.
func (c *Conversion) alien(stored any) bool {
	t := valueType(c.From)
	switch stored.(type) {
	case string:
		return numeric[t] && t != schemas.TypeCurrency || several[t] || t == schemas.TypeBoolean
	case float64:
		return !numeric[t]
	case []any:
		return !several[t]
	}
	return false
}

// replaced applies Replace.
func (c *Conversion) replaced(stored any) any {
	if len(c.Replace) == 0 {
		return stored
	}
	switch x := stored.(type) {
	case string:
		if now, ok := c.Replace[x]; ok {
			return now
		}
	case []any:
		var out []any
		seen := map[any]bool{}
		for _, v := range x {
			if v = c.replaced(v); !seen[v] {
				seen[v] = true
				out = append(out, v)
			}
		}
		return out
	}
	return stored
}

// wire is the wire form, for field to, of a stored value of field from.
func (c *Conversion) wire(from, to *Field, stored any) any {
	wire := from.Type.Wire(from, stored)
	switch t := to.Def.FieldType; {
	case several[t]:
		if list, ok := wire.([]any); ok {
			return list
		}
		text := c.text(from, stored, wire)
		if t == schemas.TypeMultiChoice {
			text = choiceKeyOf(to.Def, text)
		}
		return []any{text}
	case t == schemas.TypeChoice:
		return choiceKeyOf(to.Def, c.text(from, stored, wire))
	case textual[t]:
		return c.text(from, stored, wire)
	case numeric[t]:
		return numberOf(wire)
	case t == schemas.TypeDate && from.Def.FieldType == schemas.TypeDatetime:
		if at, err := time.Parse(query.InstantLayout, c.text(from, stored, stored)); err == nil {
			return at.In(c.zone()).Format(query.DateLayout)
		}
	case t == schemas.TypeDatetime && from.Def.FieldType == schemas.TypeDate:
		if at, err := time.ParseInLocation(query.DateLayout, c.text(from, stored, stored), c.zone()); err == nil {
			return at.Format(time.RFC3339)
		}
	}
	return wire
}

func (c *Conversion) zone() *time.Location {
	zone, err := query.Zone(c.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// text writes a value as text: choices by their keys or titles, numbers as in JSON.
func (c *Conversion) text(from *Field, stored, wire any) string {
	switch x := wire.(type) {
	case string:
		if c.Titles != "" && from.Def.FieldType == schemas.TypeChoice {
			return choiceTitle(from.Def, x, c.Titles)
		}
		return x
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case json.Number:
		return x.String()
	case bool:
		return strconv.FormatBool(x)
	case []any:
		parts := make([]string, 0, len(x))
		for _, v := range x {
			key, _ := v.(string)
			if c.Titles != "" {
				key = choiceTitle(from.Def, key, c.Titles)
			}
			parts = append(parts, key)
		}
		return strings.Join(parts, ", ")
	}
	return from.Type.Format(from, stored, "en")
}

// numberOf reads a number in a text; other values stay as they are.
func numberOf(wire any) any {
	s, ok := wire.(string)
	if !ok {
		return wire
	}
	s = strings.TrimSpace(s)
	if _, err := strconv.ParseFloat(s, 64); err != nil || strings.ContainsAny(s, "xXpPnNiI_") {
		return wire
	}
	return json.Number(s)
}

// choiceKeyOf finds the choice that a text names by its key or one of its
// titles, without regard to case; the text itself when there is none.
func choiceKeyOf(f *schemas.Field, text string) string {
	text = strings.TrimSpace(text)
	if findChoice(f, text) != nil {
		return text
	}
	for _, c := range f.Choices {
		for _, lang := range []string{"zh-CN", "en"} {
			if strings.EqualFold(c.Title.In(lang), text) {
				return c.Key
			}
		}
	}
	for _, c := range f.Choices {
		if strings.EqualFold(c.Key, text) {
			return c.Key
		}
	}
	return text
}

// FieldOf is a field outside of an entity: what its type needs to read and write
// values of that definition. It is nil for an unknown type.
func FieldOf(key string, def *schemas.Field) *Field {
	d := *def
	d.Key, d.FieldType = key, valueType(def)
	t, ok := TypeOf(d.FieldType)
	if !ok {
		return nil
	}
	f := &Field{Key: key, Def: &d, Type: t, Kind: t.Kind(&d)}
	if d.Pattern != "" {
		f.Pattern, _ = compilePattern(d.Pattern)
	}
	return f
}

// jsonForm is a stored value as a document holds it.
func jsonForm(v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		return v
	}
	var out any
	if json.Unmarshal(data, &out) != nil {
		return v
	}
	return out
}

// keptPrefix begins the members of a record that keep, out of sight, values
// which a conversion could not take over unchanged: by field, then by the type
// that they have. No field key begins so.
const keptPrefix = "~"

// Apply converts the field in a stored record. What cannot be read back from the
// converted value is kept out of sight, and comes back when the field has its
// former type again and was not changed meanwhile. It tells whether the value fits.
func (c *Conversion) Apply(doc map[string]any) (fits bool) {
	stored, member := doc[c.Field], keptPrefix+c.Field
	kept, _ := doc[member].(map[string]any)
	if original, ok := c.original(kept, stored); ok {
		c.keep(doc, member, kept, nil)
		setMember(doc, c.Field, original)
		return true
	}
	converted, ok := c.Value(stored)
	if !ok {
		converted = nil
	}
	if stored != nil && !IsComputed(c.From) && !c.alien(stored) {
		back := Conversion{Field: c.Field, From: c.To, To: c.From, Titles: c.Titles, Zone: c.Zone}
		if again, fits := back.Value(converted); !fits || !reflect.DeepEqual(again, jsonForm(stored)) {
			c.keep(doc, member, kept, stored)
		}
	}
	setMember(doc, c.Field, converted)
	return ok
}

// original finds a kept value of the type that the field has again, from which
// the present value was made.
func (c *Conversion) original(kept map[string]any, present any) (any, bool) {
	value, ok := kept[string(c.To.FieldType)]
	if !ok || len(c.Replace) > 0 {
		return nil, false
	}
	if IsComputed(c.From) {
		return value, true
	}
	there := Conversion{Field: c.Field, From: c.To, To: c.From, Titles: c.Titles, Zone: c.Zone}
	made, fits := there.Value(value)
	if !fits {
		made = nil
	}
	return value, reflect.DeepEqual(made, jsonForm(present))
}

// keep stores a value of the former type out of sight; nil removes what is kept
// of the next one.
func (c *Conversion) keep(doc map[string]any, member string, kept map[string]any, value any) {
	next := map[string]any{}
	for t, v := range kept {
		if t != string(c.To.FieldType) {
			next[t] = v
		}
	}
	if value != nil {
		next[string(valueType(c.From))] = value
	}
	if len(next) == 0 {
		delete(doc, member)
		return
	}
	doc[member] = next
}

func setMember(doc map[string]any, key string, v any) {
	if v == nil {
		delete(doc, key)
		return
	}
	doc[key] = v
}
