package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

type tokenCmd struct {
	Add tokenAddCmd `cmd:"" help:"Make an API token and print it once."`
}

type tokenAddCmd struct {
	Name string        `arg:"" help:"What the token is for."`
	User string        `help:"User the token acts as, by login." default:"admin"`
	Role string        `help:"Role the token acts with; may be left out for a user with one role."`
	Life time.Duration `help:"How long it is valid, e.g. 720h." default:"8760h"`
}

// Run makes the token.
func (c *tokenAddCmd) Run(ctx context.Context, m *Main) error {
	api, err := m.connect(ctx)
	if err != nil {
		return err
	}
	user, err := api.userID(ctx, c.User)
	if err != nil {
		return err
	}
	role := c.Role
	if role == "" {
		role, err = api.onlyRole(ctx, user, c.User)
	} else {
		err = api.checkRoles(ctx, m, []string{role})
	}
	if err != nil {
		return err
	}
	body := map[string]any{"name": c.Name, "user": user, "role": role,
		"expires_at": time.Now().Add(c.Life).UTC().Format(time.RFC3339)}
	var made struct {
		ID    string `json:"id"`
		Token string `json:"token"`
	}
	if err := api.call(ctx, "POST", "/tokens", body, &made); err != nil {
		return fmt.Errorf("token: %w", err)
	}
	return m.print(made, made.Token)
}

// onlyRole is the one role that a user has: a token never acts with more than one.
func (c *client) onlyRole(ctx context.Context, user, login string) (string, error) {
	var out struct {
		Items []struct {
			Role string `json:"role"`
		} `json:"items"`
	}
	q := map[string]any{"where": []any{"user", "=", user}, "fields": []string{"role"}}
	if err := c.call(ctx, "POST", "/records/role_assignment/query", q, &out); err != nil {
		return "", fmt.Errorf("roles of %s: %w", login, err)
	}
	var roles []string
	for _, a := range out.Items {
		if !slices.Contains(roles, a.Role) {
			roles = append(roles, a.Role)
		}
	}
	switch {
	case login == adminLogin && len(roles) == 0: // is admin without being assigned it
		return "admin", nil
	case len(roles) == 0:
		return "", fmt.Errorf("%s has no role; give one with --role", login)
	case len(roles) == 1:
		return roles[0], nil
	}
	return "", fmt.Errorf("%s has the roles %s; choose one with --role", login, strings.Join(roles, ", "))
}
