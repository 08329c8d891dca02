package assign

import (
	"context"
	"fmt"
	"slices"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// person is a possible candidate of a rule: user and profile in stored form.
type person struct {
	id, name string
	user     map[string]any
	// profile is what the factors read; the user itself where the rule has no profiles.
	profile map[string]any
}

// peopleCache holds the possible candidates of a rule as long as neither the rule
// nor what they were read from changes.
type peopleCache struct {
	rule    *model.AssignmentRule
	numbers []uint64
	list    []*person
}

// peopleOf are the active users with the roles and in the departments of a rule,
// sorted by id.
func (s *Service) peopleOf(ctx context.Context, rule *model.AssignmentRule) ([]*person, error) {
	numbers, err := s.changeNumbers(ctx, rule)
	if err != nil {
		return nil, err
	}
	s.caching.Lock()
	have, ok := s.people[rule.Def.Key]
	s.caching.Unlock()
	if ok && have.rule == rule && slices.Equal(have.numbers, numbers) {
		return have.list, nil
	}
	list, err := s.readPeople(ctx, rule)
	if err != nil {
		return nil, err
	}
	s.caching.Lock()
	defer s.caching.Unlock()
	s.people[rule.Def.Key] = peopleCache{rule, numbers, list}
	return list, nil
}

// changeNumbers is the state of all that the candidates are read from.
func (s *Service) changeNumbers(ctx context.Context, rule *model.AssignmentRule) ([]uint64, error) {
	collections := []string{"user", "department", "role_assignment"}
	if rule.Person != nil {
		collections = append(collections, rule.People.Key)
	}
	numbers := make([]uint64, len(collections))
	for i, c := range collections {
		n, err := s.o.Store.ChangeNumber(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("assign: %w", err)
		}
		numbers[i] = n
	}
	return numbers, nil
}

func (s *Service) readPeople(ctx context.Context, rule *model.AssignmentRule) ([]*person, error) {
	dir, err := s.o.Access.Directory(ctx)
	if err != nil {
		return nil, err
	}
	members, err := s.membersOf(ctx, dir, rule.Def.Candidates.Departments)
	if err != nil {
		return nil, err
	}
	profiles, err := s.profiles(ctx, rule)
	if err != nil {
		return nil, err
	}
	var list []*person
	err = eachDoc(ctx, s.o.Store, "user", func(doc map[string]any) {
		id, _ := doc["id"].(string)
		p := dir.Person(id)
		if p == nil || !p.Active || !holdsOne(p, rule.Def.Candidates.Roles) || members != nil && !members[id] {
			return
		}
		one := &person{id: id, name: p.Name, user: doc, profile: doc}
		if rule.Person != nil {
			one.profile = profiles[id]
		}
		list = append(list, one)
	})
	return list, err
}

func holdsOne(p *access.Person, roles []string) bool {
	return len(roles) == 0 || slices.ContainsFunc(roles, func(role string) bool {
		return role == access.RoleMember || role == access.RoleAdmin && p.Admin() || slices.Contains(p.Roles, role)
	})
}

// membersOf are the users of departments named so, and below; nil for no limit.
func (s *Service) membersOf(ctx context.Context, dir *access.Directory, names []string) (map[string]bool, error) {
	if len(names) == 0 {
		return nil, nil
	}
	members := map[string]bool{}
	err := eachDoc(ctx, s.o.Store, "department", func(doc map[string]any) {
		name, _ := doc["name"].(string)
		id, _ := doc["id"].(string)
		if !slices.Contains(names, name) {
			return
		}
		for _, user := range dir.MembersOf(dir.DepartmentSubtree(id)) {
			members[user] = true
		}
	})
	return members, err
}

// profiles are the records about people by user; where one has several, the oldest.
func (s *Service) profiles(ctx context.Context, rule *model.AssignmentRule) (map[string]map[string]any, error) {
	if rule.Person == nil {
		return nil, nil
	}
	byUser := map[string]map[string]any{}
	err := eachDoc(ctx, s.o.Store, rule.People.Key, func(doc map[string]any) {
		user, _ := doc[rule.Person.Key].(string)
		if byUser[user] == nil {
			byUser[user] = doc
		}
	})
	return byUser, err
}

// eachDoc reads a whole collection in the order of ids.
func eachDoc(ctx context.Context, from store.Reader, collection string, fn func(map[string]any)) error {
	for d, err := range store.Each(ctx, from, collection, store.Find{Limit: 500}) {
		if err != nil {
			return fmt.Errorf("assign: %s: %w", collection, err)
		}
		doc, err := read.Decode(d)
		if err != nil {
			return err
		}
		fn(doc)
	}
	return nil
}

// reading is what one decision reads of a snapshot, each record once.
type reading struct {
	ctx  context.Context
	from store.Reader
	docs map[[2]string]map[string]any
	err  error // the first one
}

// get reads a record across a reference; nil when there is none.
func (r *reading) get(collection, id string) map[string]any {
	key := [2]string{collection, id}
	if doc, known := r.docs[key]; known {
		return doc
	}
	docs, err := r.from.GetMany(r.ctx, collection, []string{id})
	var doc map[string]any
	if err == nil && len(docs) == 1 {
		doc, err = read.Decode(docs[0])
	}
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("assign: %s/%s: %w", collection, id, err)
	}
	if r.docs == nil {
		r.docs = map[[2]string]map[string]any{}
	}
	r.docs[key] = doc
	return doc
}

// matches tells whether a record matches a filter with relative values.
func (r *reading) matches(f query.Filter, e *model.Entity, env query.Env, doc map[string]any) (bool, error) {
	x, problems := f.Bind(env, e, nil)
	if len(problems) > 0 {
		return false, fmt.Errorf("assign: filter: %v", problems)
	}
	ok := query.Matches(x, doc, r.get)
	return ok, r.err
}
