package access

import (
	"context"
	"encoding/json"
	"fmt"
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
	if problems := s.checkToken(by, p.directory.people[want.User], want); len(problems) > 0 {
		return nil, "", problem.Of(problem.Invalid, problems...)
	}
	secret := newSecret(tokenPrefix)
	d := tokenDoc{ID: newID(), Rev: 1, User: want.User, Role: want.Role, Name: want.Name, Prefix: secret[:shownOfSecret],
		Hash: digestOf(secret).String(), CreatedAt: instant(s.Now()), CreatedBy: by.UserID}
	if want.ExpiresAt != nil {
		d.ExpiresAt = instant(*want.ExpiresAt)
	}
	doc, err := docOf(d.ID, 1, d)
	if err != nil {
		return nil, "", err
	}
	t := d.token()
	b := &store.Batch{}
	if before != nil {
		if b.Ops, err = before(&t, secret); err != nil {
			return nil, "", err
		}
	}
	b.Ops = append(b.Ops, store.Op{Kind: store.Insert, Collection: TokenCollection, Doc: doc})
	if err := s.Store.Commit(ctx, b); err != nil {
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

func (d tokenDoc) token() Token {
	t := Token{ID: d.ID, User: d.User, Role: d.Role, Name: d.Name, Prefix: d.Prefix,
		CreatedAt: parseInstant(d.CreatedAt), CreatedBy: d.CreatedBy}
	if d.ExpiresAt != "" {
		at := parseInstant(d.ExpiresAt)
		t.ExpiresAt = &at
	}
	if d.UsedAt != "" {
		at := parseInstant(d.UsedAt)
		t.UsedAt = &at
	}
	return t
}

// ListTokens lists the tokens of a user, of all users when userID is "", in the order
// in which they were made; at most 1,000.
func (s *Service) ListTokens(ctx context.Context, userID string) ([]Token, error) {
	f := store.Find{Limit: 1000}
	if userID != "" {
		f.Where = query.Cmp{Path: query.Path{Field: "user", Kind: query.Key}, Op: query.Eq, Value: userID}
	}
	docs, err := s.Store.Find(ctx, TokenCollection, f)
	if err != nil {
		return nil, storeProblem(err)
	}
	out := make([]Token, len(docs))
	for i, doc := range docs {
		var d tokenDoc
		if err := json.Unmarshal(doc.Body, &d); err != nil {
			return nil, fmt.Errorf("access: token %s: %w", doc.ID, err)
		}
		out[i] = d.token()
	}
	return out, nil
}

// RevokeToken ends a token: one's own, or anybody's for an admin. One that the
// actor may not end is not_found.
func (s *Service) RevokeToken(ctx context.Context, by *Actor, id string) error {
	return s.revoke(ctx, TokenCollection, by, id)
}
