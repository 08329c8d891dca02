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

// loadRows reads the load rows of candidates; a person without one has the zero row.
func (d *decision) loadRows(of []Candidate) (map[string]loadRow, error) {
	ids := make([]string, len(of))
	for i, c := range of {
		ids[i] = loadID(d.rule.Entity.Key, c.User)
	}
	rows, err := loads.GetMany(d.ctx, d.from, ids)
	if err != nil {
		return nil, fmt.Errorf("assign: %w", err)
	}
	byUser := make(map[string]loadRow, len(of))
	for _, c := range of {
		byUser[c.User] = loadRow{ID: loadID(d.rule.Entity.Key, c.User)}
	}
	for _, row := range rows {
		byUser[row.ID[len(d.rule.Entity.Key)+1:]] = row
	}
	return byUser, nil
}

// unseen are the users to whom this process is assigning a record that the
// snapshot does not show yet.
func (d *decision) unseen(committing map[string]int64) map[string]bool {
	if len(committing) == 0 {
		return nil
	}
	of := make([]Candidate, 0, len(committing))
	for user := range committing {
		of = append(of, Candidate{User: user})
	}
	rows, err := d.loadRows(of)
	if err != nil {
		d.err = err
		return nil
	}
	out := map[string]bool{}
	for user, rev := range committing {
		if rows[user].Rev <= rev {
			out[user] = true
		}
	}
	return out
}
