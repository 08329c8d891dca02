package transfer

import (
	"errors"
	"sort"
	"strings"

	"weft/runtime/problem"
	"weft/schemas"
)

// Bounds of the stored problems; all are counted.
const (
	maxGroups     = 200
	maxGroupRows  = 20
	maxProblems   = 100_000
	maxValueRunes = 200
)

// RowProblem is one reason why one row was not imported.
type RowProblem struct {
	Row    int    `json:"row"`
	Column string `json:"column,omitempty"`
	Field  string `json:"field,omitempty"`
	// Path is the JSON pointer and Problem the code that other sources answer.
	Path    string        `json:"path,omitempty"`
	Problem string        `json:"problem,omitempty"`
	Value   string        `json:"value,omitempty"`
	Code    string        `json:"code"`
	Texts   schemas.Title `json:"texts"`
}

// asProblem finds the problem in err; nil when it has none.
func asProblem(err error) *problem.Error {
	var p *problem.Error
	if errors.As(err, &p) {
		return p
	}
	return nil
}

func textsOf(f problem.Field) schemas.Title {
	return schemas.Title{ZhCN: f.Message("zh-CN"), En: f.Message("en")}
}

// failureOf describes an error that stops an import; what is not a problem of
// weft reads as internal.
func failureOf(err error) *Failure {
	p := asProblem(err)
	if p == nil {
		p = problem.Wrap(problem.Internal, err)
	}
	f := &Failure{Code: string(p.Code), Texts: schemas.Title{ZhCN: p.Detail("zh-CN"), En: p.Detail("en")}}
	if p.Key != "" {
		f.Code = p.Key
	}
	for _, x := range p.Fields {
		f.Errors = append(f.Errors, FailureEntry{Path: x.Path, Code: x.Code, Texts: textsOf(x)})
	}
	return f
}

// rowProblems splits the problem of a row into its reasons.
func rowProblems(row int, p *problem.Error, column func(field string) (header, value string)) []RowProblem {
	if len(p.Fields) == 0 {
		code := p.Key
		if code == "" {
			code = string(p.Code)
		}
		return []RowProblem{{Row: row, Problem: string(p.Code), Code: code, Texts: schemas.Title{ZhCN: p.Detail("zh-CN"), En: p.Detail("en")}}}
	}
	list := make([]RowProblem, 0, len(p.Fields))
	for _, f := range p.Fields {
		field, _, _ := strings.Cut(strings.TrimPrefix(f.Path, "/"), "/")
		header, value := column(field)
		list = append(list, RowProblem{Row: row, Column: header, Field: field, Path: f.Path, Problem: string(p.Code), Value: truncate(value), Code: f.Code, Texts: textsOf(f)})
	}
	return list
}

func truncate(s string) string {
	n := 0
	for i := range s {
		if n++; n > maxValueRunes {
			return s[:i] + "…"
		}
	}
	return s
}

type groupKey struct{ file, entity, column, field, value, code, text string }

// problemGroups groups rows that fail alike. Above maxGroups/2 groups, rows with
// different values are grouped together.
type problemGroups struct {
	index  map[groupKey]int
	groups []ProblemGroup
	more   int
}

func newProblemGroups(p *Progress) *problemGroups {
	g := &problemGroups{index: map[groupKey]int{}, groups: p.Problems, more: p.MoreProblems}
	for i, x := range g.groups {
		g.index[groupKey{x.File, x.Entity, x.Column, x.Field, x.Value, x.Code, x.Texts.En}] = i
	}
	return g
}

func (g *problemGroups) add(file, entity string, p RowProblem) {
	k := groupKey{file, entity, p.Column, p.Field, p.Value, p.Code, p.Texts.En}
	i, ok := g.index[k]
	if !ok && len(g.groups) >= maxGroups/2 {
		k.value = ""
		i, ok = g.index[k]
	}
	if !ok {
		if len(g.groups) >= maxGroups {
			g.more++
			return
		}
		i = len(g.groups)
		g.index[k] = i
		g.groups = append(g.groups, ProblemGroup{File: file, Entity: entity, Column: k.column, Field: k.field,
			Path: p.Path, Problem: p.Problem, Value: k.value, Code: k.code, Texts: p.Texts})
	}
	x := &g.groups[i]
	x.Count++
	if len(x.Rows) < maxGroupRows {
		x.Rows = append(x.Rows, p.Row)
	}
}

// sorted gives a copy, most rows first.
func (g *problemGroups) sorted() []ProblemGroup {
	list := append([]ProblemGroup{}, g.groups...)
	sort.SliceStable(list, func(i, j int) bool { return list[i].Count > list[j].Count })
	return list
}
