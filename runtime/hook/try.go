package hook

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/script"
	"weft/schemas"
)

// Trial is one run of a script on a real record that changes nothing.
type Trial struct {
	// Definition is a draft; without it the published script Key is tried.
	Definition []byte
	Key        string
	// Event is one of the script's events, such as before_update; "" means its first one,
	// or a run as a step of a trigger when it has none.
	Event string
	// Entity and ID name the record. Values are what the event would change in it.
	Entity, ID string
	Values     map[string]any
}

// TrialAnswer is what a script would do, and what its run took.
type TrialAnswer struct {
	Changes  []TrialChange   `json:"changes"`
	Problems []TrialProblem  `json:"problems"`
	Log      []script.Line   `json:"log"`
	MS       float64         `json:"ms"`
	CPU      float64         `json:"cpu"`
	Memory   int64           `json:"memory"` // bytes
	Calls    int             `json:"calls"`
	Requests int             `json:"requests"`
	Result   json.RawMessage `json:"result,omitempty"`
	Error    *script.Failure `json:"error,omitempty"`
}

// TrialChange is a change that the script would make.
type TrialChange struct {
	Op     string         `json:"op"`
	Entity string         `json:"entity"`
	ID     string         `json:"id,omitempty"`
	Values map[string]any `json:"values,omitempty"`
}

// TrialProblem is what the script would refuse, or what weft would refuse of its changes.
type TrialProblem struct {
	Path    string        `json:"path"`
	Code    string        `json:"code"`
	Message schemas.Title `json:"message"`
}

// Try runs a script or a draft of one on a record as it is now, with the rights of the
// person or of the script's role. What it would write is gathered, what it would send is
// refused. Errors: not_found, invalid with the problems of the draft.
func (s *Service) Try(ctx context.Context, person *access.Actor, in Trial) (*TrialAnswer, error) {
	rights, err := s.o.Access.Rights(ctx, person)
	if err != nil {
		return nil, err
	}
	hook, err := compileDraft(rights.Model, in.Definition, in.Key)
	if err != nil {
		return nil, err
	}
	host := newJobHost(s.o.Reads, actorOf(hook, person))
	event, limits, err := s.trialEvent(ctx, host, hook, person, in)
	if err != nil {
		return nil, err
	}
	call := s.call(hook, person)
	call.Host, call.Events, call.Limits = s.outside(host, hook, true), []json.RawMessage{event}, limits
	results, err := s.o.Pool.Run(ctx, call)
	if err != nil {
		return nil, err
	}
	return trialAnswer(rights.Model, host, in, results[0]), nil
}

func compileDraft(m *model.Model, definition []byte, key string) (*model.Script, error) {
	if len(definition) == 0 {
		if s := m.Scripts[key]; s != nil {
			return s, nil
		}
		return nil, problem.New(problem.NotFound, "no_such_script", map[string]any{"script": key})
	}
	d, problems := schemas.Decode(definition)
	def, ok := d.(*schemas.Script)
	if len(problems) == 0 && !ok {
		problems = []problem.Field{problem.At("/kind", "not_allowed_value", "allowed", []string{string(schemas.KindScript)})}
	}
	var s *model.Script
	if len(problems) == 0 {
		s, problems = m.CompileScript(def)
	}
	if len(problems) > 0 {
		for i := range problems {
			problems[i].Path = "/definition" + problems[i].Path
		}
		return nil, problem.Of(problem.Invalid, problems...)
	}
	return s, nil
}

// trialEvent is what the function is called with, and the limits of such a run.
func (s *Service) trialEvent(ctx context.Context, host *jobHost, hook *model.Script, person *access.Actor, in Trial) (json.RawMessage, script.Limits, error) {
	name := in.Event
	if name == "" && len(hook.Def.Events) > 0 {
		name = hook.Def.Events[0]
	}
	if name != "" && !slices.Contains(hook.Def.Events, name) {
		return nil, script.Limits{}, problem.Of(problem.Invalid, problem.At("/event", "not_allowed_value", "allowed", hook.Def.Events))
	}
	event := map[string]any{
		"op": "run", "source": record.SourceAPI, "entity": in.Entity, "user": map[string]any{"id": person.UserID, "login": person.Login, "name": person.Name},
	}
	limits := script.After
	if when, op, ok := strings.Cut(name, "_"); ok {
		if event["op"] = op; when == "before" {
			limits = script.Before
		}
	}
	if in.ID != "" {
		doc, _, err := s.o.Reads.Get(ctx, host.actor, in.Entity, in.ID, nil, nil)
		if err != nil {
			return nil, limits, err
		}
		old, err := decode(doc)
		if err != nil {
			return nil, limits, err
		}
		event["old"] = old
		after, _ := old.(map[string]any)
		after = maps.Clone(after)
		maps.Copy(after, in.Values)
		event["record"] = after
	} else {
		event["record"] = in.Values
	}
	raw, err := json.Marshal(event)
	return raw, limits, err
}

func trialAnswer(m *model.Model, host *jobHost, in Trial, r script.Result) *TrialAnswer {
	a := &TrialAnswer{
		Changes: []TrialChange{}, Problems: []TrialProblem{}, Log: r.Log, MS: r.MS, CPU: r.CPU, Memory: r.Memory, Calls: r.Calls, Requests: r.Requests, Result: r.Value, Error: r.Failure,
	}
	if a.Log == nil {
		a.Log = []script.Line{}
	}
	for _, refusal := range r.Refusals {
		a.Problems = append(a.Problems, TrialProblem{refusal.Path, "refused_by_script", schemas.Title{ZhCN: refusal.Message["zh-CN"], En: refusal.Message["en"]}})
	}
	if len(r.Changes) > 0 {
		own := TrialChange{Op: "update", Entity: in.Entity, ID: in.ID, Values: map[string]any{}}
		for _, key := range slices.Sorted(maps.Keys(r.Changes)) {
			if p := unwritable(m.Entities[in.Entity], key); p != "" {
				a.Problems = append(a.Problems, trialProblem(problem.At(problem.Pointer(key), p, "field", key)))
				continue
			}
			own.Values[key] = r.Changes[key]
		}
		a.Changes = append(a.Changes, own)
	}
	for _, w := range host.writes {
		a.Changes = append(a.Changes, TrialChange{Op: w.Op, Entity: w.Entity, ID: w.ID, Values: w.Values})
	}
	return a
}

func trialProblem(f problem.Field) TrialProblem {
	return TrialProblem{f.Path, f.Code, schemas.Title{ZhCN: f.Message("zh-CN"), En: f.Message("en")}}
}

// unwritable is why a hook cannot change a field; "" when it can.
func unwritable(e *model.Entity, key string) string {
	if model.IsSystem(key) {
		return "read_only"
	}
	if e == nil || e.ByKey[key] == nil || e.ByKey[key].Computed {
		return "hook_unknown_field"
	}
	return ""
}
