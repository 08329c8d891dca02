package trigger

import (
	"context"
	"time"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// maxWoken bounds how many runs one event of a record wakes.
const maxWoken = 100

// wake is the payload of a job that goes on with a run whose event has come.
type wake struct {
	Step  string            `json:"step"`
	Event schemas.EventName `json:"event"`
	At    time.Time         `json:"at"`
}

// wake inserts a job for every run that waits for this event of the record.
func (x *starting) wake(ctx context.Context, l *model.Listeners) ([]store.Op, error) {
	if len(l.Waits) == 0 {
		return nil, nil
	}
	waiting, err := runs.Find(ctx, x.Store, store.Find{
		Where: query.Cmp{Path: query.Path{Field: "waits", Kind: query.Key}, Op: query.Eq, Value: x.event.ID}, Limit: maxWoken,
	})
	if err != nil {
		return nil, err
	}
	var ops []store.Op
	for i := range waiting {
		r := &waiting[i]
		event, err := x.awaited(r, l)
		if err != nil {
			return nil, err
		}
		if event == "" {
			continue
		}
		op, err := insertJob(newID(), x.event.At, x.event.At, payload{Runs: []string{r.ID}, Wake: &wake{r.Step, event, x.event.At}}, r)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return ops, nil
}

// awaited names the event when it is the one that the run waits for.
func (x *starting) awaited(r *Run, l *model.Listeners) (schemas.EventName, error) {
	for _, s := range l.Waits {
		if s.Trigger.Def.Key != r.Trigger || s.Key != r.Step {
			continue
		}
		for _, name := range eventsOf(x.call, x.event) {
			if name != s.Event.Def.Event || !occurs(s.Event, x.call, x.event) {
				continue
			}
			ok, err := s.Where.Holds(x.env(), nil)
			if err == nil {
				err = x.docs.err
			}
			if ok {
				return name, err
			}
			return "", err
		}
	}
	return "", nil
}
