package trigger

import (
	"context"
	"encoding/json"
	"net/url"

	"weft/runtime/model"
	"weft/runtime/problem"
)

// callOut calls an address outside before the commit of the step. The receiver
// tells a repetition by the key, which is the same at every attempt.
func (x *execution) callOut(ctx context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	r, err := x.request(s, env)
	if err != nil {
		return nil, err
	}
	o := &outcome{input: map[string]any{"method": r.Method, "url": r.URL}, request: r}
	if x.dry != nil {
		return o, nil
	}
	if x.o.Caller == nil {
		return o, problem.New(problem.Invalid, "step_without_part", map[string]any{"type": string(s.Def.Type)})
	}
	answer, err := x.o.Caller.Do(ctx, *r)
	if err != nil {
		return o, err
	}
	o.result = map[string]any{"status": answer.Status, "body": bodyOf(answer.Body)}
	switch {
	case answer.Status >= 500 || answer.Status == 429 || answer.Status == 408:
		return o, problem.New(problem.Internal, "call_failed", map[string]any{"status": answer.Status}) // tried again
	case answer.Status >= 300:
		return o, problem.New(problem.Invalid, "call_failed", map[string]any{"status": answer.Status})
	}
	return o, nil
}

func (x *execution) request(s *model.Step, env *model.ValueEnv) (*Request, error) {
	address, err := textOf(s.URL, env)
	if err != nil {
		return nil, err
	}
	if _, err := url.Parse(address); err != nil {
		return nil, problem.Of(problem.Invalid, problem.At("/url", "bad_step_value"))
	}
	r := &Request{Method: s.Def.Method, URL: address, Headers: map[string]string{}, Key: namedID("call", x.run.ID, s.Key, x.recordID())}
	if r.Method == "" {
		r.Method = "POST"
	}
	for name, v := range s.Headers {
		if r.Headers[name], err = textOf(v, env); err != nil {
			return nil, err
		}
	}
	if s.Body == nil {
		return r, nil
	}
	body, err := s.Body.Wire(env)
	if err != nil {
		return nil, err
	}
	r.Body, err = json.Marshal(body)
	return r, err
}

// bodyOf is the body of an answer: JSON, or the beginning of a text.
func bodyOf(b []byte) any {
	const most = 4000
	var v any
	if len(b) <= most && json.Unmarshal(b, &v) == nil {
		return v
	}
	if len(b) > most {
		b = b[:most]
	}
	return string(b)
}
