package live

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"

	"weft/runtime/problem"
	"weft/runtime/record/read"
)

// command is a frame from a client. Seq is the last one that a returning client
// received for this subscription.
type command struct {
	Op     string     `json:"op"` // subscribe, unsubscribe, notifications
	Ref    string     `json:"ref"`
	Entity string     `json:"entity"`
	Query  read.Query `json:"query"`
	Seq    uint64     `json:"seq"`
}

const maxRef = 64 // bytes

var ops = []string{"subscribe", "unsubscribe", "notifications"}

// Ops are the operations of the protocol.
func Ops() []string { return slices.Clone(ops) }

// readCommand decodes a frame; unknown members are an error.
func readCommand(frame []byte) (command, error) {
	var r command
	d := json.NewDecoder(bytes.NewReader(frame))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, problem.Wrap(problem.Malformed, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return r, problem.New(problem.Malformed, "", nil)
	}
	switch {
	case r.Ref == "":
		return r, problem.Of(problem.Invalid, problem.At("/ref", "required"))
	case len(r.Ref) > maxRef:
		return r, problem.Of(problem.Invalid, problem.At("/ref", "too_long", "max", maxRef))
	case !slices.Contains(ops, r.Op):
		return r, problem.Of(problem.Invalid, problem.At("/op", "live_no_such_op", "op", r.Op))
	}
	return r, nil
}

// head appends the first members of a message: {"ref":…,"seq":…,"event":…
func head(n int, ref string, seq uint64, event string) []byte {
	name, _ := json.Marshal(ref) // a string always encodes
	b := make([]byte, 0, n+len(name)+64)
	b = append(b, `{"ref":`...)
	b = append(b, name...)
	b = append(b, `,"seq":`...)
	b = strconv.AppendUint(b, seq, 10)
	b = append(b, `,"event":"`...)
	b = append(b, event...)
	return append(b, '"')
}

func (s *socket) sendPut(ref string, seq uint64, wire json.RawMessage) {
	b := append(head(len(wire), ref, seq, "put"), `,"items":[`...)
	s.out.push(append(append(b, wire...), `]}`...))
}

func (s *socket) sendDrop(ref string, seq uint64, id string) {
	b := append(head(len(id), ref, seq, "drop"), `,"id":"`...)
	s.out.push(append(append(b, id...), `"}`...)) // ids need no escapes
}

func (s *socket) sendSnapshot(ref string, seq uint64, items []json.RawMessage) {
	n := 0
	for _, it := range items {
		n += len(it) + 1
	}
	b := append(head(n, ref, seq, "snapshot"), `,"items":[`...)
	for i, it := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, it...)
	}
	s.out.push(append(b, `]}`...))
}

func (s *socket) sendResync(ref string, seq uint64) {
	s.out.push(append(head(0, ref, seq, "resync"), '}'))
}

// sendError sends why a frame was refused or a subscription ended, in the form
// of the API: {"ref","seq","event":"error","problem":{…}}.
func (s *socket) sendError(ref string, err error) {
	p := problem.As(err)
	if p == nil {
		p = problem.Wrap(problem.Internal, err)
	}
	fields := make([]map[string]any, 0, len(p.Fields))
	for _, f := range p.Fields {
		fields = append(fields, map[string]any{"path": f.Path, "code": f.Code, "message": f.Message(s.lang)})
	}
	body, err := json.Marshal(map[string]any{"status": p.Code.Status(), "code": p.Code,
		"title": p.Title(s.lang), "detail": p.Detail(s.lang), "errors": fields})
	if err != nil {
		return
	}
	b := append(head(len(body), ref, s.hub.seq.Load(), "error"), `,"problem":`...)
	s.out.push(append(append(b, body...), '}'))
}
