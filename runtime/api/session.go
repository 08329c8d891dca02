package api

import (
	"net/http"
	"time"

	"weft/runtime/access"
	"weft/runtime/request"
)

type credentials struct {
	Login    string `json:"login"`
	Password string `json:"password"`
}

// signIn answers {"token"} and sets the cookie. It does not tell which of login
// and password was wrong.
func signIn(rc *requestContext) error {
	var in credentials
	if _, err := rc.decode(&in); err != nil {
		return err
	}
	from := access.SignInOrigin{Address: rc.client().String(), Agent: rc.r.UserAgent()}
	token, _, err := rc.s.o.Access.SignIn(rc.ctx, in.Login, in.Password, from)
	if err != nil {
		return err
	}
	rc.setCookie(token, int(sessionCookieLife.Seconds()))
	return rc.json(http.StatusOK, map[string]string{"token": token})
}

// sessionCookieLife is at least as long as a session lasts; a cookie that
// outlives its session is refused.
const sessionCookieLife = 30 * 24 * time.Hour

func signOut(rc *requestContext) error {
	if err := rc.s.o.Access.SignOut(rc.ctx, rc.actor); err != nil {
		return err
	}
	rc.setCookie("", -1)
	return rc.empty()
}

func (rc *requestContext) setCookie(value string, maxAge int) {
	http.SetCookie(rc, &http.Cookie{
		Name: cookieName, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: rc.overTLS(),
	})
}

// me answers who the caller is.
func me(rc *requestContext) error {
	a := rc.actor
	return rc.json(http.StatusOK, map[string]any{
		"id": a.UserID, "login": a.Login, "name": a.Name, "admin": a.Admin,
		"roles": orEmpty(a.Roles), "departments": orEmpty(a.Departments), "language": request.Language(rc.r),
	})
}

// orEmpty encodes a nil list as an empty array.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
