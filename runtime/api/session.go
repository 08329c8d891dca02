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

// signIn answers {"token"} and sets the cookie. Which of login and password
// was wrong is never told (S-27).
func signIn(rc *requestContext) error {
	var in credentials
	if _, err := rc.decode(&in); err != nil {
		return err
	}
	from := access.Client{Address: rc.client().String(), Agent: rc.r.UserAgent()}
	token, _, err := rc.s.o.Access.SignIn(rc.ctx, in.Login, in.Password, from)
	if err != nil {
		return err
	}
	rc.setCookie(token, int(sessionCookieLife.Seconds()))
	return rc.json(http.StatusOK, map[string]string{"token": token})
}

// sessionCookieLife is no shorter than a session; when that ends, so does the
// cookie's meaning.
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

// me tells the caller who he is.
func me(rc *requestContext) error {
	a := rc.actor
	return rc.json(http.StatusOK, map[string]any{
		"id": a.UserID, "login": a.Login, "name": a.Name, "admin": a.Admin,
		"roles": orEmpty(a.Roles), "departments": orEmpty(a.Departments), "language": request.Language(rc.r),
	})
}

// orEmpty shows no list as an empty one.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
