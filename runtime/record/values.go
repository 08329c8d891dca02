package record

import (
	"slices"
	"sort"
	"strings"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

// takeValues writes what the person gave (wire form) into an item: a JSON
// merge patch, in which null clears. Every problem is noted with its path. It
// returns the child rows that were given, by field.
func (u *unit) takeValues(it *item, values map[string]any) []givenRows {
	var rows []givenRows
	if it.given == nil {
		it.given = make(map[string]bool, len(values))
	}
	for key, v := range values {
		f := it.entity.ByKey[key]
		switch {
		case f == nil && model.IsSystem(key):
			u.problem(it.at+problem.Pointer(key), "read_only")
		case f == nil:
			u.problem(it.at+problem.Pointer(key), "unknown_field", "field", key)
		case f.Computed || f.Def.ReadOnly && !u.fromRule():
			u.problem(it.at+problem.Pointer(key), "read_only")
		case f.Def.FieldType == schemas.TypeChildRows:
			it.given[key] = true
			rows = append(rows, givenRows{field: f, wire: v})
		default:
			it.given[key] = true
			u.takeValue(it, f, v)
		}
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i].field.Key < rows[j].field.Key })
	return rows
}

// fromRule tells whether a trigger or script writes: they may write fields
// that people only read.
func (u *unit) fromRule() bool { return u.call.Source == "trigger" || u.call.Source == "script" }

func (u *unit) takeValue(it *item, f *model.Field, wire any) {
	if wire == nil {
		delete(it.after, f.Key)
		return
	}
	if patch, ok := wire.(map[string]any); ok {
		var present any
		if old := it.after[f.Key]; old != nil {
			present = f.Type.Wire(f, old)
		}
		wire = mergePatch(present, patch)
	}
	stored, ps := f.Type.Normalise(f, wire)
	if len(ps) > 0 {
		at := it.at + problem.Pointer(f.Key)
		for _, p := range ps {
			p.Path = at + p.Path
			u.problems = append(u.problems, p)
		}
		return
	}
	if stored = storedForm(stored); stored == nil {
		delete(it.after, f.Key)
		return
	}
	if !sameValue(it.after[f.Key], stored) {
		for _, p := range f.Type.Warn(f, stored) {
			p.Path = it.at + problem.Pointer(f.Key) + p.Path
			u.warnings = append(u.warnings, p)
		}
	}
	it.after[f.Key] = stored
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
func (u *unit) checkRequired(it *item) {
	if c := it.entity.Child; c != nil && it.after[c.Field.Key] == nil {
		u.requireOnce(it.at + problem.Pointer(c.Field.Key))
	}
	for _, f := range it.entity.Fields {
		if !f.Required || it.after[f.Key] != nil || f.Computed || len(it.rowsAfter[f.Key]) > 0 {
			continue
		}
		if f.Def.FieldType == schemas.TypeChildRows && it.op == opUpdate && !it.given[f.Key] {
			continue
		}
		if it.op == opCreate || it.before[f.Key] != nil || it.given[f.Key] {
			u.requireOnce(it.at + problem.Pointer(f.Key))
		}
	}
}

// requireOnce notes "required" unless the value was already found wrong.
func (u *unit) requireOnce(path string) {
	for _, p := range u.problems {
		if p.Path == path {
			return
		}
	}
	u.problem(path, "required")
}

// checkWritable notes the fields the person gave but may not write on this
// row. The stage is judged by the right to the transition instead.
func (u *unit) checkWritable(it *item, op schemas.Operation, row map[string]any) {
	if op == schemas.OpUpdate && u.stageHidden(it) && it.given[it.entity.Machine.Field.Key] {
		u.notWritable(it.at + problem.Pointer(it.entity.Machine.Field.Key))
	}
	mask := u.rights.WriteMask(it.entity.Key, op, row)
	if mask.All() {
		return
	}
	for key := range it.given {
		if !mask.Has(key) && !isStageField(it.entity, key) {
			u.notWritable(it.at + problem.Pointer(key))
		}
	}
}

// notWritable notes a field that may not be written, and forgets what else was
// found wrong with it: that depends on what it holds, which may be hidden (S-03).
func (u *unit) notWritable(path string) {
	u.problems = slices.DeleteFunc(u.problems, func(p problem.Field) bool {
		return p.Path == path || strings.HasPrefix(p.Path, path+"/")
	})
	u.problem(path, "not_writable")
}

// stageHidden tells whether the person may not read in which stage a record is.
// Then he cannot move it either: which moves are refused, and why, would tell.
func (u *unit) stageHidden(it *item) bool {
	m := it.entity.Machine
	return m != nil && it.before != nil && !u.rights.ReadMask(it.entity.Key, it.before).Has(m.Field.Key)
}

func isStageField(e *model.Entity, key string) bool {
	return e.Machine != nil && e.Machine.Field.Key == key
}

// checkExtra asks the conditions of the entity's JSON Schema that go beyond
// single fields.
func (u *unit) checkExtra(it *item) {
	if it.entity.Conditions == nil {
		return
	}
	wire := make(map[string]any, len(it.after))
	for _, f := range it.entity.Fields {
		if v := it.after[f.Key]; v != nil {
			wire[f.Key] = f.Type.Wire(f, v)
		}
	}
	for _, p := range it.entity.Conditions.Validate(wire) {
		p.Path = it.at + p.Path
		u.problems = append(u.problems, p)
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
