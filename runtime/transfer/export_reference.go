package transfer

import (
	"context"
	"slices"
	"strings"

	"weft/runtime/model"
)

// referenceNames shows references as texts by which an import finds the same record
// again: the title if no other visible record has it, else a unique field, else
// the id.
type referenceNames struct {
	finder lookup
	known  map[refKey]map[string]string // by entity, id → text
}

// load looks up the targets of one column for a page of records.
func (n *referenceNames) load(ctx context.Context, c exportColumn, page []map[string]any) error {
	if c.field == nil || c.field.Target == nil {
		return nil
	}
	target := c.field.Target
	known := n.known[refKey{target.Key, ""}]
	if known == nil {
		known = map[string]string{}
		n.known[refKey{target.Key, ""}] = known
	}
	var ids []any
	for _, doc := range page {
		id, ok := doc[c.key].(string)
		if _, have := known[id]; ok && !have {
			known[id] = id
			ids = append(ids, id)
		}
	}
	targets, err := n.finder.find(ctx, target, nil, ids)
	if err != nil {
		return err
	}
	// Titles first, as users know them; a unique field where a title is shared.
	rest := targets
	for _, f := range namingFields(target) {
		if rest, err = n.nameBy(ctx, target, f, rest, known); err != nil {
			return err
		}
	}
	return nil
}

// namingFields are the fields by which a default reference is found, the title
// field first, of users the login.
func namingFields(e *model.Entity) []*model.Field {
	var fields []*model.Field
	if login := e.ByKey["login"]; e.Key == userEntity && login != nil {
		fields = append(fields, login) // names are shared more often
	}
	if e.TitleField != nil {
		fields = append(fields, e.TitleField)
	}
	for _, u := range e.Unique {
		if len(u.Fields) == 1 && !slices.Contains(fields, u.Fields[0]) {
			fields = append(fields, u.Fields[0])
		}
	}
	return fields
}

// nameBy names the targets whose value of f is unique; rest are the others.
func (n *referenceNames) nameBy(ctx context.Context, e *model.Entity, f *model.Field, targets map[any]match, known map[string]string) (rest map[any]match, err error) {
	var values []any
	for _, t := range targets {
		if s, ok := t.doc[f.Key].(string); ok && s != "" && n.finder.visible(e, f.Key, t.doc) {
			values = append(values, s)
		}
	}
	holders, err := n.finder.find(ctx, e, f, values)
	if err != nil {
		return nil, err
	}
	rest = map[any]match{}
	for id, t := range targets {
		s, _ := t.doc[f.Key].(string)
		if h := holders[s]; h.n == 1 && h.id == t.id && strings.TrimSpace(s) == s {
			known[t.id] = s
			continue
		}
		rest[id] = t
	}
	return rest, nil
}

func (n *referenceNames) name(c exportColumn, id string) string {
	if s, ok := n.known[refKey{c.field.Target.Key, ""}][id]; ok {
		return s
	}
	return id
}
