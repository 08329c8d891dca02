package record

import (
	"encoding/json"
	"slices"
	"sort"
	"strings"

	"weft/runtime/problem"
)

// problemList gathers what is wrong with a changeset, so that the caller
// learns everything at once.
type problemList struct {
	problems []problem.Field
	// refused stands above field problems: guards, rights.
	refused  *problem.Error
	warnings []problem.Field
}

func (pl *problemList) problem(path, code string, params ...any) {
	pl.problems = append(pl.problems, problem.At(path, code, params...))
}

// refuse keeps the first problem that is more than a field's.
func (pl *problemList) refuse(p *problem.Error) {
	if pl.refused == nil {
		pl.refused = p
		return
	}
	if pl.refused.Code == p.Code {
		pl.refused.Fields = append(pl.refused.Fields, p.Fields...)
	}
}

// err is what stands against the change so far: field problems first.
func (pl *problemList) err() error {
	if len(pl.problems) > 0 {
		sortProblems(pl.problems)
		return problem.Of(problem.Invalid, pl.problems...)
	}
	if pl.refused != nil {
		return pl.refused
	}
	return nil
}

// requireOnce notes "required" unless the value was already found wrong.
func (pl *problemList) requireOnce(path string) {
	for _, p := range pl.problems {
		if p.Path == path {
			return
		}
	}
	pl.problem(path, "required")
}

// notWritable notes a field that may not be written, and forgets what else was
// found wrong with it: that depends on what it holds, which may be hidden.
func (pl *problemList) notWritable(path string) {
	pl.problems = slices.DeleteFunc(pl.problems, func(p problem.Field) bool {
		return p.Path == path || strings.HasPrefix(p.Path, path+"/")
	})
	pl.problem(path, "not_writable")
}

func sortProblems(ps []problem.Field) {
	sort.SliceStable(ps, func(i, j int) bool {
		if ps[i].Path != ps[j].Path {
			return ps[i].Path < ps[j].Path
		}
		return ps[i].Code < ps[j].Code
	})
}

// warningList is what was odd but accepted: [{path, code, message}], messages
// in the caller's language.
func (pl *problemList) warningList(lang string) json.RawMessage {
	if len(pl.warnings) == 0 {
		return nil
	}
	sortProblems(pl.warnings)
	b := []byte{'['}
	for i, w := range pl.warnings {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '{')
		b = appendMember(b, "path", w.Path)
		b = appendMember(b, "code", w.Code)
		b = closeObject(appendMember(b, "message", w.Message(lang)))
	}
	return append(b, ']')
}
