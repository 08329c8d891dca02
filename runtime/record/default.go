package record

import "weft/runtime/query"

// setDefaults fills fields that a create left out. A field that was given as
// null stays unset.
func (in *input) setDefaults(ch *change) {
	env := query.Env{Now: in.at, Zone: in.s.zone(), Me: in.call.Actor.UserID}
	for _, f := range ch.entity.Fields {
		if f.Default == nil || ch.after[f.Key] != nil || ch.given[f.Key] {
			continue
		}
		if v := f.Default.Value(env); v != nil {
			ch.after[f.Key] = v
		}
	}
	for _, m := range ch.entity.Machines {
		if ch.after[m.Field.Key] == nil {
			ch.after[m.Field.Key] = m.Def.Initial
		}
	}
}
