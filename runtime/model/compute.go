package model

import (
	"time"
)

// ComputeFormulas sets the stored formulas of a record in stored form, in their order.
// get reads a record across a reference, nil for none; now carries the organisation's
// time zone. One that cannot be computed is unset. Clocks stay as they are.
func (e *Entity) ComputeFormulas(doc map[string]any, get func(collection, id string) map[string]any, now time.Time) {
	for _, f := range e.Formulas {
		if f.Formula == nil {
			continue
		}
		v, err := f.Formula.Eval(func(path string) any { return e.valueAt(doc, path, get) }, now)
		if v == nil || err != nil {
			delete(doc, f.Key)
			continue
		}
		doc[f.Key] = v
	}
}

// valueAt is the value of an own path, or of one across a reference.
func (e *Entity) valueAt(doc map[string]any, path string, get func(collection, id string) map[string]any) any {
	via, f, ok := e.follow(path)
	switch {
	case !ok:
		return nil
	case via == nil:
		return doc[f.Key]
	}
	id, _ := doc[via.Key].(string)
	if id == "" {
		return nil
	}
	return get(via.Target.Key, id)[f.Key]
}
