package access

import (
	"context"
	"strings"
	"time"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
)

// Token is a key for programs: it acts as its user with one role.
type Token struct {
	ID   string `json:"id"`
	User string `json:"user"`
	Role string `json:"role"`
	Name string `json:"name"`
	// Prefix is the beginning of the secret, by which its owner knows it again.
	Prefix    string     `json:"prefix"`
	CreatedAt time.Time  `json:"created_at"`
	CreatedBy string     `json:"created_by"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
	UsedAt    *time.Time `json:"used_at,omitempty"`
}

// NewToken says which token is wanted. ExpiresAt nil means never.
type NewToken struct {
	User      string     `json:"user"` // id; "" for the caller
	Role      string     `json:"role"`
	Name      string     `json:"name"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
}

type tokenDoc struct {
	ID        string `json:"id"`
	Rev       int64  `json:"rev"`
	User      string `json:"user"`
	Role      string `json:"role"`
	Name      string `json:"name"`
	Prefix    string `json:"prefix"`
	Hash      string `json:"hash"`
	CreatedAt string `json:"created_at"`
	CreatedBy string `json:"created_by"`
	ExpiresAt string `json:"expires_at,omitempty"`
	UsedAt    string `json:"used_at,omitempty"`
}

const (
	maxTokenName  = 100
	maxTokens     = 100 // of one user
	shownOfSecret = len(tokenPrefix) + 6
)

// CreateToken makes a token; its secret is returned once and not stored. A
// token has no more than a role that its maker and its user hold. It fails
// with invalid, or forbidden when by may not manage the user's sign-in. before
// returns operations that are committed with the token, in front of it; nil for
// none.
func (s *Service) CreateToken(ctx context.Context, by *Actor, want NewToken, before func(*Token, string) ([]store.Op, error)) (*Token, string, error) {
	if want.User == "" {
		want.User = by.UserID
	}
	if !by.MayManage(want.User) {
		return nil, "", problem.New(problem.Forbidden, "", nil)
	}
	p, err := s.state(ctx)
	if err != nil {
		return nil, "", err
	}
	want.Name = strings.TrimSpace(want.Name)
	if err := s.checkTokenLimit(ctx, want.User); err != nil {
		return nil, "", err
	}
	if problems := s.checkToken(by, p.directory.people[want.User], want); len(problems) > 0 {
		return nil, "", problem.Of(problem.Invalid, problems...)
	}
	secret := newSecret(tokenPrefix)
	d := tokenDoc{ID: newID(), User: want.User, Role: want.Role, Name: want.Name, Prefix: secret[:shownOfSecret],
		Hash: digestOf(secret).String(), CreatedAt: query.FormatInstant(s.Now()), CreatedBy: by.UserID}
	if want.ExpiresAt != nil {
		d.ExpiresAt = query.FormatInstant(*want.ExpiresAt)
	}
	t := d.token(nil)
	var ops []store.Op
	if before != nil {
		if ops, err = before(&t, secret); err != nil {
			return nil, "", err
		}
	}
	if err := tokenTable.Save(ctx, s.Store, &d, ops...); err != nil {
		return nil, "", storeProblem(err)
	}
	return &t, secret, nil
}

func (s *Service) checkToken(by *Actor, user *Person, want NewToken) []problem.Field {
	var out []problem.Field
	switch {
	case want.Name == "":
		out = append(out, problem.At("/name", "required"))
	case len([]rune(want.Name)) > maxTokenName:
		out = append(out, problem.At("/name", "too_long", "max", maxTokenName))
	}
	if user == nil || !user.Active {
		return append(out, problem.At("/user", "no_such_record"))
	}
	target := Actor{Roles: user.Roles, Admin: user.Admin()}
	switch {
	case want.Role == "":
		out = append(out, problem.At("/role", "required"))
	case want.Role != RoleAdmin && s.Current.Model().Roles[want.Role] == nil:
		out = append(out, problem.At("/role", "no_such_role", "role", want.Role))
	case !by.Holds(want.Role) || !target.Holds(want.Role):
		out = append(out, problem.At("/role", "role_not_held", "role", want.Role))
	}
	if want.ExpiresAt != nil && !want.ExpiresAt.After(s.Now()) {
		out = append(out, problem.At("/expires_at", "expires_in_past"))
	}
	return out
}

// checkTokenLimit bounds the tokens of a user, so that a list can show them all.
func (s *Service) checkTokenLimit(ctx context.Context, user string) error {
	docs, err := s.Store.Find(ctx, TokenCollection, store.Find{Where: keyIs("user", user), Limit: maxTokens, IDsOnly: true})
	if err != nil {
		return storeProblem(err)
	}
	if len(docs) >= maxTokens {
		return problem.Of(problem.Invalid, problem.At("/user", "too_many_tokens", "max", maxTokens))
	}
	return nil
}

// token is the public form; use is nil for a token that was never used.
func (d tokenDoc) token(use *secretUse) Token {
	t := Token{ID: d.ID, User: d.User, Role: d.Role, Name: d.Name, Prefix: d.Prefix,
		CreatedAt: parseInstant(d.CreatedAt), CreatedBy: d.CreatedBy}
	if d.ExpiresAt != "" {
		at := parseInstant(d.ExpiresAt)
		t.ExpiresAt = &at
	}
	if used := lastUse(d.UsedAt, use); !used.IsZero() {
		t.UsedAt = &used
	}
	return t
}

// ListTokens lists the tokens of a user, of all users when userID is "", in the
// order in which they were made.
func (s *Service) ListTokens(ctx context.Context, userID string) ([]Token, error) {
	var where query.Expr
	if userID != "" {
		where = keyIs("user", userID)
	}
	var docs []tokenDoc
	for d, err := range tokenTable.Each(ctx, s.Store, where) {
		if err != nil {
			return nil, storeProblem(err)
		}
		docs = append(docs, d)
	}
	uses, err := s.uses(ctx, ids(docs, func(d tokenDoc) string { return d.ID }))
	if err != nil {
		return nil, err
	}
	out := make([]Token, len(docs))
	for i, d := range docs {
		out[i] = d.token(uses[d.ID])
	}
	return out, nil
}

// RevokeToken ends a token: one's own, or anybody's for an admin. One that the
// actor may not end is not_found.
func (s *Service) RevokeToken(ctx context.Context, by *Actor, id string) error {
	return s.revoke(ctx, TokenCollection, by, id)
}
