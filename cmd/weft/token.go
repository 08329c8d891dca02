package main

import (
	"context"
	"fmt"
	"time"
)

type tokenCmd struct {
	Add tokenAddCmd `cmd:"" help:"Make an API token and print it once."`
}

type tokenAddCmd struct {
	Name string        `arg:"" help:"What the token is for."`
	User string        `help:"User the token acts as, by login." default:"admin"`
	Role string        `help:"Role the token acts with; the user's own roles if left out."`
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
	if c.Role != "" {
		if err := api.checkRoles(ctx, []string{c.Role}); err != nil {
			return err
		}
	}
	body := map[string]any{"name": c.Name, "user": user, "expires_at": time.Now().Add(c.Life).UTC().Format(time.RFC3339)}
	if c.Role != "" {
		body["role"] = c.Role
	}
	var made struct {
		ID    string `json:"id"`
		Token string `json:"token"`
	}
	if err := api.call(ctx, "POST", "/tokens", body, &made); err != nil {
		return fmt.Errorf("token: %w", err)
	}
	return m.print(made, made.Token)
}
