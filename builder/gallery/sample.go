package gallery

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"weft/builder"
	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/schemas"
)

// sampler makes sample records. In a sample's row a reference is written as
// what names the other record: its title field, or a user's login.
type sampler struct {
	g     *Gallery
	call  record.Call
	found map[string]string // entity + "\x00" + name → id
}

func (g *Gallery) addSamples(ctx context.Context, by *access.Actor, samples []builder.Sample) (int, error) {
	s := &sampler{g: g, found: map[string]string{}}
	// Sample deals stand in later stages without proofs, as imported ones may.
	s.call = record.Call{Actor: by, Door: "import", Historical: true}
	made := 0
	for _, sample := range samples {
		n, err := s.add(ctx, sample)
		made += n
		if err != nil {
			return made, fmt.Errorf("sample %s: %w", sample.Name, err)
		}
	}
	return made, nil
}

func (s *sampler) add(ctx context.Context, sample builder.Sample) (int, error) {
	e, ok := s.g.o.Current.Model().Entity(sample.Entity)
	if !ok {
		return 0, problem.New(problem.NotFound, "no_such_entity", map[string]any{"entity": sample.Entity})
	}
	made := 0
	for i, row := range sample.Rows {
		if there, err := s.there(ctx, e, row); err != nil {
			return made, err
		} else if there {
			continue
		}
		values, err := s.resolve(ctx, e, row)
		if err != nil {
			return made, fmt.Errorf("row %d: %w", i+1, err)
		}
		// One by one: a row may refer to the one before it.
		results, err := s.g.o.Records.ImportRows(ctx, s.call, e.Key, []record.Row{{Values: values}}, false)
		if err != nil {
			return made, err
		}
		if p := results[0].Problem; p != nil {
			return made, fmt.Errorf("row %d: %w", i+1, p)
		}
		made++
	}
	return made, nil
}

// there tells whether a record of the row's name exists, from an earlier install.
func (s *sampler) there(ctx context.Context, e *model.Entity, row map[string]any) (bool, error) {
	name, ok := row[nameField(e)].(string)
	if !ok {
		return false, nil
	}
	id, err := s.lookUp(ctx, e, name)
	return id != "", err
}

func (s *sampler) resolve(ctx context.Context, e *model.Entity, row map[string]any) (map[string]any, error) {
	values := make(map[string]any, len(row))
	for key, v := range row {
		values[key] = v
		f := e.ByKey[key]
		name, ok := v.(string)
		if !ok || f == nil || f.Target == nil || f.Child() || uuid.Validate(name) == nil {
			continue
		}
		id, err := s.lookUp(ctx, f.Target, name)
		if err != nil {
			return nil, err
		}
		if id == "" {
			return nil, problem.Of(problem.Invalid, problem.At(problem.Pointer(key), "no_such_record"))
		}
		values[key] = id
	}
	return values, nil
}

// nameField is the field by which samples name a record of an entity.
func nameField(e *model.Entity) string {
	if e.Key == "user" {
		return "login"
	}
	if e.TitleField != nil {
		return e.TitleField.Key
	}
	for _, f := range e.Fields {
		if f.Def.FieldType == schemas.TypeText {
			return f.Key
		}
	}
	return ""
}

// lookUp finds a record by name; "" when there is none.
func (s *sampler) lookUp(ctx context.Context, e *model.Entity, name string) (string, error) {
	key := e.Key + "\x00" + name
	if id, ok := s.found[key]; ok {
		return id, nil
	}
	where, err := json.Marshal([]any{nameField(e), "=", name})
	if err != nil {
		return "", fmt.Errorf("look up %s: %w", e.Key, err)
	}
	page, err := s.g.o.Records.Query(ctx, s.call, e.Key, record.Query{Where: where, Limit: 1, Fields: []string{"id"}})
	if err != nil {
		return "", fmt.Errorf("look up %s: %w", e.Key, err)
	}
	if len(page.Items) == 0 {
		return "", nil
	}
	var item struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(page.Items[0], &item); err != nil {
		return "", fmt.Errorf("look up %s: %w", e.Key, err)
	}
	s.found[key] = item.ID
	return item.ID, nil
}
