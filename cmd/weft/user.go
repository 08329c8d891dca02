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
	Role   userRoleCmd   `cmd:"" help:"Give a user roles, or take them away."`
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

// leastPassword is what the server asks for; it is checked before anything is written.
const leastPassword = 8

// Run makes the user, then gives the roles and the password.
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
	if err := api.checkRoles(ctx, m, c.Role); err != nil {
		return err
	}
	if n := len([]rune(c.Password)); n > 0 && n < leastPassword {
		return errors.New(m.say("密码至少要 %d 个字符", "a password has at least %d characters", leastPassword))
	}
	var made struct {
		ID string `json:"id"`
	}
	if err := api.call(ctx, "POST", "/records/user", values, &made); err != nil {
		return fmt.Errorf("user %s: %w", c.Login, err)
	}
	if err := api.giveRoles(ctx, made.ID, c.Role); err != nil {
		return fmt.Errorf("%s: %w", m.say("已添加用户 %s，但没有给全角色", "user %s was added, but not with all roles", c.Login), err)
	}
	if c.Password != "" {
		if err := api.call(ctx, "PUT", "/users/"+made.ID+"/password", map[string]string{"password": c.Password}, nil); err != nil {
			return fmt.Errorf("%s: %w", m.say("已添加用户 %s，但还没有密码", "user %s was added, but has no password", c.Login), err)
		}
	}
	return m.print(map[string]any{"id": made.ID, "login": c.Login}, m.say("已添加 %s（%s）", "added %s (%s)", c.Login, made.ID))
}

type userRoleCmd struct {
	Login  string   `arg:"" help:"Login."`
	Role   []string `arg:"" help:"Roles, by key."`
	Remove bool     `help:"Take the roles away instead."`
}

// Run gives a user roles, or takes them away.
func (c *userRoleCmd) Run(ctx context.Context, m *Main) error {
	api, err := m.connect(ctx)
	if err != nil {
		return err
	}
	id, err := api.userID(ctx, c.Login)
	if err != nil {
		return err
	}
	if err := api.checkRoles(ctx, m, c.Role); err != nil {
		return err
	}
	change, text := api.giveRoles, m.say("%s 现在有角色 %s", "%s now has the roles %s", c.Login, strings.Join(c.Role, ", "))
	if c.Remove {
		change, text = api.takeRoles, m.say("%s 不再有角色 %s", "%s no longer has the roles %s", c.Login, strings.Join(c.Role, ", "))
	}
	if err := change(ctx, id, c.Role); err != nil {
		return fmt.Errorf("%s: %w", c.Login, err)
	}
	return m.print(map[string]any{"id": id, "login": c.Login, "roles": c.Role}, text)
}

// assignments finds the role assignments of a user with one role.
func (c *client) assignments(ctx context.Context, user, role string) (queryAnswer, error) {
	var out queryAnswer
	where := map[string]any{"all": []any{[]any{"user", "=", user}, []any{"role", "=", role}}}
	err := c.call(ctx, "POST", "/records/role_assignment/query", map[string]any{"where": where, "fields": []string{"id"}}, &out)
	return out, err
}

// giveRoles assigns the roles that the user does not have yet.
func (c *client) giveRoles(ctx context.Context, user string, roles []string) error {
	for _, role := range roles {
		there, err := c.assignments(ctx, user, role)
		if err == nil && len(there.Items) == 0 {
			err = c.call(ctx, "POST", "/records/role_assignment", map[string]string{"user": user, "role": role}, nil)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", role, err)
		}
	}
	return nil
}

// takeRoles ends the assignments of roles.
func (c *client) takeRoles(ctx context.Context, user string, roles []string) error {
	for _, role := range roles {
		there, err := c.assignments(ctx, user, role)
		for _, a := range there.Items {
			err = errors.Join(err, c.call(ctx, "DELETE", "/records/role_assignment/"+a.ID, nil, nil))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", role, err)
		}
	}
	return nil
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
	return m.print(map[string]any{"login": c.Login}, m.say("已设置 %[1]s 的密码，该用户的所有登录都已结束", "the password of %[1]s is set; all sessions of this user have ended", c.Login))
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
func (c *client) checkRoles(ctx context.Context, m *Main, roles []string) error {
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
			return errors.New(m.say("没有角色 %q；已有：%s", "there is no role %q; there are: %s", r, strings.Join(keys, ", ")))
		}
	}
	return nil
}
