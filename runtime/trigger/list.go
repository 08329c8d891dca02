package trigger

import (
	"context"
	"errors"
	"time"

	"weft/runtime/access"
	"weft/runtime/job"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// Query selects runs; empty members select all.
type Query struct {
	Trigger, Entity, Record string
	State                   State
	Limit                   int    // 0 means 50
	Cursor                  string // that of the page before
}

// Page is a page of runs, newest first; Cursor is "" at the end.
type Page struct {
	Items  []View `json:"items"`
	Cursor string `json:"cursor,omitempty"`
}

// View is a run as its reader sees it. JSON names are those of the contract.
type View struct {
	ID        string            `json:"id"`
	Trigger   string            `json:"trigger"`
	Version   int64             `json:"version"`
	Entity    string            `json:"entity,omitempty"`
	Record    string            `json:"record,omitempty"`
	State     State             `json:"state"`
	Cause     string            `json:"cause,omitempty"`
	Depth     int               `json:"depth"`
	Chain     []job.Link        `json:"chain,omitempty"`
	By        string            `json:"by,omitempty"`
	As        string            `json:"as,omitempty"`
	Event     schemas.EventName `json:"event"`
	At        time.Time         `json:"at"`
	StartedAt *time.Time        `json:"started_at,omitempty"`
	EndedAt   *time.Time        `json:"ended_at,omitempty"`
	// Resume is when a waiting run goes on.
	Resume   *time.Time   `json:"resume,omitempty"`
	Error    *FailureView `json:"error,omitempty"`
	Incident string       `json:"incident,omitempty"`
	Steps    []StepView   `json:"steps"`
}

// StepView is a step of a View.
type StepView struct {
	Key    string           `json:"key"`
	Type   schemas.StepType `json:"type"`
	State  StepState        `json:"state"`
	At     time.Time        `json:"at"`
	MS     int64            `json:"ms"`
	Record string           `json:"record,omitempty"`
	Input  any              `json:"input,omitempty"`
	Result any              `json:"result,omitempty"`
	Error  *FailureView     `json:"error,omitempty"`
}

// FailureView is a Failure in the reader's language.
type FailureView struct {
	Code    problem.Code     `json:"code"`
	Message string           `json:"message"`
	Errors  []FieldErrorView `json:"errors,omitempty"`
}

// FieldErrorView is a FieldError in the reader's language.
type FieldErrorView struct {
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

const runOrder = "runs"

// List lists runs, newest first. Administrators see all; others those of a record
// that they name and may read, without what they may not read of it. Errors:
// forbidden, not_found, invalid for a cursor of something else.
func (s *Service) List(ctx context.Context, a *access.Actor, lang string, q Query) (*Page, error) {
	cut, err := s.reader(ctx, a, q.Entity, q.Record)
	if err != nil {
		return nil, err
	}
	find := store.Find{Where: q.where(), IDDesc: true, Limit: limitOr(q.Limit, 50) + 1}
	if q.Cursor != "" {
		at, err := query.DecodeCursor(q.Cursor, runOrder)
		if err != nil {
			return nil, problem.Of(problem.Invalid, problem.At("/cursor", "cursor"))
		}
		find.After = (*store.Position)(at)
	}
	list, err := runs.Find(ctx, s.o.Store, find)
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	page := &Page{Items: []View{}}
	if len(list) == find.Limit {
		list = list[:find.Limit-1]
		page.Cursor = query.EncodeCursor(query.Position{ID: list[len(list)-1].ID}, runOrder)
	}
	for i := range list {
		page.Items = append(page.Items, cut.view(&list[i], lang))
	}
	return page, nil
}

func limitOr(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

func (q Query) where() query.Expr {
	var all query.All
	for _, part := range []struct{ field, value string }{{"record", q.Record}, {"trigger", q.Trigger}, {"state", string(q.State)}, {"entity", q.Entity}} {
		if part.value != "" {
			all = append(all, query.Cmp{Path: query.Path{Field: part.field, Kind: query.Key}, Op: query.Eq, Value: part.value})
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// Get gives one run; not_found for those who may not see it.
func (s *Service) Get(ctx context.Context, a *access.Actor, lang, id string) (*View, error) {
	r, err := s.get(ctx, id)
	if err != nil {
		return nil, err
	}
	cut, err := s.reader(ctx, a, r.Entity, r.Record)
	if problem.CodeOf(err) == problem.Forbidden {
		err = noRun()
	}
	if err != nil {
		return nil, err
	}
	v := cut.view(&r, lang)
	return &v, nil
}

func (s *Service) get(ctx context.Context, id string) (Run, error) {
	r, err := runs.Get(ctx, s.o.Store, id)
	if errors.Is(err, store.ErrNotFound) {
		return r, noRun()
	}
	if err != nil {
		return r, read.StoreProblem(err)
	}
	return r, nil
}

func noRun() error { return problem.New(problem.NotFound, "no_such_run", nil) }

// runReader is what somebody may see of runs. A nil mask is an administrator's.
type runReader struct {
	mask *access.Mask
}

// reader finds what an actor may see of the runs of a record.
func (s *Service) reader(ctx context.Context, a *access.Actor, entity, id string) (runReader, error) {
	rights, err := s.o.Access.Rights(ctx, a)
	if err != nil {
		return runReader{}, err
	}
	if rights.Actor.Admin {
		return runReader{}, nil
	}
	if entity == "" || id == "" || !rights.Allowed(entity, schemas.OpRead) {
		return runReader{}, problem.New(problem.Forbidden, "no_right", nil)
	}
	doc, err := readDoc(ctx, s.o.Store, entity, id)
	if err != nil {
		return runReader{}, err
	}
	if doc == nil || !rights.Can(entity, schemas.OpRead, doc) {
		return runReader{}, read.NotFound()
	}
	return runReader{rights.ReadMask(entity, doc)}, nil
}

func (c runReader) view(r *Run, lang string) View {
	v := View{
		ID: r.ID, Trigger: r.Trigger, Version: r.Version, Entity: r.Entity, Record: r.Record, State: r.State, Depth: r.Depth, By: r.By, As: r.As,
		Event: r.Event, At: r.At, StartedAt: r.StartedAt, EndedAt: r.EndedAt, Resume: r.Resume, Error: c.failure(r.Error, lang), Steps: []StepView{},
		Cause: r.Cause,
	}
	if c.mask == nil {
		v.Chain, v.Incident = r.Chain, r.Incident
	}
	for _, st := range r.Steps {
		v.Steps = append(v.Steps, c.step(st, lang))
	}
	return v
}

// step is a step as its reader sees it: what it did to other records and said to
// people is for administrators, values of the record for those who may read them.
func (c runReader) step(st StepRun, lang string) StepView {
	v := StepView{Key: st.Key, Type: st.Type, State: st.State, At: st.At, MS: st.MS, Error: c.failure(st.Error, lang)}
	if c.mask == nil {
		v.Record, v.Input, v.Result = st.Record, st.Input, st.Result
		return v
	}
	own := st.Type == schemas.StepSet || st.Type == schemas.StepMove
	if input, ok := st.Input.(map[string]any); ok && own && st.Record == "" {
		v.Input = c.cutValues(input)
	}
	return v
}

func (c runReader) cutValues(input map[string]any) map[string]any {
	out := map[string]any{}
	if to, ok := input["to"]; ok && c.mask.All() { // the stage is a field, too
		out["to"] = to
	}
	values, _ := input["values"].(map[string]any)
	kept := map[string]any{}
	for key, value := range values {
		if model.IsSystem(key) || c.mask.Has(key) {
			kept[key] = value
		}
	}
	out["values"] = kept
	return out
}

func (c runReader) failure(f *Failure, lang string) *FailureView {
	if f == nil {
		return nil
	}
	v := &FailureView{Code: f.Code, Message: f.Message.In(lang)}
	if c.mask != nil { // what is wrong with which field may tell its value
		return v
	}
	for _, e := range f.Fields {
		v.Errors = append(v.Errors, FieldErrorView{e.Path, e.Code, e.Message.In(lang)})
	}
	return v
}
