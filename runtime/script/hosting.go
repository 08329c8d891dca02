package script

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"weft/runtime/problem"
)

// hosting answers what the script of one event asks, within its limits.
type hosting struct {
	*execution
	begin                 time.Time
	calls, rows, requests int
	cause                 error // of the host, that ended the run
}

// answer answers one call of a module.
func (h *hosting) answer(ctx context.Context, f frame) error {
	fields, err := f.fields(4)
	if err != nil || !bytes.Equal(fields[0], h.token) || !json.Valid(fields[3]) {
		return errors.Join(err, errFrame)
	}
	status, value := h.ask(ctx, string(fields[1]), string(fields[2]), fields[3])
	if len(value) > maxFrame/2 {
		status, value = answerStop, []byte("the answer is too large")
	}
	return writeFrames(h.process.in, newFrame(frameAnswer, h.token, []byte{status}, value))
}

func (h *hosting) ask(ctx context.Context, module, function string, args json.RawMessage) (byte, []byte) {
	limits := h.call.Limits
	if module == "http" {
		if h.requests++; h.requests > limits.Requests {
			return overLimit(LimitRequests, limits.Requests)
		}
	} else if h.calls++; h.calls > limits.Calls {
		return overLimit(LimitCalls, limits.Calls)
	}
	if h.call.Host == nil {
		return answerError, []byte(module + " is not available here")
	}
	a, err := h.call.Host.Call(ctx, module, function, args)
	if err != nil {
		return h.refused(module, function, err)
	}
	if h.rows += a.Rows; h.rows > limits.Rows {
		return overLimit(LimitRows, limits.Rows)
	}
	return answerValue, a.Value
}

func overLimit(l Limit, n int) (byte, []byte) {
	return answerLimit, fmt.Appendf(nil, "%s %d", l, n)
}

// refused turns an error of the host into what the script is told: a problem is
// thrown with its text, of another error it learns nothing.
func (h *hosting) refused(module, function string, err error) (byte, []byte) {
	p := problem.As(err)
	if p == nil || p.Code == problem.Unavailable || p.Code == problem.Internal {
		h.cause = err
		return answerStop, []byte(module + "." + function + " is unavailable")
	}
	texts := []string{p.Detail("en")}
	for _, f := range p.Fields {
		texts = append(texts, strings.TrimSpace(f.Path+" "+f.Message("en")))
	}
	return answerError, []byte(module + "." + function + ": " + strings.Join(texts, "; "))
}
