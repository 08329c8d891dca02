package hook

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/script"
)

// maxFound is how many records a script finds at once.
const maxFound = 1000

// decode reads JSON with exact numbers.
func decode(raw json.RawMessage) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	err := dec.Decode(&v)
	return v, err
}

// snapshotHost answers before-hooks: they read what the change relies on, and write
// nothing but their own record.
type snapshotHost struct {
	from   record.Reader
	rights *access.Rights
}

// Call implements script.Host.
func (h *snapshotHost) Call(ctx context.Context, module, function string, args json.RawMessage) (script.Answer, error) {
	switch module + "." + function {
	case "record.get":
		var in []string
		if err := arguments(args, &in, 2); err != nil {
			return script.Answer{}, err
		}
		doc, err := h.from.Get(ctx, in[0], in[1])
		if err != nil || doc == nil {
			return script.Answer{Value: json.RawMessage("null")}, err
		}
		return answer(wire(h.rights.Model.Entities[in[0]], h.rights, doc, false), 1)
	case "query.find", "query.first", "query.count":
		return h.find(ctx, function, args)
	}
	return script.Answer{}, notHere(module, function)
}

func (h *snapshotHost) find(ctx context.Context, function string, args json.RawMessage) (script.Answer, error) {
	entity, where, limit, err := findArguments(args)
	if err != nil {
		return script.Answer{}, err
	}
	switch function {
	case "first":
		limit = 1
	case "count":
		limit = maxFound
	}
	docs, err := h.from.Find(ctx, entity, where, limit)
	if err != nil {
		return script.Answer{}, err
	}
	list := make([]map[string]any, len(docs))
	for i, doc := range docs {
		list[i] = wire(h.rights.Model.Entities[entity], h.rights, doc, false)
	}
	switch {
	case function == "count":
		return answer(len(list), 0)
	case function == "first" && len(list) == 0:
		return script.Answer{Value: json.RawMessage("null")}, nil
	case function == "first":
		return answer(list[0], 1)
	}
	return answer(list, len(list))
}

// jobHost answers scripts that run as jobs or steps: they read what is stored, and what
// they write is gathered and committed together at the end.
type jobHost struct {
	reads  *read.Service
	actor  *access.Actor
	writes []record.Operation
	// revs are the revisions of the records that it was shown, by entity and id: what it
	// writes to one of them is refused as stale when that has changed since.
	revs map[[2]string]int64
}

func newJobHost(reads *read.Service, actor *access.Actor) *jobHost {
	return &jobHost{reads: reads, actor: actor, revs: map[[2]string]int64{}}
}

// shown notes the revision of a record that the script sees. The first one counts.
func (h *jobHost) shown(entity string, doc json.RawMessage) error {
	var r struct {
		ID  string `json:"id"`
		Rev int64  `json:"rev"`
	}
	if err := json.Unmarshal(doc, &r); err != nil {
		return err
	}
	if key := [2]string{entity, r.ID}; h.revs[key] == 0 {
		h.revs[key] = r.Rev
	}
	return nil
}

// Call implements script.Host.
func (h *jobHost) Call(ctx context.Context, module, function string, args json.RawMessage) (script.Answer, error) {
	switch module {
	case "query":
		return h.query(ctx, function, args)
	case "record":
		if function == "get" {
			return h.get(ctx, args)
		}
		return h.write(function, args)
	}
	return script.Answer{}, notHere(module, function)
}

func (h *jobHost) get(ctx context.Context, args json.RawMessage) (script.Answer, error) {
	var in []string
	if err := arguments(args, &in, 2); err != nil {
		return script.Answer{}, err
	}
	doc, _, err := h.reads.Get(ctx, h.actor, in[0], in[1], nil, nil)
	if problem.CodeOf(err) == problem.NotFound {
		return script.Answer{Value: json.RawMessage("null")}, nil
	}
	if err != nil {
		return script.Answer{}, err
	}
	return script.Answer{Value: doc, Rows: 1}, h.shown(in[0], doc)
}

func (h *jobHost) query(ctx context.Context, function string, args json.RawMessage) (script.Answer, error) {
	entity, where, limit, err := findArguments(args)
	if err != nil {
		return script.Answer{}, err
	}
	q := read.Query{Where: where, Limit: read.Limit(limit)}
	switch function {
	case "first":
		q.Limit = 1
	case "count":
		q.Limit, q.Count = 1, "exact"
	}
	page, err := h.reads.Query(ctx, h.actor, entity, q)
	if err != nil {
		return script.Answer{}, err
	}
	if function != "count" {
		for _, doc := range page.Items {
			if err := h.shown(entity, doc); err != nil {
				return script.Answer{}, err
			}
		}
	}
	switch {
	case function == "count" && page.Count != nil:
		return answer(*page.Count, 0)
	case function == "first" && len(page.Items) == 0:
		return script.Answer{Value: json.RawMessage("null")}, nil
	case function == "first":
		return script.Answer{Value: page.Items[0], Rows: 1}, nil
	case function == "find":
		return answer(page.Items, len(page.Items))
	}
	return script.Answer{}, notHere("query", function)
}

// write gathers a change; a new record's id is known at once.
func (h *jobHost) write(function string, args json.RawMessage) (script.Answer, error) {
	v, err := decode(args)
	in, ok := v.([]any)
	if err != nil || !ok || len(in) == 0 {
		return script.Answer{}, badArguments(function)
	}
	text := func(i int) string {
		if i >= len(in) {
			return ""
		}
		s, _ := in[i].(string)
		return s
	}
	object := func(i int) map[string]any {
		if i >= len(in) {
			return nil
		}
		o, _ := in[i].(map[string]any)
		return o
	}
	op := record.Operation{Op: function, Entity: text(0)}
	switch function {
	case "create":
		op.ID, op.Values = uuid.Must(uuid.NewV7()).String(), object(1)
	case "update":
		op.ID, op.Values = text(1), object(2)
	case "delete":
		op.ID = text(1)
	case "transition":
		op.ID, op.To, op.Values = text(1), text(2), object(3)
	default:
		return script.Answer{}, notHere("record", function)
	}
	if op.ID == "" || op.Entity == "" {
		return script.Answer{}, badArguments(function)
	}
	op.IfMatch = h.revs[[2]string{op.Entity, op.ID}]
	h.writes = append(h.writes, op)
	return answer(map[string]any{"id": op.ID}, 0)
}

func answer(v any, rows int) (script.Answer, error) {
	raw, err := json.Marshal(v)
	return script.Answer{Value: raw, Rows: rows}, err
}

func notHere(module, function string) error {
	return problem.New(problem.Invalid, "script_not_here", map[string]any{"function": module + "." + function})
}

func badArguments(function string) error {
	return problem.New(problem.Invalid, "script_arguments", map[string]any{"function": function})
}

// arguments reads the first n arguments, which must be texts.
func arguments(args json.RawMessage, into *[]string, n int) error {
	var all []json.RawMessage
	if err := json.Unmarshal(args, &all); err != nil || len(all) < n {
		return badArguments(fmt.Sprintf("with %d arguments", n))
	}
	for _, raw := range all[:n] {
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return badArguments("with texts")
		}
		*into = append(*into, s)
	}
	return nil
}

// findArguments reads (entity, where, {limit}).
func findArguments(args json.RawMessage) (entity string, where json.RawMessage, limit int, err error) {
	var all []json.RawMessage
	if err := json.Unmarshal(args, &all); err != nil || len(all) == 0 || json.Unmarshal(all[0], &entity) != nil {
		return "", nil, 0, badArguments("query")
	}
	if len(all) > 1 && !slices.Contains([]string{"null", "[]", "{}"}, string(all[1])) { // those are no filter
		where = all[1]
	}
	options := struct {
		Limit int `json:"limit"`
	}{50}
	if len(all) > 2 && string(all[2]) != "null" {
		if err := json.Unmarshal(all[2], &options); err != nil {
			return "", nil, 0, badArguments("query")
		}
	}
	return entity, where, min(max(options.Limit, 1), maxFound), nil
}
