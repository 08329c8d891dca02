package api_test

import (
	"net/http"
	"strings"
	"testing"

	"weft/runtime/api/apitest"
)

func TestSignInSignOut(t *testing.T) {
	t.Parallel()
	app := apitest.Start(t, apitest.Options{})
	in := app.Do(t, "", "POST", "/session", map[string]any{"login": "admin", "password": apitest.AdminPassword}).Want(t, http.StatusOK)
	token := in.Text("token")
	cookie := in.Header.Get("Set-Cookie")
	for _, want := range []string{"weft_session=", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("cookie %q lacks %s", cookie, want)
		}
	}
	app.Do(t, token, "GET", "/me", nil).Want(t, http.StatusOK)
	app.Do(t, "", "GET", "/me", nil, "Cookie", "weft_session="+token).Want(t, http.StatusOK)
	app.Do(t, token, "DELETE", "/session", nil).Want(t, http.StatusNoContent)
	app.Do(t, token, "GET", "/me", nil).Want(t, http.StatusUnauthorized)
	app.Do(t, "", "GET", "/me", nil, "Cookie", "weft_session="+token).Want(t, http.StatusUnauthorized)
}
