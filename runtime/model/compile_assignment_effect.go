package model

import (
	"weft/schemas"
)

func (c *compiler) overflow(r *AssignmentRule) {
	def := r.Def.Overflow
	if def == nil {
		return
	}
	here := at(r.Def, "overflow")
	o := &AssignmentOverflow{}
	if def.Reason != "" {
		o.Reason = c.textField(r.Entity, def.Reason, here+"/reason")
	}
	o.Values = c.recordValues(r.Entity, def.Values, here+"/values", o.Reason)
	if def.Queue != nil {
		o.Queue = c.queue(r, def.Queue, here+"/queue")
	}
	r.Overflow = o
}

func (c *compiler) queue(r *AssignmentRule, def *schemas.AssignmentQueue, here string) *AssignmentQueue {
	e := c.entityOf(def.Entity, here+"/entity")
	if e == nil {
		return nil
	}
	if e.OnlyRead() {
		c.fail(here+"/entity", "only_read", "entity", e.Key)
		return nil
	}
	q := &AssignmentQueue{Entity: e, Record: c.ownField(e, def.Record, here+"/record")}
	if q.Record == nil {
		return nil
	}
	if q.Record.Target != r.Entity || q.Record.IsChildRows() {
		c.fail(here+"/record", "wrong_target", "field", def.Record, "entity", r.Entity.Key)
	}
	if def.Reason != "" {
		q.Reason = c.textField(e, def.Reason, here+"/reason")
	}
	q.Values = c.recordValues(e, def.Values, here+"/values", q.Record, q.Reason)
	return q
}

func (c *compiler) claim(r *AssignmentRule) {
	def := r.Def.Claim
	if def == nil {
		return
	}
	here := at(r.Def, "claim")
	if other := r.Entity.ClaimRule(); other != nil && other.Def.Key != r.Def.Key {
		c.fail(here, "claim_twice", "entity", r.Entity.Key, "rule", other.Def.Key)
	}
	r.Claim = &AssignmentClaim{Def: def, Where: c.filter(def.Where, r.Entity, here+"/where"),
		Values: c.recordValues(r.Entity, def.Values, here+"/values", r.Owner)}
}
