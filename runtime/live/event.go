package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"sync"

	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

var seed = maphash.MakeSeed()

// sumOf is a checksum by which renderings are compared.
func sumOf(wire []byte) uint64 { return maphash.Bytes(seed, wire) }

// event is one committed change. Outcomes and renderings are computed once and
// shared by the subscriptions with the same selection or the same fields.
type event struct {
	store.Event
	from store.Reader

	mu       sync.Mutex
	doc      map[string]any
	docErr   error
	outcomes map[*read.Selection]*outcome
	rendered map[string]json.RawMessage // by view
}

// outcome is what a change means to a selection.
type outcome struct {
	matches bool
	pos     query.Position
	wire    json.RawMessage
	sum     uint64
	err     error
}

func newEvent(e store.Event, from store.Reader) *event {
	return &event{Event: e, from: from, outcomes: map[*read.Selection]*outcome{}, rendered: map[string]json.RawMessage{}}
}

// docEvent is an event for a record that was read from the store.
func docEvent(d store.Doc, from store.Reader) *event {
	return newEvent(store.Event{Kind: store.Replace, Doc: d}, from)
}

// outcome returns what the change means to a selection, computed once.
func (e *event) outcome(ctx context.Context, sel *read.Selection) *outcome {
	e.mu.Lock()
	defer e.mu.Unlock()
	if o := e.outcomes[sel]; o != nil {
		return o
	}
	o := e.computeOutcome(ctx, sel)
	e.outcomes[sel] = o
	return o
}

func (e *event) computeOutcome(ctx context.Context, sel *read.Selection) *outcome {
	o := &outcome{}
	if e.Kind == store.Delete {
		return o
	}
	doc, err := e.decoded()
	if err != nil {
		o.err = err
		return o
	}
	far := e.referenced(ctx, &o.err)
	if o.matches = query.Matches(sel.Where, doc, far); o.err != nil || !o.matches {
		o.matches = false
		return o
	}
	o.pos = positionOf(sel.Sort, doc, far)
	view := sel.RenderKey(doc)
	o.wire = e.rendered[view]
	if view == "" || o.wire == nil {
		if o.wire, err = sel.Render(ctx, e.Doc.Body, doc); err != nil {
			o.err, o.matches = err, false
			return o
		}
		e.rendered[view] = o.wire
	}
	o.sum = sumOf(o.wire)
	return o
}

func (e *event) decoded() (map[string]any, error) {
	if e.doc == nil && e.docErr == nil {
		if e.docErr = json.Unmarshal(e.Doc.Body, &e.doc); e.docErr != nil {
			e.docErr = fmt.Errorf("live: %s/%s: %w", e.Collection, e.Doc.ID, e.docErr)
		}
	}
	return e.doc, e.docErr
}

// referenced reads records across references; a failure is kept in failed.
func (e *event) referenced(ctx context.Context, failed *error) func(collection, id string) map[string]any {
	return func(collection, id string) map[string]any {
		d, err := e.from.Get(ctx, collection, id)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		var doc map[string]any
		if err == nil {
			err = json.Unmarshal(d.Body, &doc)
		}
		if err != nil {
			*failed = err
			return nil
		}
		return doc
	}
}
