package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

type storedMapping struct {
	ID       string          `json:"id"`
	Rev      int64           `json:"rev"`
	By       string          `json:"by"`
	At       string          `json:"at"`
	Document json.RawMessage `json:"document"`
}

// PutMapping stores a mapping document under a name. It needs the right to
// import into every entity that the mapping names; only an admin
// replaces a mapping of another user. It fails with invalid (all problems at once),
// forbidden or conflict.
func (s *Service) PutMapping(ctx context.Context, actor *access.Actor, name string, document []byte) (*Mapping, error) {
	if actor == nil {
		return nil, problem.New(problem.Unauthenticated, "", nil)
	}
	rights, err := s.Access.Rights(ctx, actor)
	if err != nil {
		return nil, err
	}
	m, problems := DecodeMapping(document)
	if m != nil && !actor.Admin && !m.allowed(rights, true) {
		return nil, problem.New(problem.Forbidden, "", nil) // before a field is looked at (R19)
	}
	if len(problems) == 0 {
		problems = m.checkFor(s.Current.Model(), rights)
	}
	if !mappingName.MatchString(name) || (m != nil && m.Name != "" && m.Name != name) {
		problems = append(problems, problem.At("/name", "import_mapping_name"))
	}
	if len(problems) > 0 {
		return nil, problem.Of(problem.Invalid, problems...)
	}
	m.Name = name
	old, err := mappingTable.Get(ctx, s.Store, name)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if old.Rev > 0 && old.By != actor.UserID && !actor.Admin {
		return nil, problem.New(problem.Forbidden, "", nil)
	}
	return m, s.writeMapping(ctx, actor, m, old.Rev)
}

func (s *Service) writeMapping(ctx context.Context, actor *access.Actor, m *Mapping, rev int64) error {
	document, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode mapping: %w", err)
	}
	row := storedMapping{ID: m.Name, Rev: rev, By: actor.UserID, At: query.FormatInstant(s.Now()), Document: document}
	err = mappingTable.Save(ctx, s.Store, &row)
	if store.LostRace(err) {
		return problem.Wrap(problem.Conflict, err)
	}
	return err
}

// GetMapping reads a stored mapping. It is not_found for users who may import
// into none of its entities.
func (s *Service) GetMapping(ctx context.Context, actor *access.Actor, name string) (*Mapping, error) {
	if actor == nil {
		return nil, problem.New(problem.Unauthenticated, "", nil)
	}
	rights, err := s.Access.Rights(ctx, actor)
	if err != nil {
		return nil, err
	}
	d, err := mappingTable.Get(ctx, s.Store, name)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if err == nil {
		m, problems := DecodeMapping(d.Document)
		if len(problems) > 0 {
			return nil, fmt.Errorf("mapping %s cannot be read: %s", name, problems[0].Message("en"))
		}
		if m.allowed(rights, false) {
			return m, nil
		}
	}
	return nil, problem.New(problem.NotFound, "no_such_mapping", map[string]any{"name": name})
}

// allowed tells whether the rights let into all or into any of its entities.
func (m *Mapping) allowed(rights *access.Rights, all bool) bool {
	may := func(f FileMapping) bool { return rights.Allowed(f.Entity, schemas.OpImport) }
	if all {
		return !slices.ContainsFunc(m.Files, func(f FileMapping) bool { return !may(f) })
	}
	return slices.ContainsFunc(m.Files, may)
}

// mappingOf finds the mapping of a job: the document given, the one stored under
// the name, or a guess from the headers.
func (s *Service) mappingOf(ctx context.Context, actor *access.Actor, j Job, inputs []input) (*Mapping, error) {
	m := j.Document
	if m == nil && j.Mapping != "" {
		var err error
		if m, err = s.GetMapping(ctx, actor, j.Mapping); err != nil {
			return nil, err
		}
	}
	if m == nil {
		return s.guess(ctx, j, inputs)
	}
	m = m.partFor(j.Entity, inputs)
	if !m.fits(j.Entity, inputs) {
		return nil, problem.Of(problem.Invalid,
			problem.At("/mapping", "import_other_entity", "file", inputs[0].Name, "entity", s.titleOf(j.Entity)))
	}
	return m, nil
}

// fits tells whether a single file becomes records of the wanted entity, among
// others perhaps; several files are a set that the mapping alone decides about.
func (m *Mapping) fits(entity string, inputs []input) bool {
	if len(inputs) != 1 || entity == "" {
		return true
	}
	named := false
	for _, f := range m.Files {
		if len(m.Files) > 1 && !strings.EqualFold(f.File, filepath.Base(inputs[0].Name)) {
			continue
		}
		if f.Entity == entity {
			return true
		}
		named = true
	}
	return !named // a file that no part names is refused elsewhere
}

// titleOf is the title of an entity, for messages.
func (s *Service) titleOf(entity string) any {
	if e, ok := s.Current.Model().Entity(entity); ok {
		return e.Def.Title
	}
	return entity
}

// partFor picks the part of a mapping of several files for a single file that none
// of them names: the one part of the wanted entity.
func (m *Mapping) partFor(entity string, inputs []input) *Mapping {
	if len(inputs) != 1 || entity == "" {
		return m
	}
	var parts []FileMapping
	for _, f := range m.Files {
		if strings.EqualFold(f.File, filepath.Base(inputs[0].Name)) {
			return m
		}
		if f.Entity == entity {
			parts = append(parts, f)
		}
	}
	if len(parts) != 1 {
		return m
	}
	return &Mapping{Name: m.Name, Files: parts}
}

// guess makes a mapping from the headers. Of several files each must be
// named by the key of its entity.
func (s *Service) guess(ctx context.Context, j Job, inputs []input) (*Mapping, error) {
	m := &Mapping{}
	for _, in := range inputs {
		key := j.Entity
		if len(inputs) > 1 || key == "" {
			key = strings.TrimSuffix(in.Name, filepath.Ext(in.Name))
		}
		e, ok := s.Current.Model().Entity(key)
		if !ok {
			return nil, problem.New(problem.Invalid, "import_which_entity", map[string]any{"file": in.Name})
		}
		f, err := s.guessOne(ctx, e, j, in)
		if err != nil {
			return nil, err
		}
		f.File = in.Name
		m.Files = append(m.Files, f)
	}
	return m, nil
}

func (s *Service) guessOne(ctx context.Context, e *model.Entity, j Job, in input) (f FileMapping, err error) {
	local, err := s.localFile(ctx, in)
	if err != nil {
		return f, err
	}
	defer local.Close()
	t, err := openTable(local, tableOptions{sheet: j.Sheet, header: j.Header, encoding: j.Encoding, score: func(cells []string) int {
		guessed, err := Guess(e, cells)
		if err != nil {
			return 0
		}
		return len(guessed.Columns)
	}})
	if err != nil {
		return f, err
	}
	defer t.Close()
	f, err = Guess(e, t.head)
	f.Sheet, f.Header, f.Encoding = t.sheet, t.headRow, j.Encoding
	if err == nil && j.KeyField != "" && j.KeyField != f.Key {
		f.Key, f.Create = j.KeyField, j.KeyField == idField
		maps.DeleteFunc(f.Columns, func(_ string, c Columns) bool { return c[0].Field == idField && f.Key != idField })
	}
	return f, err
}
