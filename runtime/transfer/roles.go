package transfer

import (
	"context"
	"encoding/json"
	"fmt"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/schemas"
)

// assignRoles gives the users that the file made the roles of the mapping.
// Users who existed before keep theirs: a role may have been taken away on purpose.
func (t *task) assignRoles(ctx context.Context, s *step, from []*row, results []record.RowResult) error {
	if len(s.mapping.Roles) == 0 || t.progress.DryRun {
		return nil
	}
	users := map[string]*row{}
	var ids []any
	for i, r := range from {
		if results[i].Problem == nil && results[i].ID == r.newID {
			users[results[i].ID] = r
			ids = append(ids, results[i].ID)
		}
	}
	have, err := t.heldRoles(ctx, ids)
	if err != nil {
		return err
	}
	var rows []record.Row
	var of []*row
	for _, id := range ids {
		for _, role := range s.mapping.Roles {
			if !have[heldRole{id.(string), role}] {
				rows = append(rows, record.Row{Values: map[string]any{"user": id, "role": role}})
				of = append(of, users[id.(string)])
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	got, err := t.importRows(ctx, t.call(false), assignmentEntity, rows)
	if err != nil {
		return err
	}
	for i, x := range got {
		if x.Problem != nil {
			none := func(string) (string, string) { return "", "" }
			of[i].problems = append(of[i].problems, rowProblems(of[i].number, x.Problem, none)...)
		}
	}
	return nil
}

type heldRole struct{ user, role string }

// heldRoles reads the roles of users, also of users the actor may not see.
func (t *task) heldRoles(ctx context.Context, users []any) (map[heldRole]bool, error) {
	have := map[heldRole]bool{}
	if len(users) == 0 {
		return have, nil
	}
	where := query.Cmp{Path: query.Path{Field: "user", Kind: query.Key}, Op: query.In, Value: users}
	err := eachDoc(ctx, t.service.Store, assignmentEntity, where, func(d store.Doc) error {
		var a struct{ User, Role string }
		if err := json.Unmarshal(d.Body, &a); err != nil {
			return fmt.Errorf("read role assignment %s: %w", d.ID, err)
		}
		have[heldRole{a.User, a.Role}] = true
		return nil
	})
	return have, err
}

// checkRights finds entities that the user may not import into.
func (t *task) checkRights() error {
	rights := t.resolver.lookup.rights
	var ps []problem.Field
	for _, s := range t.steps {
		if !rights.Allowed(s.entity.Key, schemas.OpImport) {
			ps = append(ps, problem.At("/"+s.entity.Key, "import_not_allowed", "entity", s.entity.Def.Title))
		}
		if s.historical && !rights.Allowed(s.entity.Key, schemas.OpImportHistory) {
			ps = append(ps, problem.At("/"+s.entity.Key, "import_history_not_allowed", "entity", s.entity.Def.Title))
		}
	}
	if len(ps) > 0 {
		return problem.Of(problem.Forbidden, ps...)
	}
	return nil
}
