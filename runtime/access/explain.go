package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// Explanation answers why somebody may do something, or what is missing and
// what would fix it. Its texts are in both languages.
type Explanation struct {
	User    PersonName `json:"user"`
	Entity  string     `json:"entity"`
	ID      string     `json:"id,omitempty"`
	Op      string     `json:"op"`
	Field   string     `json:"field,omitempty"`
	Allowed bool       `json:"allowed"`
	// Grants decided; any one of them is enough.
	Grants []DecidingGrant `json:"grants"`
	// Missing says, grant by grant, what is not fulfilled.
	Missing []Reason `json:"missing"`
	// Fix proposes changes; each by itself would allow it.
	Fix []Reason `json:"fix"`
}

// PersonName names a user.
type PersonName struct {
	ID    string `json:"id"`
	Login string `json:"login"`
	Name  string `json:"name"`
}

// DecidingGrant is a grant that allows the operation; Grant is its index in the role.
type DecidingGrant struct {
	Role  string   `json:"role"`
	Grant int      `json:"grant"`
	Scope []string `json:"scope"`
}

// Reason is one sentence of an explanation. Role is "" and Grant -1 where it
// is not about a grant.
type Reason struct {
	Code    string        `json:"code"`
	Role    string        `json:"role,omitempty"`
	Grant   int           `json:"grant"`
	Message schemas.Title `json:"message"`
}

func reason(g *model.Grant, code string, params ...any) Reason {
	text := problem.At("", code, params...)
	r := Reason{Code: code, Grant: -1, Message: schemas.Title{ZhCN: text.Message("zh-CN"), En: text.Message("en")}}
	if g != nil {
		r.Role, r.Grant = g.Role, g.Index
	}
	return r
}

// Explain says whether a user (id or login) may do op on the record id of an
// entity, or on some record when id is "". Op is an operation of grants or
// "write" for update. It tells about records and colleagues that the user
// cannot see, so only an admin may be shown it. It fails with not_found for an
// unknown user or entity, invalid for an unknown op.
func (s *Service) Explain(ctx context.Context, user, entity, id, op string) (*Explanation, error) {
	return s.ExplainField(ctx, user, entity, id, op, "")
}

// ExplainField is Explain for one field: op is "read", "write" (update) or "create".
func (s *Service) ExplainField(ctx context.Context, user, entity, id, op, field string) (*Explanation, error) {
	x, err := s.explainer(ctx, user, entity, op, field)
	if err != nil {
		return nil, err
	}
	x.out.ID = id
	if id != "" {
		err := x.load(ctx, s.Store, id)
		if errors.Is(err, store.ErrNotFound) {
			x.out.Missing = append(x.out.Missing, reason(nil, "explain_no_record", "id", id))
			return x.out, nil
		}
		if err != nil {
			return nil, storeProblem(err)
		}
	}
	if !x.person.Active {
		x.out.Missing = append(x.out.Missing, reason(nil, "explain_inactive", "user", x.person.Name))
		x.out.Fix = append(x.out.Fix, reason(nil, "fix_activate", "user", x.person.Name))
		return x.out, nil
	}
	x.decide()
	if !x.out.Allowed {
		x.propose()
		err = s.proposeConfirmation(ctx, x)
	}
	return x.out, err
}

// explainer is one explanation under way.
type explainer struct {
	out    *Explanation
	rights *Rights
	people *Directory
	person *Person
	entity *model.Entity
	op     schemas.Operation
	field  *model.Field
	doc    map[string]any // nil: some record
	// compile gives the rights the person would have with these roles.
	compile func(roles []string) *Rights
}

func (s *Service) explainer(ctx context.Context, user, entity, op, field string) (*explainer, error) {
	p, err := s.state(ctx)
	if err != nil {
		return nil, err
	}
	m := s.Current.Model()
	person, e := p.directory.Person(user), m.Entities[entity]
	if person == nil {
		return nil, problem.New(problem.NotFound, "explain_no_user", map[string]any{"user": user})
	}
	if e == nil {
		return nil, problem.New(problem.NotFound, "explain_no_entity", map[string]any{"entity": entity})
	}
	x := &explainer{people: p.directory, person: person, entity: e, op: schemas.Operation(op)}
	if op == "write" {
		x.op = schemas.OpUpdate
	}
	if !knownOperation(x.op) {
		return nil, problem.Of(problem.Invalid, problem.At("/op", "no_such_operation", "op", op))
	}
	if field != "" && !model.IsSystem(field) {
		if x.field = e.ByKey[field]; x.field == nil {
			return nil, problem.Of(problem.Invalid, problem.At("/field", "unknown_field", "field", field))
		}
	}
	x.compile = func(roles []string) *Rights {
		a := *p.directory.actor(person, "", "", "")
		a.Roles = roles
		return s.compile(m, &a, p.directory)
	}
	x.rights = s.compile(m, p.directory.actor(person, "", "", ""), p.directory)
	x.out = &Explanation{User: PersonName{person.ID, person.Login, person.Name}, Entity: entity, Op: op, Field: field,
		Grants: []DecidingGrant{}, Missing: []Reason{}, Fix: []Reason{}}
	return x, nil
}

func knownOperation(op schemas.Operation) bool {
	switch op {
	case schemas.OpCreate, schemas.OpRead, schemas.OpUpdate, schemas.OpDelete, schemas.OpExport, schemas.OpImport, schemas.OpImportHistory, schemas.OpClaim:
		return true
	}
	return false
}

func (x *explainer) load(ctx context.Context, s store.Store, id string) error {
	doc, err := s.Get(ctx, x.entity.Key, id)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(doc.Body, &x.doc); err != nil {
		return fmt.Errorf("access: %s/%s: %w", x.entity.Key, id, err)
	}
	return nil
}

var _ query.Rights = (*Rights)(nil)
