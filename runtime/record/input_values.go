package record

import (
	"maps"
	"sort"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

// input applies what a caller gives to a record, and checks it field by field.
type input struct {
	*snapshot
	*problemList
}

// setValues writes what the caller gave (wire form) into a record: a JSON
// merge patch, in which null clears. Every problem is noted with its path. It
// returns the child rows that were given, by field.
func (in *input) setValues(ch *change, values map[string]any) []inputRows {
	var rows []inputRows
	if ch.given == nil {
		ch.given = make(map[string]bool, len(values))
	}
	for key, v := range values {
		f := ch.entity.ByKey[key]
		switch {
		case f == nil && model.IsSystem(key):
			in.problem(ch.path+problem.Pointer(key), "read_only")
		case f == nil, !ch.byRule && !in.rights.KnowsField(ch.entity.Key, key):
			in.problem(ch.path+problem.Pointer(key), "unknown_field", "field", key)
		case f.Def.FieldType == schemas.TypeAutoNumber && in.call.bringsNumbers() && (ch.op == opCreate || sameValue(v, ch.before[key])):
			ch.given[key] = true
			in.setValue(ch, f, v)
		case f.Computed || f.Def.ReadOnly && !ch.byRule && !in.call.Source.isAutomation():
			in.problem(ch.path+problem.Pointer(key), "read_only")
		case f.Def.FieldType == schemas.TypeChildRows:
			ch.given[key] = true
			rows = append(rows, inputRows{field: f, wire: v})
		default:
			ch.given[key] = true
			in.setValue(ch, f, v)
		}
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i].field.Key < rows[j].field.Key })
	return rows
}

func (in *input) setValue(ch *change, f *model.Field, wire any) {
	if wire == nil {
		delete(ch.after, f.Key)
		return
	}
	if patch, ok := wire.(map[string]any); ok {
		var present any
		if old := ch.after[f.Key]; old != nil {
			present = f.Type.Wire(f, old)
		}
		wire = mergePatch(present, patch)
	}
	stored, ps := f.FromWire(wire)
	if len(ps) == 0 {
		ps = f.CheckOffered(ch.before[f.Key], storedForm(stored))
	}
	if len(ps) > 0 {
		at := ch.path + problem.Pointer(f.Key)
		for _, p := range ps {
			p.Path = at + p.Path
			in.problems = append(in.problems, p)
		}
		return
	}
	if stored = storedForm(stored); stored == nil {
		delete(ch.after, f.Key)
		return
	}
	if !sameValue(ch.after[f.Key], stored) {
		for _, p := range f.Type.Warn(f, stored) {
			p.Path = ch.path + problem.Pointer(f.Key) + p.Path
			in.warnings = append(in.warnings, p)
		}
	}
	ch.after[f.Key] = stored
}

// mergePatch applies a JSON merge patch (RFC 7396) and returns the outcome;
// neither argument is changed.
func mergePatch(target, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	present, _ := target.(map[string]any)
	out := make(map[string]any, len(present)+len(changes))
	maps.Copy(out, present)
	for k, v := range changes {
		if v == nil {
			delete(out, k)
			continue
		}
		out[k] = mergePatch(out[k], v)
	}
	return out
}

// checkRequired notes required fields that are unset. An update is asked only
// for what it cleared, so that a rule published later does not lock old records.
func (in *input) checkRequired(ch *change) {
	if c := ch.entity.Child; c != nil && ch.after[c.Field.Key] == nil {
		in.requireOnce(ch.path + problem.Pointer(c.Field.Key))
	}
	for _, f := range ch.entity.Fields {
		if !f.Required || ch.after[f.Key] != nil || f.Computed || len(ch.rowsAfter[f.Key]) > 0 {
			continue
		}
		if f.Def.FieldType == schemas.TypeChildRows && ch.op == opUpdate && !ch.given[f.Key] {
			continue
		}
		if ch.op == opCreate || ch.before[f.Key] != nil || ch.given[f.Key] {
			in.requireOnce(ch.path + problem.Pointer(f.Key))
		}
	}
}

// checkWritable notes the fields the caller gave but may not write on this
// row. The stage is judged by the right to the transition instead.
func (in *input) checkWritable(ch *change, op schemas.Operation, row map[string]any) {
	for _, m := range ch.entity.Machines {
		if op == schemas.OpUpdate && in.stageHidden(ch, m) && ch.given[m.Field.Key] {
			in.notWritable(ch.path + problem.Pointer(m.Field.Key))
		}
	}
	mask := in.rights.WriteMask(ch.entity.Key, op, row)
	if mask.All() {
		return
	}
	for key := range ch.given {
		if !mask.Has(key) && ch.entity.MachineOf(key) == nil {
			in.notWritable(ch.path + problem.Pointer(key))
		}
	}
}

// stageHidden tells whether the caller may not read in which stage a record is.
// Then the caller cannot move it either: which moves are refused, and why, would tell.
func (sn *snapshot) stageHidden(ch *change, m *model.StageMachine) bool {
	return ch.before != nil && !sn.rights.ReadMask(ch.entity.Key, ch.before).Has(m.Field.Key)
}

// checkExtra asks the conditions of the entity's JSON Schema that go beyond
// single fields.
func (in *input) checkExtra(ch *change) {
	if ch.entity.Conditions == nil {
		return
	}
	wire := make(map[string]any, len(ch.after))
	for _, f := range ch.entity.Fields {
		if v := f.WireOf(ch.after); v != nil {
			wire[f.Key] = v
		}
	}
	for _, p := range in.rights.Tellable(ch.entity.Key, ch.entity.Conditions.Validate(wire)) {
		p.Path = ch.path + p.Path
		in.problems = append(in.problems, p)
	}
}
