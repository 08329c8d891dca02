package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

type userCmd struct {
	Add    userAddCmd    `cmd:"" help:"Add a user."`
	Passwd userPasswdCmd `cmd:"" help:"Set a user's password, read from standard input."`
}

type userAddCmd struct {
	Login      string   `arg:"" help:"Login, unique."`
	Name       string   `help:"Name shown to others; the login if left out."`
	Role       []string `help:"Role, by key; may be given several times."`
	Department string   `help:"Department, by name; it is made if there is none."`
	Superior   string   `help:"Superior, by login."`
	Password   string   `help:"Password; without one the user cannot sign in yet."`
}

// Run makes the user, then the password and the roles.
func (c *userAddCmd) Run(ctx context.Context, m *Main) error {
	api, err := m.connect(ctx)
	if err != nil {
		return err
	}
	values := map[string]any{"login": c.Login, "name": c.Name}
	if c.Name == "" {
		values["name"] = c.Login
	}
	if c.Department != "" {
		if values["department"], err = api.department(ctx, c.Department); err != nil {
			return err
		}
	}
	if c.Superior != "" {
		if values["superior"], err = api.userID(ctx, c.Superior); err != nil {
			return err
		}
	}
	if err := api.checkRoles(ctx, c.Role); err != nil {
		return err
	}
	var made struct {
		ID string `json:"id"`
	}
	if err := api.call(ctx, "POST", "/records/user", values, &made); err != nil {
		return fmt.Errorf("user %s: %w", c.Login, err)
	}
	if c.Password != "" {
		if err := api.call(ctx, "PUT", "/users/"+made.ID+"/password", map[string]string{"password": c.Password}, nil); err != nil {
			return fmt.Errorf("user %s was added, but has no password: %w", c.Login, err)
		}
	}
	for _, role := range c.Role {
		if err := api.call(ctx, "POST", "/records/role_assignment", map[string]string{"user": made.ID, "role": role}, nil); err != nil {
			return fmt.Errorf("user %s was added, but not with the role %s: %w", c.Login, role, err)
		}
	}
	return m.print(map[string]any{"id": made.ID, "login": c.Login}, fmt.Sprintf("added %s (%s)", c.Login, made.ID))
}

type userPasswdCmd struct {
	Login string `arg:"" help:"Login."`
}

// Run reads one line from standard input and sets it as the password.
func (c *userPasswdCmd) Run(ctx context.Context, m *Main) error {
	if isTerminal(m.Stdin) {
		fmt.Fprint(m.Stderr, "new password: ")
	}
	line, err := bufio.NewReader(m.Stdin).ReadString('\n')
	password := strings.TrimRight(line, "\r\n")
	if password == "" {
		return errors.Join(errors.New("no password on standard input"), ignoreEOF(err))
	}
	api, err := m.connect(ctx)
	if err != nil {
		return err
	}
	id, err := api.userID(ctx, c.Login)
	if err != nil {
		return err
	}
	if err := api.call(ctx, "PUT", "/users/"+id+"/password", map[string]string{"password": password}, nil); err != nil {
		return fmt.Errorf("password of %s: %w", c.Login, err)
	}
	return m.print(map[string]any{"login": c.Login}, "the password of "+c.Login+" is set; all sessions of this user have ended")
}

// queryAnswer is one record of a short query.
type queryAnswer struct {
	Items []struct {
		ID string `json:"id"`
	} `json:"items"`
}

// lookUp finds the one record of entity whose field has the value; "" for none.
func (c *client) lookUp(ctx context.Context, entity, field, value string) (string, error) {
	var out queryAnswer
	q := map[string]any{"where": []any{field, "=", value}, "fields": []string{"id"}, "limit": 2}
	if err := c.call(ctx, "POST", "/records/"+url.PathEscape(entity)+"/query", q, &out); err != nil {
		return "", fmt.Errorf("look up %s %q: %w", entity, value, err)
	}
	if len(out.Items) == 0 {
		return "", nil
	}
	return out.Items[0].ID, nil
}

func (c *client) userID(ctx context.Context, login string) (string, error) {
	id, err := c.lookUp(ctx, "user", "login", login)
	if err == nil && id == "" {
		err = fmt.Errorf("there is no user %s", login)
	}
	return id, err
}

// department finds a department by name or makes it.
func (c *client) department(ctx context.Context, name string) (string, error) {
	id, err := c.lookUp(ctx, "department", "name", name)
	if err != nil || id != "" {
		return id, err
	}
	var made struct {
		ID string `json:"id"`
	}
	err = c.call(ctx, "POST", "/records/department", map[string]string{"name": name}, &made)
	return made.ID, err
}

// checkRoles refuses a role that nobody has defined, before anything is made.
func (c *client) checkRoles(ctx context.Context, roles []string) error {
	if len(roles) == 0 {
		return nil
	}
	var meta struct {
		Roles []struct {
			Key string `json:"key"`
		} `json:"roles"`
	}
	if err := c.call(ctx, "GET", "/meta", nil, &meta); err != nil {
		return fmt.Errorf("roles: %w", err)
	}
	known := map[string]bool{"admin": true}
	keys := []string{"admin"}
	for _, r := range meta.Roles {
		known[r.Key] = true
		keys = append(keys, r.Key)
	}
	for _, r := range roles {
		if !known[r] {
			return fmt.Errorf("there is no role %q; there are: %s", r, strings.Join(keys, ", "))
		}
	}
	return nil
}
