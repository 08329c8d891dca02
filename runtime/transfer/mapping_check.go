package transfer

import (
	"regexp"
	"slices"
	"strings"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

var mappingName = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,62}$`)

// Check finds everything in the mapping that does not fit the model; paths are
// JSON pointers into the mapping.
func (m *Mapping) Check(md *model.Model) []problem.Field { return m.checkFor(md, nil) }

// checkFor also treats fields that the rights hide as unknown ones.
func (m *Mapping) checkFor(md *model.Model, rights *access.Rights) []problem.Field {
	var ps []problem.Field
	if len(m.Files) == 0 {
		ps = append(ps, problem.At("/files", "required"))
	}
	for i := range m.Files {
		c := mappingChecker{model: md, rights: rights, at: problem.Pointer("files", i)}
		c.file(&m.Files[i])
		ps = append(ps, c.problems...)
	}
	slices.SortStableFunc(ps, func(a, b problem.Field) int { return strings.Compare(a.Path, b.Path) })
	return ps
}

type mappingChecker struct {
	model    *model.Model
	rights   *access.Rights // nil sees everything
	at       string
	entity   *model.Entity
	problems []problem.Field
}

func (c *mappingChecker) add(path, code string, params ...any) {
	c.problems = append(c.problems, problem.At(c.at+path, code, params...))
}

func (c *mappingChecker) file(f *FileMapping) {
	e, ok := c.model.Entity(f.Entity)
	if !ok {
		c.add("/entity", "no_such_entity", "entity", f.Entity)
		return
	}
	c.entity = e
	if _, ok := encodingName(f.Encoding); !ok && f.Encoding != "" {
		c.add("/encoding", "import_unknown_encoding", "encoding", truncate(f.Encoding), "known", encodingNames)
	}
	if f.Header < 0 {
		c.add("/header", "too_small", "min", 0)
	}
	if len(f.Columns) == 0 {
		c.add("/columns", "required")
	}
	filled := map[string]bool{}
	for header, columns := range f.Columns {
		for i := range columns {
			at := problem.Pointer("columns", header)
			if len(columns) > 1 {
				at = problem.Pointer("columns", header, i)
			}
			c.column(at, f, &columns[i], filled)
		}
	}
	for key := range f.Constants {
		c.writable(problem.Pointer("constants", key), key)
	}
	if f.Key != "" && !filled[f.Key] {
		c.add("/key", "import_key_unfilled", "field", f.Key)
	}
	if f.Create && f.Key != idField {
		c.add("/create", "import_create_id")
	}
	if f.Distinct && f.Key == "" {
		c.add("/distinct", "import_distinct_key")
	}
	c.roles(f)
	c.history(f)
}

func (c *mappingChecker) column(at string, f *FileMapping, col *Column, filled map[string]bool) {
	if filled[col.Field] {
		c.add(at+"/field", "import_field_twice", "field", col.Field)
	}
	filled[col.Field] = true
	if col.Field == idField && f.Key == idField {
		return
	}
	field := c.writable(at+"/field", col.Field)
	if field == nil {
		return
	}
	if col.Reference != "" {
		switch {
		case field.Target == nil || field.Def.FieldType == schemas.TypeChildRows:
			c.add(at+"/reference", "import_no_reference", "field", col.Field)
		case col.Reference != idField && field.Target.ByKey[col.Reference] == nil:
			c.add(at+"/reference", "unknown_field", "field", col.Reference)
		}
	}
	if _, ok := goLayout(col.Format); !ok && col.Format != "" {
		c.add(at+"/format", "import_date_tokens", "format", truncate(col.Format), "tokens", dateTokenNames)
	}
	if col.Make != "" && col.Make != "login" {
		c.add(at+"/make", "not_a_choice")
	}
	if col.Decimal != "" && col.Decimal != "." && col.Decimal != "," {
		c.add(at+"/decimal", "not_a_choice")
	}
}

// writable finds a field that an import may set.
func (c *mappingChecker) writable(at, key string) *model.Field {
	f := c.entity.ByKey[key]
	if f != nil && c.rights != nil && !c.rights.Readable(c.entity.Key, key) {
		f = nil
	}
	switch {
	case f == nil && model.IsSystem(key):
		c.add(at, "read_only")
	case f == nil:
		c.add(at, "unknown_field", "field", key)
	case f.Computed && f.Def.FieldType != schemas.TypeAutoNumber: // imports may bring running numbers
		c.add(at, "read_only")
	default:
		return f
	}
	return nil
}

func (c *mappingChecker) roles(f *FileMapping) {
	if len(f.Roles) > 0 && f.Entity != userEntity {
		c.add("/roles", "import_roles_users")
	}
	for i, r := range f.Roles {
		if c.model.Roles[r] == nil {
			c.add(problem.Pointer("roles", i), "import_no_role", "role", r)
		}
	}
}

func (c *mappingChecker) history(f *FileMapping) {
	if len(f.History) == 0 {
		return
	}
	if c.entity.Machine == nil {
		c.add("/history", "import_no_stages", "entity", f.Entity)
		return
	}
	for i, h := range f.History {
		for _, stage := range append(slices.Clone(h.When), h.Stage) {
			if c.entity.Machine.Stages[stage] == nil {
				c.add(problem.Pointer("history", i), "import_no_stage", "stage", stage)
			}
		}
	}
}
