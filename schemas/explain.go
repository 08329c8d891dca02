package schemas

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"weft/runtime/problem"
)

// Sources holds decoded schema documents by address, so that a validation
// error can be traced to the keyword that raised it.
type Sources map[string]any

// Explain turns the tree of a JSON Schema validation error into problems at
// places of the instance, each place and code once, in the order of paths.
func (s Sources) Explain(err *jsonschema.ValidationError, instance any) []problem.Field {
	var out []problem.Field
	seen := map[string]bool{}
	for _, leaf := range leaves(err, nil) {
		for _, f := range s.explainLeaf(leaf, instance) {
			if id := f.Path + "\x00" + f.Code; !seen[id] {
				seen[id] = true
				out = append(out, f)
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Path < out[j].Path })
	return out
}

// leaves finds the errors without causes. Alternatives (anyOf, oneOf, contains)
// are one problem at their own location, since any branch may be the intended one.
func leaves(e *jsonschema.ValidationError, to []*jsonschema.ValidationError) []*jsonschema.ValidationError {
	switch k := keyword(e); {
	case len(e.Causes) == 0, k == "anyOf", k == "oneOf", k == "minContains":
		return append(to, e)
	}
	for _, c := range e.Causes {
		to = leaves(c, to)
	}
	return to
}

// keyword is the last keyword on the way to the error. dependentRequired is
// followed by the property and the index of its rule.
func keyword(e *jsonschema.ValidationError) string {
	parts := strings.Split(e.KeywordLocation, "/")
	if n := len(parts); n >= 3 && parts[n-3] == "dependentRequired" {
		return "dependentRequired"
	}
	return parts[len(parts)-1]
}

func (s Sources) explainLeaf(e *jsonschema.ValidationError, instance any) []problem.Field {
	at := unescaped(e.InstanceLocation)
	key := keyword(e)
	schema, value := s.parent(unescaped(e.AbsoluteKeywordLocation)), get(instance, at)
	object, _ := value.(map[string]any)
	switch key {
	case "additionalProperties", "unevaluatedProperties":
		known, _ := schema["properties"].(map[string]any)
		var out []problem.Field
		for _, k := range sortedKeys(object) {
			if _, ok := known[k]; !ok {
				out = append(out, problem.At(at+problem.Pointer(k), "unknown_key", "key", k))
			}
		}
		return out
	case "required":
		return missing(at, schema["required"], object)
	case "dependentRequired":
		return missing(at, s.rule(unescaped(e.AbsoluteKeywordLocation)), object)
	case "pattern":
		if strings.Contains(e.KeywordLocation, "/propertyNames/") {
			return []problem.Field{problem.At(at, "bad_key")}
		}
	}
	return []problem.Field{plain(at, key, schema[key])}
}

// plain explains a keyword that speaks about the value itself.
func plain(at, key string, limit any) problem.Field {
	switch key {
	case "type":
		return problem.At(at, "wrong_type", "want", typeNames(limit))
	case "enum", "const":
		return problem.At(at, "not_allowed_value", "allowed", allowed(limit))
	case "pattern":
		return problem.At(at, "pattern")
	case "minLength", "minItems", "minProperties":
		return problem.At(at, "too_few", "min", limit)
	case "maxLength", "maxItems", "maxProperties":
		return problem.At(at, "too_many", "max", limit)
	case "minimum":
		return problem.At(at, "too_small", "min", limit)
	case "maximum":
		return problem.At(at, "too_great", "max", limit)
	case "uniqueItems":
		return problem.At(at, "duplicate_item")
	}
	return problem.At(at, "condition", "keyword", key)
}

func missing(at string, names any, object map[string]any) []problem.Field {
	var out []problem.Field
	list, _ := names.([]any)
	for _, n := range list {
		if k, _ := n.(string); k != "" {
			if _, set := object[k]; !set {
				out = append(out, problem.At(at+problem.Pointer(k), "required"))
			}
		}
	}
	return out
}

// rule is the list of a dependentRequired rule, of which location names one item.
func (s Sources) rule(location string) any {
	address, fragment, _ := strings.Cut(location, "#")
	return get(s[address], fragment[:max(strings.LastIndexByte(fragment, '/'), 0)])
}

// parent finds the schema object that holds the keyword at an absolute location.
func (s Sources) parent(location string) map[string]any {
	address, fragment, _ := strings.Cut(location, "#")
	doc, ok := s[address]
	if !ok {
		return nil
	}
	if i := strings.LastIndexByte(fragment, '/'); i >= 0 {
		fragment = fragment[:i]
	}
	object, _ := get(doc, fragment).(map[string]any)
	return object
}

// get follows a JSON pointer; nil where it leads nowhere.
func get(doc any, pointer string) any {
	if pointer == "" {
		return doc
	}
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for _, part := range strings.Split(pointer[1:], "/") {
		switch x := doc.(type) {
		case map[string]any:
			doc = x[unescape.Replace(part)]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(x) {
				return nil
			}
			doc = x[i]
		default:
			return nil
		}
	}
	return doc
}

// unescaped undoes the percent-encoding that the validator puts on top of JSON pointers.
func unescaped(location string) string {
	if plain, err := url.PathUnescape(location); err == nil {
		return plain
	}
	return location
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func texts(list []any) []string {
	out := make([]string, 0, len(list))
	for _, v := range list {
		if s, ok := v.(string); ok {
			out = append(out, s)
			continue
		}
		data, err := json.Marshal(v)
		if err != nil {
			data = []byte(fmt.Sprint(v))
		}
		out = append(out, string(data))
	}
	return out
}

func typeNames(v any) string {
	if list, ok := v.([]any); ok {
		return strings.Join(texts(list), ", ")
	}
	s, _ := v.(string)
	return s
}

func allowed(v any) []string {
	if list, ok := v.([]any); ok {
		return texts(list)
	}
	return texts([]any{v})
}
