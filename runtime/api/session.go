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
func signIn(x *exchange) error {
	var in credentials
	if _, err := x.decode(&in); err != nil {
		return err
	}
	from := access.Client{Address: x.client().String(), Agent: x.r.UserAgent()}
	token, _, err := x.s.o.Access.SignIn(x.ctx, in.Login, in.Password, from)
	if err != nil {
		return err
	}
	x.setCookie(token, int(sessionCookieLife.Seconds()))
	return x.json(http.StatusOK, map[string]string{"token": token})
}

// sessionCookieLife is no shorter than a session; when that ends, so does the
// cookie's meaning.
const sessionCookieLife = 30 * 24 * time.Hour

func signOut(x *exchange) error {
	if err := x.s.o.Access.SignOut(x.ctx, x.actor); err != nil {
		return err
	}
	x.setCookie("", -1)
	return x.empty()
}

func (x *exchange) setCookie(value string, maxAge int) {
	http.SetCookie(x, &http.Cookie{
		Name: cookieName, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: x.overTLS(),
	})
}

// me tells the caller who he is.
func me(x *exchange) error {
	a := x.actor
	return x.json(http.StatusOK, map[string]any{
		"id": a.UserID, "login": a.Login, "name": a.Name, "admin": a.Admin,
		"roles": orEmpty(a.Roles), "departments": orEmpty(a.Departments), "language": request.Language(x.r),
	})
}

// orEmpty shows no list as an empty one.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
