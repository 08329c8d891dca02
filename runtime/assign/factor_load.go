package assign

import (
	"fmt"

	"weft/runtime/query"
)

// readLoads counts the open records of each candidate, without the record that
// is assigned. Assignments that this process is committing and the snapshot does
// not show yet are counted, too.
func (d *decision) readLoads(committing map[string]int64) error {
	if d.rule.Load == nil && d.rule.Claim == nil {
		return nil
	}
	open, problems := d.rule.Open.Bind(d.env, d.rule.Entity, nil)
	if len(problems) > 0 {
		return fmt.Errorf("assign: filter of open records: %v", problems)
	}
	var err error
	if d.open, err = d.countByOwner(d.rule.Entity, d.rule.Owner, open); err != nil || d.open == nil {
		return err
	}
	present, _ := d.record[d.rule.Owner.Key].(string)
	if d.open[present] > 0 && query.Matches(open, d.record, d.get) {
		d.open[present]--
	}
	for user := range d.unseen(committing) {
		d.open[user]++
	}
	return d.err
}

// capacity is how many open records a person gets at most.
func (d *decision) capacity(p *person) int64 {
	limit := int64(d.rule.Load.Limit)
	if c := d.rule.Load.Capacity; c != nil {
		if own, ok := d.ofPerson(*c, p).(float64); ok {
			limit = min(limit, int64(own))
		}
	}
	return limit
}

// full tells that a person gets no more.
func (d *decision) full(p *person) (Text, bool) {
	if d.rule.Load == nil {
		return Text{}, false
	}
	open, limit := d.open[p.id], d.capacity(p)
	return text("skip_full", "open", open, "limit", limit), open >= limit
}

// loadScorer scores the free part of a person's capacity.
func (d *decision) loadScorer() scorer {
	return func(p *person) mark {
		open, limit := d.open[p.id], d.capacity(p)
		m := mark{why: text("why_load", "open", open, "limit", limit)}
		if limit > 0 {
			m.score = max(0, 1-float64(open)/float64(limit))
		}
		return m
	}
}
