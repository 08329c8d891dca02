package intake

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/runtime/store/table"
	"weft/schemas"
)

// LinkCollection holds the links to public forms; the id is the token.
const LinkCollection = "weft_form_link"

// Link opens a public form to everybody who knows its token.
type Link struct {
	Token string `json:"id"`
	Rev   int64  `json:"rev"`
	Form  string `json:"form"`
	// Prefill are values in wire form that each submission through the link gets.
	Prefill   map[string]any `json:"prefill,omitempty"`
	By        string         `json:"by"` // id of the user that made it
	At        string         `json:"at"` // stored form of an instant, as ExpiresAt
	ExpiresAt string         `json:"expires_at,omitempty"`
}

var links = table.New(LinkCollection, func(l *Link) (*string, *int64) { return &l.Token, &l.Rev })

var linkForm = query.Path{Field: "form", Kind: query.Key}

// CreateLink makes a link to a form for somebody who could create the same records
// himself; it ends at expires, never for the zero time. Errors: not_found for a form that is not public, forbidden, invalid.
func (s *Service) CreateLink(ctx context.Context, by *access.Actor, form string, prefill map[string]any, expires time.Time) (*Link, error) {
	p, err := s.managed(ctx, by, form)
	if err != nil {
		return nil, err
	}
	problems := p.checkPrefill(prefill)
	if !expires.IsZero() && !expires.After(s.o.Now()) {
		problems = append(problems, problem.At("/expires_at", "link_past"))
	}
	if len(problems) > 0 {
		return nil, problem.Of(problem.Invalid, problems...)
	}
	l := Link{Token: rand.Text(), Form: form, Prefill: prefill, By: by.UserID, At: query.FormatInstant(s.o.Now())}
	if !expires.IsZero() {
		l.ExpiresAt = query.FormatInstant(expires)
	}
	if err := links.Save(ctx, s.o.Store, &l); err != nil {
		return nil, read.StoreProblem(err)
	}
	return &l, nil
}

// Links lists the links of a form, oldest first. Errors are those of CreateLink.
func (s *Service) Links(ctx context.Context, by *access.Actor, form string) ([]Link, error) {
	if _, err := s.managed(ctx, by, form); err != nil {
		return nil, err
	}
	list := []Link{}
	for l, err := range links.Each(ctx, s.o.Store, query.Cmp{Path: linkForm, Op: query.Eq, Value: form}) {
		if err != nil {
			return nil, read.StoreProblem(err)
		}
		if by.Admin || l.By == by.UserID {
			list = append(list, l)
		}
	}
	slices.SortStableFunc(list, func(a, b Link) int { return cmp.Compare(a.At, b.At) })
	return list, nil
}

// DeleteLink ends a link; from then on its form is not found. People end their own
// links, administrators every one. Errors are those of CreateLink.
func (s *Service) DeleteLink(ctx context.Context, by *access.Actor, form, token string) error {
	if _, err := s.managed(ctx, by, form); err != nil {
		return err
	}
	l, err := links.Get(ctx, s.o.Store, token)
	if errors.Is(err, store.ErrNotFound) || err == nil && (l.Form != form || !by.Admin && l.By != by.UserID) {
		return noSuchForm()
	}
	if err != nil {
		return read.StoreProblem(err)
	}
	return read.StoreProblem(links.Remove(ctx, s.o.Store, l))
}

// publicForm is a compiled public form with what this package asks of it.
type publicForm struct{ *model.PublicForm }

// managed finds a public form whose links the actor may make: everything that a
// submission can set must be open to the actor, too.
func (s *Service) managed(ctx context.Context, by *access.Actor, form string) (publicForm, error) {
	rights, err := s.o.Authority.Rights(ctx, by)
	if err != nil {
		return publicForm{}, err
	}
	p := rights.Model.PublicForms[form]
	if p == nil {
		return publicForm{}, problem.New(problem.NotFound, "not_public", map[string]any{"form": form})
	}
	if !rights.Allowed(p.Entity.Key, schemas.OpCreate) {
		return publicForm{}, problem.New(problem.Forbidden, "no_right", nil)
	}
	for _, f := range slices.Concat(p.Shown, p.Hidden, p.Prefill) {
		if !rights.WritableSomewhere(p.Entity.Key, schemas.OpCreate, f.Key) {
			return publicForm{}, problem.New(problem.Forbidden, "no_right", nil)
		}
	}
	return publicForm{p}, nil
}

// checkPrefill checks that the fields may be set by links, and their values alone.
func (p publicForm) checkPrefill(values map[string]any) []problem.Field {
	var problems []problem.Field
	for _, key := range slices.Sorted(maps.Keys(values)) {
		f := find(slices.Concat(p.Shown, p.Hidden, p.Prefill), key)
		if f == nil {
			problems = append(problems, problem.At(problem.Pointer("prefill", key), "field_not_public"))
			continue
		}
		_, wrong := f.FromWire(values[key])
		for _, w := range wrong {
			w.Path = problem.Pointer("prefill", key) + w.Path
			problems = append(problems, w)
		}
	}
	return problems
}

func find(list []*model.Field, key string) *model.Field {
	if i := slices.IndexFunc(list, func(f *model.Field) bool { return f.Key == key }); i >= 0 {
		return list[i]
	}
	return nil
}

// open finds the form behind a token.
func (s *Service) open(ctx context.Context, token string) (*Link, publicForm, error) {
	l, err := links.Get(ctx, s.o.Store, token)
	if errors.Is(err, store.ErrNotFound) {
		return nil, publicForm{}, noSuchForm()
	}
	if err != nil {
		return nil, publicForm{}, read.StoreProblem(err)
	}
	p := s.o.Current.Model().PublicForms[l.Form]
	if p == nil || l.ExpiresAt != "" && query.FormatInstant(s.o.Now()) >= l.ExpiresAt {
		return nil, publicForm{}, noSuchForm()
	}
	return &l, publicForm{p}, nil
}

// Form is what the page of a public form needs.
type Form struct {
	Def    *schemas.Form
	Entity *model.Entity
	// Prefill are the values of the link that the page shows.
	Prefill map[string]any
	// Actor has the rights of a submission.
	Actor *access.Actor
}

// Form finds the public form behind a token. Error: not_found.
func (s *Service) Form(ctx context.Context, token string) (*Form, error) {
	l, p, err := s.open(ctx, token)
	if err != nil {
		return nil, err
	}
	shown := map[string]any{}
	for _, f := range p.Shown {
		if v, ok := l.Prefill[f.Key]; ok {
			shown[f.Key] = v
		}
	}
	return &Form{Def: p.layout(), Entity: p.Entity, Prefill: shown, Actor: access.Visitor(l.Form)}, nil
}

// layout is the form with the shown fields only.
func (p publicForm) layout() *schemas.Form {
	cut := *p.PublicForm.Form
	cut.Roles, cut.Sections = nil, nil
	for _, section := range p.PublicForm.Form.Sections {
		section.Fields = slices.DeleteFunc(slices.Clone(section.Fields), func(key string) bool { return find(p.Shown, key) == nil })
		if len(section.Fields) > 0 {
			cut.Sections = append(cut.Sections, section)
		}
	}
	public := *cut.Public
	public.Values, public.Prefill, public.Suspicion = map[string]json.RawMessage(nil), nil, ""
	cut.Public = &public
	return &cut
}
