package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

type scriptCmd struct {
	Try scriptTryCmd `cmd:"" help:"Run a script on a record without changing anything."`
}

type scriptTryCmd struct {
	Key    string `arg:"" help:"Key of a published script, or a file with the definition of a draft."`
	Record string `help:"The record, as entity/id." placeholder:"ENTITY/ID" required:""`
	Event  string `help:"One of the script's events; the first one if left out." placeholder:"NAME"`
	Values string `help:"What the event would change in the record, as JSON." placeholder:"JSON"`
}

// scriptTrial is what the server answers.
type scriptTrial struct {
	Changes []struct {
		Op     string          `json:"op"`
		Entity string          `json:"entity"`
		ID     string          `json:"id"`
		Values json.RawMessage `json:"values"`
	} `json:"changes"`
	Problems []struct {
		Path    string            `json:"path"`
		Message map[string]string `json:"message"`
	} `json:"problems"`
	Log []struct {
		Level string `json:"level"`
		Text  string `json:"text"`
	} `json:"log"`
	MS     float64         `json:"ms"`
	Memory int64           `json:"memory"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  *struct {
		Message string `json:"message"`
		Script  string `json:"script"`
		Line    int    `json:"line"`
	} `json:"error,omitempty"`
}

// Run tries the script.
func (c *scriptTryCmd) Run(ctx context.Context, m *Main) error {
	entity, id, ok := strings.Cut(c.Record, "/")
	if !ok {
		return usageError{fmt.Errorf("--record %s: want entity/id", c.Record)}
	}
	body := map[string]any{"entity": entity, "id": id, "event": c.Event, "key": c.Key}
	if definition, err := os.ReadFile(c.Key); err == nil { // a draft
		delete(body, "key")
		body["definition"] = json.RawMessage(definition)
	}
	if c.Values != "" {
		if !json.Valid([]byte(c.Values)) {
			return usageError{fmt.Errorf("--values is not JSON")}
		}
		body["values"] = json.RawMessage(c.Values)
	}
	var answer scriptTrial
	if err := m.call(ctx, "POST", "/builder/scripts/try", body, &answer); err != nil {
		return err
	}
	return m.print(answer, answer.text())
}

func (t *scriptTrial) text() string {
	var b strings.Builder
	for _, c := range t.Changes {
		fmt.Fprintf(&b, "would %s %s %s %s\n", c.Op, c.Entity, c.ID, c.Values)
	}
	for _, p := range t.Problems {
		fmt.Fprintf(&b, "refuses %s: %s\n", p.Path, p.Message["en"])
	}
	for _, l := range t.Log {
		fmt.Fprintf(&b, "%s: %s\n", l.Level, l.Text)
	}
	if t.Error != nil {
		fmt.Fprintf(&b, "failed in %s, line %d: %s\n", t.Error.Script, t.Error.Line, t.Error.Message)
	}
	if t.Result != nil {
		fmt.Fprintf(&b, "result %s\n", t.Result)
	}
	fmt.Fprintf(&b, "%.1f ms, %d KiB; nothing was changed", t.MS, t.Memory/1024)
	return b.String()
}
