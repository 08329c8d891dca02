package apitest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
)

func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.Options{})
	in := app.Do(t, "", "POST", "/session", map[string]any{"login": "admin", "password": apptest.AdminPassword}).Want(t, http.StatusOK)
	token, cookie := in.Text("token"), in.Header.Get("Set-Cookie")
	for _, want := range []string{"weft_session=", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("cookie %q lacks %s", cookie, want)
		}
	}
	byCookie := []string{"Cookie", "weft_session=" + token}
	app.Run(t, []apptest.Scenario{
		{Name: "by token", As: token, Method: "GET", Path: "/me", Status: 200, Has: []string{`"login":"admin"`, `"admin":true`}},
		{Name: "by cookie", Method: "GET", Path: "/me", Header: byCookie, Status: 200},
		{Name: "never by URL", Method: "GET", Path: "/me?token=" + token + "&access_token=" + token, Status: 401},
		{Name: "no other scheme", Method: "GET", Path: "/me", Header: []string{"Authorization", "Basic " + token}, Status: 401},
		{Name: "a bad header is not healed by a cookie", Method: "GET", Path: "/me", Header: append([]string{"Authorization", "Bearer x"}, byCookie...), Status: 401},
		{Name: "listed", As: token, Method: "GET", Path: "/sessions", Status: 200, Has: []string{`"address":"127.0.0.1"`}, Not: []string{token, "hash"}},
		{Name: "out", As: token, Method: "DELETE", Path: "/session", Status: 204, WantHeader: []string{"Set-Cookie: weft_session=; Path=/; Max-Age=0…"}},
		{Name: "the token is dead", As: token, Method: "GET", Path: "/me", Status: 401},
		{Name: "the cookie is dead", Method: "GET", Path: "/me", Header: byCookie, Status: 401},
	})
}

// S-27, S-28
func TestRefusedSignInsDoNotRevealLogins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Do(t, w.Admin, "PUT", "/users/"+w.li.ID+"/password", `{"password":"a good long one"}`).Want(t, 204)
	try := func(login string) *apptest.Answer {
		return w.Do(t, "", "POST", "/session", fmt.Sprintf(`{"login":%q,"password":"wrong"}`, login))
	}
	known, unknown := try("li").Want(t, 401), try("nobody").Want(t, 401)
	if known.Body != unknown.Body {
		t.Errorf("the answers differ:\n%s\n%s", known.Body, unknown.Body)
	}
	limited := false
	for range 30 {
		if a := try("li"); a.Status == http.StatusTooManyRequests {
			limited = a.Header.Get("Retry-After") != "" && strings.Contains(a.Body, `"code":"rate"`)
			break
		}
	}
	if !limited {
		t.Error("30 wrong passwords were not limited")
	}
}

// S-11, S-26
func TestRemovedRightsEndAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Do(t, w.li.Token, "PUT", "/users/"+w.li.ID+"/password", `{"password":"a good long one"}`).Want(t, 204)
	second := w.Do(t, "", "POST", "/session", `{"login":"li","password":"a good long one"}`).Want(t, 200).Text("token")
	w.Run(t, []apptest.Scenario{
		{Name: "short passwords are refused", As: w.li.Token, Method: "PUT", Path: "/users/" + w.li.ID + "/password", Body: `{"password":"x"}`, Status: 422, Has: []string{`"path":"/password"`}},
		{Name: "nobody sets another's", As: w.li.Token, Method: "PUT", Path: "/users/" + w.wang.ID + "/password", Body: `{"password":"a good long one"}`, Status: 404},
		{Name: "the own password asks for the old one", As: second, Method: "PUT", Path: "/users/" + w.li.ID + "/password", Body: `{"password":"another long one"}`, Status: 422, Has: []string{`"path":"/old_password"`, `"code":"required"`}},
		{Name: "and for the right one", As: second, Method: "PUT", Path: "/users/" + w.li.ID + "/password", Body: `{"password":"another long one","old_password":"not that"}`, Status: 422, Has: []string{`"code":"wrong_password"`}},
		{Name: "a new password ends the other sessions", As: second, Method: "PUT", Path: "/users/" + w.li.ID + "/password", Body: `{"password":"another long one","old_password":"a good long one"}`, Status: 204},
		{Name: "but not its own", As: second, Method: "GET", Path: "/me", Status: 200},
		{Name: "the first is dead", As: w.li.Token, Method: "GET", Path: "/me", Status: 401},
		{Name: "deactivated", As: w.Admin, Method: "PATCH", Path: "/records/user/" + w.li.ID, Body: `{"active":false}`, Status: 200},
		{Name: "out at once", As: second, Method: "GET", Path: "/me", Status: 401},
		{Name: "activated again", As: w.Admin, Method: "PATCH", Path: "/records/user/" + w.li.ID, Body: `{"active":true}`, Status: 200},
		{Name: "the ended session stays ended (R13)", As: second, Method: "GET", Path: "/me", Status: 401},
	})
}

func TestTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.Do(t, w.li.Token, "POST", "/tokens", `{"name":"robot","role":"agent"}`).Want(t, 201)
	token, id := made.Text("token"), made.Text("id")
	w.Run(t, []apptest.Scenario{
		{Name: "works", As: token, Method: "POST", Path: "/records/deal", Body: `{"name":"by robot"}`, Status: 201, Has: []string{`"owner":"` + w.li.ID}},
		{Name: "its secret is shown once", As: w.li.Token, Method: "GET", Path: "/tokens", Status: 200, Has: []string{`"name":"robot"`, id}, Not: []string{token, "hash"}},
		{Name: "lists no tokens of its user (R14)", As: token, Method: "GET", Path: "/tokens", Status: 403},
		{Name: "nor sessions", As: token, Method: "GET", Path: "/sessions", Status: 403},
		{Name: "nor ends them", As: token, Method: "DELETE", Path: "/sessions", Status: 403},
		{Name: "makes no tokens", As: token, Method: "POST", Path: "/tokens", Body: `{"name":"more","role":"agent"}`, Status: 403},
		{Name: "nobody gets more than he holds", As: w.li.Token, Method: "POST", Path: "/tokens", Body: `{"name":"x","role":"admin"}`, Status: 422, Has: []string{`"path":"/role"`}},
		{Name: "another's tokens are not there", As: w.wang.Token, Method: "DELETE", Path: "/tokens/" + id, Status: 404},
		{Name: "nor to be listed", As: w.wang.Token, Method: "GET", Path: "/tokens?user=" + w.li.ID, Status: 404},
		{Name: "but for an administrator", As: w.Admin, Method: "GET", Path: "/tokens?user=" + w.li.ID, Status: 200, Has: []string{id}},
		{Name: "revoked", As: w.li.Token, Method: "DELETE", Path: "/tokens/" + id, Status: 204},
		{Name: "dead", As: token, Method: "GET", Path: "/me", Status: 401},
		{Name: "a date that is none", As: w.li.Token, Method: "POST", Path: "/tokens", Body: `{"name":"x","role":"agent","expires_at":"soon"}`, Status: 400},
	})
}

func TestSessionsCanBeEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	second, third := w.Token(t, "li"), w.Token(t, "li")
	var list struct {
		Items []struct {
			ID      string
			Current bool
		}
	}
	w.Do(t, second, "GET", "/sessions", nil).Want(t, 200).JSON(t, &list)
	if len(list.Items) != 3 {
		t.Fatalf("%d sessions", len(list.Items))
	}
	current := 0
	for _, s := range list.Items {
		if s.Current {
			current++
		}
	}
	if current != 1 {
		t.Fatalf("%d sessions say that they ask", current)
	}
	w.Do(t, w.wang.Token, "DELETE", "/sessions/"+list.Items[0].ID, nil).Want(t, 404)
	w.Do(t, second, "DELETE", "/sessions", nil).Want(t, 204)
	w.Do(t, second, "GET", "/me", nil).Want(t, 200)
	w.Do(t, third, "GET", "/me", nil).Want(t, 401)
	w.Do(t, w.li.Token, "GET", "/me", nil).Want(t, 401)
}

func TestExplain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Create(t, w.wang.Token, "deal", map[string]any{"name": "x"})
	w.Run(t, []apptest.Scenario{
		{Name: "why not", As: w.Admin, Method: "GET", Path: "/access/explain?user=li&entity=deal&op=read&id=" + id, Status: 200, Has: []string{`"allowed":false`, `"missing":[{`, `"zh-CN":`}},
		{Name: "why", As: w.Admin, Method: "GET", Path: "/access/explain?user=" + w.wang.ID + "&entity=deal&op=read&id=" + id, Status: 200, Has: []string{`"allowed":true`, `"role":"agent"`}},
		{Name: "of nobody", As: w.Admin, Method: "GET", Path: "/access/explain?user=nobody&entity=deal&op=read", Status: 404},
		{Name: "of what", As: w.Admin, Method: "GET", Path: "/access/explain?user=li", Status: 422, Has: []string{`"path":"/entity"`, `"path":"/op"`}},
		{Name: "oneself, without a record", As: w.li.Token, Method: "GET", Path: "/access/explain?user=li&entity=deal&op=read", Status: 404},
		{Name: "not a record that one does not see", As: w.li.Token, Method: "GET", Path: "/access/explain?user=li&entity=deal&op=read&id=" + id, Status: 404},
		{Name: "oneself", As: w.wang.Token, Method: "GET", Path: "/access/explain?entity=deal&op=read&id=" + id, Status: 200, Has: []string{`"allowed":true`, `"role":"agent"`, `"missing":[]`}},
		{Name: "not a field", As: w.wang.Token, Method: "GET", Path: "/access/explain?entity=deal&op=read&field=margin&id=" + id, Status: 403},
		{Name: "not others", As: w.li.Token, Method: "GET", Path: "/access/explain?user=admin&entity=deal&op=read", Status: 403},
	})
}
