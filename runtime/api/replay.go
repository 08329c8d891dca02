package api

import (
	"encoding/json"
	"fmt"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/schemas"
)

// operationOf are the rights that changes need.
var operationOf = map[string]schemas.Operation{
	"create": schemas.OpCreate, "update": schemas.OpUpdate, "transition": schemas.OpUpdate, "merge": schemas.OpUpdate, "restore": schemas.OpDelete,
	"claim": schemas.OpClaim,
}

// replayedRecord is the kept answer of a change as the caller may see it now:
// rights may have been taken since. Without the right to the operation it is
// forbidden; of a record that the caller no longer sees only id and revision
// remain.
func (rc *requestContext) replayedRecord(op string, res *record.Result) (json.RawMessage, error) {
	rights, err := rc.s.o.Access.Rights(rc.ctx, rc.actor)
	if err != nil {
		return nil, err
	}
	entity := rc.vars()["entity"]
	e := rights.Model.Entities[entity]
	if e == nil || !rights.Allowed(entity, operationOf[op]) {
		return nil, problem.New(problem.Forbidden, "", nil)
	}
	if len(res.Record) == 0 {
		return nil, nil
	}
	res.Warnings = nil // they may name fields
	_, _, err = rc.s.o.Reads.Get(rc.ctx, rc.actor, entity, res.ID, []string{}, nil)
	switch problem.CodeOf(err) {
	case "":
	case problem.NotFound, problem.Forbidden:
		return json.Marshal(map[string]any{"id": res.ID, "rev": res.Rev})
	default:
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(res.Record, &members); err != nil {
		return nil, fmt.Errorf("stored answer: %w", err)
	}
	v := viewer{rights: rights, m: rights.Model}
	if cut, err := v.cutMembers(e, members); !cut || err != nil {
		return res.Record, err
	}
	return json.Marshal(members)
}

// cutMembers removes the fields that the actor reads on no row, also from child
// rows, and tells whether there were any.
func (v viewer) cutMembers(e *model.Entity, members map[string]json.RawMessage) (cut bool, err error) {
	for key, raw := range members {
		f := e.ByKey[key]
		switch {
		case model.IsSystem(key):
		case f == nil || !v.rights.Readable(e.Key, key):
			delete(members, key)
			cut = true
		case f.IsChildRows() && f.Target != nil:
			rows, rowsCut, err := v.cutRows(f.Target, raw)
			if err != nil {
				return false, err
			}
			members[key], cut = rows, cut || rowsCut
		}
	}
	return cut, nil
}

func (v viewer) cutRows(e *model.Entity, raw json.RawMessage) (json.RawMessage, bool, error) {
	var rows []map[string]json.RawMessage
	if err := json.Unmarshal(raw, &rows); err != nil {
		return nil, false, fmt.Errorf("stored answer: %w", err)
	}
	cut := false
	for _, row := range rows {
		rowCut, err := v.cutMembers(e, row)
		if err != nil {
			return nil, false, err
		}
		cut = cut || rowCut
	}
	text, err := json.Marshal(rows)
	return text, cut, err
}
