package model

// VisibleConditions are the conditions of the entity that mention no other
// fields than those that visible accepts, as members of a JSON Schema: parts of
// allOf and rules of dependentRequired by themselves, if/then/else together. A
// condition on a hidden field would tell whether it is set.
func (e *Entity) VisibleConditions(visible func(key string) bool) map[string]any {
	shown := func(schema any) bool {
		ok := true
		mentionedFields(schema, func(key string) { ok = ok && (IsSystem(key) || visible(key)) })
		return ok
	}
	all, out := conditionSchema(e.Def), map[string]any{}
	if shown(all["if"]) && shown(all["then"]) && shown(all["else"]) {
		for _, key := range []string{"if", "then", "else"} {
			if part, ok := all[key]; ok {
				out[key] = part
			}
		}
	}
	parts, _ := all["allOf"].([]any)
	var list []any
	for _, part := range parts {
		if shown(part) {
			list = append(list, part)
		}
	}
	if list != nil {
		out["allOf"] = list
	}
	rules, _ := all["dependentRequired"].(map[string]any)
	kept := map[string]any{}
	for key, names := range rules {
		if rule := map[string]any{key: names}; shown(map[string]any{"dependentRequired": rule}) {
			kept[key] = names
		}
	}
	if len(kept) > 0 {
		out["dependentRequired"] = kept
	}
	return out
}

// mentionedFields calls found for each field of the record that a condition
// names. Schemas inside properties speak of the values of fields, not of the record.
func mentionedFields(schema any, found func(key string)) {
	object, _ := schema.(map[string]any)
	names := func(list any) {
		items, _ := list.([]any)
		for _, item := range items {
			if key, ok := item.(string); ok {
				found(key)
			}
		}
	}
	for keyword, value := range object {
		switch keyword {
		case "required":
			names(value)
		case "properties", "dependentRequired", "dependentSchemas":
			members, _ := value.(map[string]any)
			for key, member := range members {
				found(key)
				switch keyword {
				case "dependentRequired":
					names(member)
				case "dependentSchemas":
					mentionedFields(member, found)
				}
			}
		case "if", "then", "else", "not":
			mentionedFields(value, found)
		case "allOf", "anyOf", "oneOf":
			parts, _ := value.([]any)
			for _, part := range parts {
				mentionedFields(part, found)
			}
		}
	}
}
