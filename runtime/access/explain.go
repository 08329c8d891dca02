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
	}
	return x.out, nil
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
		return s.compile(ctx, m, &a, p.directory)
	}
	x.rights = s.compile(ctx, m, p.directory.actor(person, "", "", ""), p.directory)
	x.out = &Explanation{User: PersonName{person.ID, person.Login, person.Name}, Entity: entity, Op: op, Field: field,
		Grants: []DecidingGrant{}, Missing: []Reason{}, Fix: []Reason{}}
	return x, nil
}

func knownOperation(op schemas.Operation) bool {
	switch op {
	case schemas.OpCreate, schemas.OpRead, schemas.OpUpdate, schemas.OpDelete, schemas.OpExport, schemas.OpImport, schemas.OpImportHistory:
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

// decide looks at every grant of the person on the entity.
func (x *explainer) decide() {
	if x.rights.Actor.Admin {
		if x.out.Allowed = x.rights.Allowed(x.entity.Key, x.op); x.out.Allowed {
			x.out.Grants = append(x.out.Grants, DecidingGrant{Role: RoleAdmin, Grant: -1, Scope: []string{"all"}})
		} else {
			x.out.Missing = append(x.out.Missing, reason(nil, "explain_read_only", "entity", x.entity.Def.Title))
		}
		return
	}
	e := x.rights.entities[x.entity.Key]
	if e == nil {
		x.out.Missing = append(x.out.Missing, reason(nil, "explain_no_grant",
			"user", x.person.Name, "roles", x.person.Roles, "entity", x.entity.Def.Title))
		return
	}
	for _, g := range e.Grants {
		if missing := x.missing(g); len(missing) > 0 {
			x.out.Missing = append(x.out.Missing, missing...)
		} else {
			x.out.Grants = append(x.out.Grants, DecidingGrant{g.Grant.Role, g.Grant.Index, scopeTypes(g.Grant)})
		}
	}
	if x.out.Allowed = len(x.out.Grants) > 0 && x.allows(x.rights); !x.out.Allowed && len(x.out.Grants) > 0 {
		x.out.Grants = []DecidingGrant{}
		x.out.Missing = append(x.out.Missing, reason(nil, "explain_lattice"))
	}
}

// allows asks the rights themselves, so that an explanation never says else
// than what holds.
func (x *explainer) allows(r *Rights) bool {
	if x.doc != nil && !r.Can(x.entity.Key, x.op, x.doc) {
		return false
	}
	if x.doc == nil && !r.Allowed(x.entity.Key, x.op) {
		return false
	}
	switch {
	case x.field == nil:
		return true
	case x.doc != nil && readsOnly(x.op):
		return r.ReadMask(x.entity.Key, x.doc).Has(x.field.Key)
	case x.doc != nil:
		return r.WriteMask(x.entity.Key, x.op, x.doc).Has(x.field.Key)
	case readsOnly(x.op):
		return r.Readable(x.entity.Key, x.field.Key)
	}
	return r.writableSomewhere(x.entity.Key, x.op, x.field.Key)
}

// writableSomewhere tells whether a grant writes the field on some row.
func (r *Rights) writableSomewhere(entity string, op schemas.Operation, field string) bool {
	if r.Actor.Admin {
		return true
	}
	for _, g := range r.entities[entity].Grants {
		if g.Grant.Ops[op] && g.Grant.Def.Write.Has(field) && !isNone(g.Scope) {
			return true
		}
	}
	return false
}

func scopeTypes(g *model.Grant) []string {
	if g.Entity.Key == visitEntity {
		return []string{"record"}
	}
	out := []string{}
	for _, s := range g.Scopes {
		out = append(out, s.Type)
	}
	return out
}

// ownerOf gives the owner of the record as a person; nil when it has none.
func (x *explainer) ownerOf() *Person {
	field := x.entity.OwnerField
	if field == "" {
		field = "created_by"
	}
	if x.entity.Key == userEntity {
		field = "id"
	}
	id, _ := x.doc[field].(string)
	return x.people.people[id]
}

var _ query.Rights = (*Rights)(nil)
