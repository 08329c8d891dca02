package hook

import (
	"context"
	"encoding/json"
	"time"

	"weft/runtime/egress"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/script"
)

// outside answers the module http beside what another host answers.
type outside struct {
	script.Host
	egress *egress.Client
	// hosts are those that the definition of the script names.
	hosts []string
	// trial runs send nothing.
	trial bool
}

// outside lets a script call the hosts of its definition.
func (s *Service) outside(host script.Host, hook *model.Script, trial bool) script.Host {
	return outside{Host: host, egress: s.o.Egress, hosts: hook.Def.Hosts, trial: trial}
}

// httpRequest is the argument of http.request; timeout is in milliseconds.
type httpRequest struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
	Timeout int64             `json:"timeout"`
}

// maxWait is the longest that a script waits for an answer.
const maxWait = 5 * time.Second

// Call implements script.Host.
func (o outside) Call(ctx context.Context, module, function string, args json.RawMessage) (script.Answer, error) {
	if module != "http" {
		return o.Host.Call(ctx, module, function, args)
	}
	if o.egress == nil {
		return script.Answer{}, notHere(module, function)
	}
	var in []httpRequest
	if json.Unmarshal(args, &in) != nil || len(in) != 1 || in[0].Method == "" {
		return script.Answer{}, badArguments(module + "." + function)
	}
	if o.trial {
		return script.Answer{}, problem.New(problem.Invalid, "http_dry_run", nil)
	}
	r := egress.Request{Method: in[0].Method, URL: in[0].URL, Headers: in[0].Headers, Body: textOrJSON(in[0].Body), Hosts: append([]string{}, o.hosts...), Timeout: maxWait}
	if ms := in[0].Timeout; ms > 0 && ms < maxWait.Milliseconds() {
		r.Timeout = time.Duration(ms) * time.Millisecond
	}
	a, err := o.egress.Do(ctx, r)
	if problem.CodeOf(err) == problem.Unavailable && ctx.Err() == nil {
		err = problem.New(problem.Invalid, "egress_unavailable", nil) // the script may go on without an answer
	}
	if err != nil {
		return script.Answer{}, err
	}
	return answer(map[string]any{"status": a.Status, "headers": a.Headers, "body": string(a.Body)}, 0)
}

// textOrJSON sends a text as it is, and everything else as JSON.
func textOrJSON(body json.RawMessage) []byte {
	if len(body) == 0 || string(body) == "null" {
		return nil
	}
	var text string
	if json.Unmarshal(body, &text) == nil {
		return []byte(text)
	}
	return body
}
