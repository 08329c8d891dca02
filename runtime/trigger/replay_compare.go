package trigger

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// did gathers what the runs of the trigger of the same key have done in the span.
func (p *replay) did(ctx context.Context) error {
	key := query.Cmp{Path: query.Path{Field: "trigger", Kind: query.Key}, Op: query.Eq, Value: p.trigger.Def.Key}
	for r, err := range runs.Each(ctx, p.o.Store, key) {
		if err != nil {
			return read.StoreProblem(err)
		}
		if !p.within(r.At) || len(p.answer.Did) == maxReplayed {
			continue
		}
		changes, err := p.changesOf(ctx, r.ID)
		if err != nil {
			return err
		}
		p.answer.Did = append(p.answer.Did, PastRun{
			At: r.At, Event: r.Event, Entity: r.Entity, Record: r.Record, Run: r.ID, Changes: changes, Messages: messagesOf(&r), Error: runReader{}.failure(lastError(&r), p.lang),
		})
	}
	slices.SortStableFunc(p.answer.Did, func(a, b PastRun) int { return a.At.Compare(b.At) })
	return nil
}

// changesOf are the rows of history that a run has caused.
func (p *replay) changesOf(ctx context.Context, run string) ([]Change, error) {
	changes := []Change{}
	where := query.Cmp{Path: query.Path{Field: "cause", Kind: query.Key}, Op: query.Eq, Value: run}
	for d, err := range store.Each(ctx, p.o.Store, record.HistoryCollection, store.Find{Where: where, Limit: pageSize}) {
		if err != nil {
			return nil, read.StoreProblem(err)
		}
		var row pastChange
		if err := json.Unmarshal(d.Body, &row); err != nil {
			return nil, err
		}
		if row.Source == string(record.SourceUndo) {
			continue
		}
		changes = append(changes, row.change(p.rights.Model))
	}
	return changes, nil
}

// change is a row of history with values in wire form.
func (p *pastChange) change(m *model.Model) Change {
	c := Change{Entity: p.Entity, ID: p.Record, Op: p.Op, Fields: map[string]FromTo{}}
	e := m.Entities[p.Entity]
	if e == nil {
		return c
	}
	for key, v := range p.Changes {
		if f := e.ByKey[key]; f != nil {
			c.Fields[key] = FromTo{wireOf(f, read.ParseHistoryValue(f, v.From)), wireOf(f, read.ParseHistoryValue(f, v.To))}
		}
	}
	return c
}

// messagesOf are the messages that a run has sent.
func messagesOf(r *Run) []Message {
	var list []Message
	for _, st := range r.Steps {
		input, _ := st.Input.(map[string]any)
		if st.Type != schemas.StepNotify || st.State != StepDone {
			continue
		}
		m := Message{Step: st.Key, To: texts(input["to"])}
		if text, ok := input["text"].(map[string]any); ok {
			m.Text.ZhCN, _ = text["zh-CN"].(string)
			m.Text.En, _ = text["en"].(string)
		}
		list = append(list, m)
	}
	return list
}

// occasion is what both sides of a comparison are about.
type occasion struct {
	record string
	at     time.Time
}

// compare lists the events after which the trigger would do something else than was done.
func (p *replay) compare() {
	would, did := map[occasion][]string{}, map[occasion][]string{}
	entities := map[occasion]string{}
	for i, side := range []map[occasion][]string{would, did} {
		for _, r := range [][]PastRun{p.answer.Would, p.answer.Did}[i] {
			o := occasion{r.Record, r.At}
			entities[o] = r.Entity
			side[o] = append(side[o], p.summary(&r)...)
		}
	}
	for o, entity := range entities {
		a, b := sorted(would[o]), sorted(did[o])
		if !slices.Equal(a, b) {
			p.answer.Differences = append(p.answer.Differences, Difference{At: o.at, Entity: entity, Record: o.record, Would: a, Did: b})
		}
	}
	slices.SortFunc(p.answer.Differences, func(a, b Difference) int {
		if n := a.At.Compare(b.At); n != 0 {
			return n
		}
		return slices.Compare([]string{a.Record}, []string{b.Record})
	})
}

func sorted(list []string) []string {
	out := append([]string{}, list...)
	slices.Sort(out)
	return out
}

// summary is what a run does, in texts that can be compared. New records have other
// ids, and what is computed elsewhere than on the record of the event is of today.
func (p *replay) summary(r *PastRun) []string {
	var list []string
	for _, c := range r.Changes {
		of := c.Entity
		if c.Op != "create" {
			of += "/" + c.ID
		}
		if c.Op != "update" {
			list = append(list, c.Op+" "+of)
		}
		for key, v := range c.Fields {
			if p.comparable(r, &c, key) {
				list = append(list, fmt.Sprintf("%s %s %s = %s", c.Op, of, key, canonical(v.To)))
			}
		}
	}
	for _, m := range r.Messages {
		list = append(list, "tell "+canonical(sorted(m.To))+" "+m.Text.En)
	}
	return list
}

func (p *replay) comparable(r *PastRun, c *Change, key string) bool {
	e := p.rights.Model.Entities[c.Entity]
	if e == nil || e.ByKey[key] == nil {
		return false
	}
	f := e.ByKey[key]
	return !f.Computed || f.Formula != nil && c.ID == r.Record
}
