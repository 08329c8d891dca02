package transfer

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/schemas"
)

// row is one row of a file that becomes a record.
type row struct {
	number   int
	cells    []string
	faults   map[int]problem.Field // by column
	values   map[string]any        // wire form
	refs     []pendingRef
	makes    []*boundColumn
	keyText  string
	key      any    // stored form
	newID    string // of the record that the row makes
	existing *match
	visits   []record.Visit
	deferred []deferredRef
	merged   bool
	problems []RowProblem
}

// pendingRef is a reference whose text has not been resolved yet.
type pendingRef struct {
	column *boundColumn
	text   string
}

// deferredRef is a reference to a row that has not been imported yet.
type deferredRef struct {
	step   *step
	row    int
	record string
	column *boundColumn
	text   string
}

// read turns the cells into wire values; references wait for the resolver.
func (t *task) read(s *step, cells fileRow) *row {
	r := &row{number: cells.number, cells: cells.cells, faults: cells.faults, values: make(map[string]any, len(s.columns)+len(s.mapping.Constants))}
	if fault, bad := r.faults[wholeRow]; bad {
		r.fail(nil, fault)
		return r
	}
	maps.Copy(r.values, s.mapping.Constants)
	for i := range s.columns {
		t.readCell(s, r, &s.columns[i])
	}
	if s.width < len(r.cells) && !blank(r.cells[s.width:]) {
		r.fail(nil, problem.At("", "import_more_cells"))
	}
	if s.historical {
		r.visits = t.readVisits(s, r)
	}
	r.newID = t.rowID(s, r.number)
	switch {
	case s.keyID && s.mapping.Create && r.keyText != "":
		if r.key == nil {
			r.key = r.keyText
		}
		r.newID = derivedID(t.resolver.by, s.entity.Key, r.key)
	case s.keyID && r.key == nil && r.keyText != "":
		r.fail(s.keyColumn(), *cellProblem("import_no_match", "entity", s.entity.Def.Title))
	case (s.key != nil || s.keyID && !s.mapping.Create) && r.key == nil && len(r.problems) == 0:
		r.fail(s.keyColumn(), s.emptyKey())
	}
	return r
}

func (t *task) readCell(s *step, r *row, c *boundColumn) {
	text := cellAt(r.cells, c.index)
	if fault, bad := r.faults[c.index]; bad && !(fault.Code == lostDigits && isNumber(c.field)) {
		r.fail(c, fault)
		return
	}
	value, isText := mappedValue(c, text)
	if isText {
		text = value.(string)
	}
	switch {
	case value == nil:
	case !isText:
		r.values[c.spec.Field] = value
	case c.field == nil: // the id of an existing record
		r.keyText = strings.TrimSpace(text)
		if id, ok := t.resolver.value(nil, text); ok {
			r.key = id
		}
	case c.spec.Make != "":
		r.makes = append(r.makes, c)
	case c.by != nil:
		r.refs = append(r.refs, pendingRef{c, strings.TrimSpace(text)})
	default:
		wire, p := t.resolver.cells.wire(c.field, &c.spec, text)
		if p != nil {
			r.fail(c, *p)
			return
		}
		r.values[c.spec.Field] = wire
	}
	if c.field != nil && c.field == s.key && isText {
		r.keyText = strings.TrimSpace(text)
		r.key, _ = t.resolver.cells.storedValue(c.field, text)
	}
}

// isNumber tells whether a field holds numbers, whose digits beyond the fifteenth
// do not count.
func isNumber(f *model.Field) bool {
	return f != nil && (f.Kind == query.Number || f.Kind == query.Decimal)
}

// mappedValue applies the value mapping and the default: nil for unset, a
// string (isText) where the cell's own text goes on, else a wire value.
func mappedValue(c *boundColumn, text string) (value any, isText bool) {
	for _, k := range []string{text, strings.TrimSpace(text)} {
		if v, ok := c.spec.Values[k]; ok {
			s, isString := v.(string)
			if isString && strings.TrimSpace(s) == "" {
				return nil, false
			}
			return v, isString && s != ""
		}
	}
	if strings.TrimSpace(text) == "" {
		return c.spec.Default, false
	}
	return text, true
}

// mappedText is mappedValue for fields that others refer to.
func mappedText(c *boundColumn, text string) (string, bool) {
	v, isText := mappedValue(c, text)
	s, isString := v.(string)
	return s, isText || isString
}

func (r *row) fail(c *boundColumn, p problem.Field) {
	x := RowProblem{Row: r.number, Path: p.Path, Problem: string(problem.Invalid), Code: p.Code, Texts: textsOf(p)}
	if c != nil {
		x.Path = problem.Pointer(c.spec.Field)
		x.Column, x.Field, x.Value = c.header, c.spec.Field, truncate(cellAt(r.cells, c.index))
	}
	r.problems = append(r.problems, x)
}

// keepNumbers leaves out the running numbers that an existing record has already;
// a different one is refused, since only a new record takes its number from a file.
func (s *step) keepNumbers(r *row) {
	for _, c := range s.columns {
		if c.field == nil || c.field.Def.FieldType != schemas.TypeAutoNumber {
			continue
		}
		if r.existing.doc == nil || r.values[c.spec.Field] == r.existing.doc[c.spec.Field] {
			delete(r.values, c.spec.Field)
		}
	}
}

// emptyKey is the problem of a row without a key.
func (s *step) emptyKey() problem.Field {
	if slices.Contains(s.entity.Def.Required, s.mapping.Key) {
		return problem.At("", "required")
	}
	return *cellProblem("import_key_empty")
}

// keyColumn is the column that fills the key.
func (s *step) keyColumn() *boundColumn {
	for i := range s.columns {
		if c := &s.columns[i]; c.spec.Field == s.mapping.Key {
			return c
		}
	}
	return nil
}

// column finds the header and text of a field for the problems of a row.
func (s *step) column(r *row) func(field string) (string, string) {
	return func(field string) (string, string) {
		for _, c := range s.columns {
			if c.spec.Field == field {
				return c.header, cellAt(r.cells, c.index)
			}
		}
		return "", ""
	}
}

// readVisits gives the stages that the record has been in, as the mapping's
// history says; nil when it says nothing of the present stage.
func (t *task) readVisits(s *step, r *row) []record.Visit {
	present, _ := r.values[s.entity.Machine.Field.Key].(string)
	var visits []record.Visit
	for i := range s.mapping.History {
		h := &s.mapping.History[i]
		if h.Stage != present && !slices.Contains(h.When, present) {
			continue
		}
		v := record.Visit{Stage: h.Stage, EnteredAt: t.visitTime(s, r, h.Entered)}
		if h.Stage != present {
			v.LeftAt = t.visitTime(s, r, h.Left)
		}
		visits = append(visits, v)
	}
	return visits
}

func (t *task) visitTime(s *step, r *row, header string) *time.Time {
	i, ok := s.headers[headerKey(header)]
	if !ok || header == "" {
		return nil
	}
	text := strings.TrimSpace(cellAt(r.cells, i))
	if text == "" {
		return nil
	}
	format := ""
	for _, c := range s.columns {
		if c.index == i && c.spec.Format != "" {
			format = c.spec.Format
		}
	}
	at, _, ok := t.resolver.cells.parseTime(text, format)
	if !ok {
		r.fail(&boundColumn{header: header, index: i}, *dateProblem(text, format))
		return nil
	}
	return &at
}

// fingerprint is equal for rows with equal cells.
func (r *row) fingerprint(s *step) string {
	parts := make([]string, len(s.columns))
	for i, c := range s.columns {
		parts[i] = cellAt(r.cells, c.index)
	}
	b, err := json.Marshal(parts)
	if err != nil { // strings always marshal
		panic(err)
	}
	return string(b)
}
