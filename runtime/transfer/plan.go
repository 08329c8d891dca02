package transfer

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

const (
	idField          = "id"
	userEntity       = "user"
	assignmentEntity = "role_assignment"
)

// step makes the records of one entity from one file.
type step struct {
	index   int
	mapping *FileMapping
	entity  *model.Entity
	input   input
	columns []boundColumn
	// key is the field that finds existing records; nil for none, and keyID
	// when the rows name them by id.
	key   *model.Field
	keyID bool
	// historical steps set stages as they were.
	historical bool
	width      int // number of headers
	headers    map[string]int
}

// tableOptions say how the step's file is read. Without a header row in the
// mapping it is the one with most of the mapped columns.
func (s *step) tableOptions() tableOptions {
	names := map[string]bool{}
	for name := range s.mapping.Columns {
		names[headerKey(name)] = true
	}
	return tableOptions{sheet: s.mapping.Sheet, header: s.mapping.Header, encoding: s.mapping.Encoding, score: func(cells []string) (n int) {
		for _, c := range cells {
			if names[headerKey(c)] {
				n++
			}
		}
		return n
	}}
}

// boundColumn is one column of the file that fills one field.
type boundColumn struct {
	header string
	index  int
	field  *model.Field // nil for the id
	spec   Column
	// by lists the fields of the target that the cell may name, in order; nil
	// when the field is no reference.
	by []*model.Field
}

// plan joins the mapping with the given files and orders the steps so that
// targets of references come first, except in circles. Files that the mapping
// names and that were not given are left out; unused are given files that the
// mapping does not name.
func plan(m *model.Model, rights *access.Rights, mp *Mapping, inputs []input, historical bool) (steps []*step, unused []string, err error) {
	if ps := mp.checkFor(m, rights); len(ps) > 0 {
		return nil, nil, problem.Of(problem.Invalid, ps...)
	}
	used := map[string]bool{}
	for i := range mp.Files {
		f := &mp.Files[i]
		in, ok := inputFor(f, mp, inputs)
		if !ok {
			continue
		}
		used[in.File] = true
		e, _ := m.Entity(f.Entity)
		steps = append(steps, &step{
			mapping: f, entity: e, input: in, key: e.ByKey[f.Key], keyID: f.Key == idField,
			historical: e.Machine != nil && (historical || len(f.History) > 0),
		})
	}
	for _, in := range inputs {
		if !used[in.File] {
			unused = append(unused, in.Name)
		}
	}
	if len(steps) == 0 {
		return nil, nil, problem.New(problem.Invalid, "import_no_file", map[string]any{"files": unused})
	}
	steps = inOrder(steps)
	for i, s := range steps {
		s.index = i
	}
	return steps, unused, nil
}

// inputFor finds the file that a mapping means: by name, or the only file given
// to a mapping of one file.
func inputFor(f *FileMapping, mp *Mapping, inputs []input) (input, bool) {
	for _, in := range inputs {
		if f.File != "" && strings.EqualFold(filepath.Base(in.Name), f.File) {
			return in, true
		}
	}
	if len(inputs) == 1 && (f.File == "" || len(mp.Files) == 1) {
		return inputs[0], true
	}
	return input{}, false
}

// inOrder sorts steps so that those of an entity come after those of the entities
// it refers to, else in the order of the mapping; circles are cut at their first
// step.
func inOrder(steps []*step) []*step {
	rest := slices.Clone(steps)
	var out []*step
	for len(rest) > 0 {
		next := 0
		for i, s := range rest {
			if !refersToAny(s, rest) {
				next = i
				break
			}
		}
		out = append(out, rest[next])
		rest = slices.Delete(rest, next, next+1)
	}
	return out
}

// refersToAny tells whether s fills a reference to the entity of a step in rest;
// steps of its own entity keep their order.
func refersToAny(s *step, rest []*step) bool {
	for _, columns := range s.mapping.Columns {
		for _, c := range columns {
			f := s.entity.ByKey[c.Field]
			if f == nil || f.Target == nil || f.Target == s.entity {
				continue
			}
			if slices.ContainsFunc(rest, func(o *step) bool { return o.entity == f.Target }) {
				return true
			}
		}
	}
	return slices.ContainsFunc(rest[:slices.Index(rest, s)], func(o *step) bool { return o.entity == s.entity })
}

// bind finds the mapped columns in the header of the file.
func (s *step) bind(header []string) (ignored []string, problems []problem.Field) {
	s.width, s.headers, s.columns = len(header), map[string]int{}, nil
	at := s.headers
	for i, h := range header {
		if first, twice := at[headerKey(h)]; twice && h != "" {
			problems = append(problems, problem.At("/"+s.mapping.File, "import_header_twice", "header", header[first]))
		} else {
			at[headerKey(h)] = i
		}
	}
	mapped := map[int]bool{}
	for _, name := range slices.Sorted(maps.Keys(s.mapping.Columns)) {
		i, ok := at[headerKey(name)]
		if !ok {
			problems = append(problems, problem.At("/"+s.mapping.File, "import_no_column", "header", name))
			continue
		}
		mapped[i] = true
		for _, c := range s.mapping.Columns[name] {
			s.columns = append(s.columns, boundColumn{
				header: header[i], index: i, spec: c, field: s.entity.ByKey[c.Field], by: referenceFields(s.entity.ByKey[c.Field], c.Reference),
			})
		}
	}
	for _, h := range s.mapping.History {
		for _, name := range []string{h.Entered, h.Left} {
			if i, ok := at[headerKey(name)]; ok {
				mapped[i] = true
			} else if name != "" {
				problems = append(problems, problem.At("/"+s.mapping.File, "import_no_column", "header", name))
			}
		}
	}
	for i, h := range header {
		if h != "" && !mapped[i] {
			ignored = append(ignored, h)
		}
	}
	return ignored, problems
}

func headerKey(h string) string { return strings.ToLower(strings.Join(strings.Fields(h), " ")) }

// referenceFields lists by which fields the target of f may be named: the one
// the mapping says, else the unique fields and the title field. nil when f is
// no reference or a list of files.
func referenceFields(f *model.Field, by string) []*model.Field {
	if f == nil || f.Target == nil || f.Def.FieldType == schemas.TypeChildRows {
		return nil
	}
	if by != "" {
		if x := f.Target.ByKey[by]; x != nil {
			return []*model.Field{x}
		}
		return []*model.Field{}
	}
	fields := []*model.Field{}
	for _, u := range f.Target.Unique {
		if len(u.Fields) == 1 {
			fields = append(fields, u.Fields[0])
		}
	}
	if t := f.Target.TitleField; t != nil && !slices.Contains(fields, t) {
		fields = append(fields, t)
	}
	return fields
}
