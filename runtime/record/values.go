package record

import (
	"slices"
	"sort"
	"strings"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

// setValues writes what the person gave (wire form) into an item: a JSON
// merge patch, in which null clears. Every problem is noted with its path. It
// returns the child rows that were given, by field.
func (cs *changeset) setValues(ch *change, values map[string]any) []inputRows {
	var rows []inputRows
	if ch.given == nil {
		ch.given = make(map[string]bool, len(values))
	}
	for key, v := range values {
		f := ch.entity.ByKey[key]
		switch {
		case f == nil && model.IsSystem(key):
			cs.problem(ch.path+problem.Pointer(key), "read_only")
		case f == nil:
			cs.problem(ch.path+problem.Pointer(key), "unknown_field", "field", key)
		case f.Computed || f.Def.ReadOnly && !cs.call.Source.isAutomation():
			cs.problem(ch.path+problem.Pointer(key), "read_only")
		case f.Def.FieldType == schemas.TypeChildRows:
			ch.given[key] = true
			rows = append(rows, inputRows{field: f, wire: v})
		default:
			ch.given[key] = true
			cs.setValue(ch, f, v)
		}
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i].field.Key < rows[j].field.Key })
	return rows
}

func (cs *changeset) setValue(ch *change, f *model.Field, wire any) {
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
	stored, ps := f.Type.Normalise(f, wire)
	if len(ps) > 0 {
		at := ch.path + problem.Pointer(f.Key)
		for _, p := range ps {
			p.Path = at + p.Path
			cs.problems = append(cs.problems, p)
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
			cs.warnings = append(cs.warnings, p)
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
	for k, v := range present {
		out[k] = v
	}
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
func (cs *changeset) checkRequired(ch *change) {
	if c := ch.entity.Child; c != nil && ch.after[c.Field.Key] == nil {
		cs.requireOnce(ch.path + problem.Pointer(c.Field.Key))
	}
	for _, f := range ch.entity.Fields {
		if !f.Required || ch.after[f.Key] != nil || f.Computed || len(ch.rowsAfter[f.Key]) > 0 {
			continue
		}
		if f.Def.FieldType == schemas.TypeChildRows && ch.op == opUpdate && !ch.given[f.Key] {
			continue
		}
		if ch.op == opCreate || ch.before[f.Key] != nil || ch.given[f.Key] {
			cs.requireOnce(ch.path + problem.Pointer(f.Key))
		}
	}
}

// requireOnce notes "required" unless the value was already found wrong.
func (cs *changeset) requireOnce(path string) {
	for _, p := range cs.problems {
		if p.Path == path {
			return
		}
	}
	cs.problem(path, "required")
}

// checkWritable notes the fields the person gave but may not write on this
// row. The stage is judged by the right to the transition instead.
func (cs *changeset) checkWritable(ch *change, op schemas.Operation, row map[string]any) {
	if op == schemas.OpUpdate && cs.stageHidden(ch) && ch.given[ch.entity.Machine.Field.Key] {
		cs.notWritable(ch.path + problem.Pointer(ch.entity.Machine.Field.Key))
	}
	mask := cs.rights.WriteMask(ch.entity.Key, op, row)
	if mask.All() {
		return
	}
	for key := range ch.given {
		if !mask.Has(key) && !isStageField(ch.entity, key) {
			cs.notWritable(ch.path + problem.Pointer(key))
		}
	}
}

// notWritable notes a field that may not be written, and forgets what else was
// found wrong with it: that depends on what it holds, which may be hidden (S-03).
func (cs *changeset) notWritable(path string) {
	cs.problems = slices.DeleteFunc(cs.problems, func(p problem.Field) bool {
		return p.Path == path || strings.HasPrefix(p.Path, path+"/")
	})
	cs.problem(path, "not_writable")
}

// stageHidden tells whether the person may not read in which stage a record is.
// Then he cannot move it either: which moves are refused, and why, would tell.
func (cs *changeset) stageHidden(ch *change) bool {
	m := ch.entity.Machine
	return m != nil && ch.before != nil && !cs.rights.ReadMask(ch.entity.Key, ch.before).Has(m.Field.Key)
}

func isStageField(e *model.Entity, key string) bool {
	return e.Machine != nil && e.Machine.Field.Key == key
}

// checkExtra asks the conditions of the entity's JSON Schema that go beyond
// single fields.
func (cs *changeset) checkExtra(ch *change) {
	if ch.entity.Conditions == nil {
		return
	}
	wire := make(map[string]any, len(ch.after))
	for _, f := range ch.entity.Fields {
		if v := ch.after[f.Key]; v != nil {
			wire[f.Key] = f.Type.Wire(f, v)
		}
	}
	for _, p := range ch.entity.Conditions.Validate(wire) {
		p.Path = ch.path + p.Path
		cs.problems = append(cs.problems, p)
	}
}

func sortProblems(ps []problem.Field) {
	sort.SliceStable(ps, func(i, j int) bool {
		if ps[i].Path != ps[j].Path {
			return ps[i].Path < ps[j].Path
		}
		return ps[i].Code < ps[j].Code
	})
}
