package api

import (
	"net/http"
	"net/url"
	"strings"

	"weft/frontend"
	"weft/runtime/problem"
	"weft/runtime/request"
)

// webPage answers a path that is no route of the API: with a file or a page of the
// web app. Whoever is not signed in is led to the login page, so that no page has to
// ask a question that is answered 401.
func webPage(rc *requestContext) error {
	app := rc.s.o.WebApp
	if app.HasFile(rc.r.URL.Path) {
		return app.ServeFile(rc, rc.r)
	}
	if strings.HasPrefix(rc.r.URL.Path, "/assets/") {
		return problem.New(problem.NotFound, "no_such_route", nil)
	}
	if !frontend.IsLight(rc.r.URL.Path) {
		// While the database is away the page itself says so.
		if err := rc.authenticate(); problem.CodeOf(err) == problem.Unauthenticated {
			http.Redirect(rc, rc.r, loginAddress(rc.r.URL), http.StatusSeeOther)
			return nil
		}
	}
	p := rc.page()
	if token, ok := strings.CutPrefix(rc.r.URL.Path, "/f/"); ok {
		// The page itself says what is wrong with an unknown token.
		if f, err := rc.s.o.Intake.Form(rc.ctx, token); err == nil {
			p.Embedders = f.Def.Public.Origins
		}
	}
	return app.ServePage(rc, rc.r, p)
}

// page is what the web app's page is told.
func (rc *requestContext) page() frontend.Page {
	s, _ := rc.s.o.Settings.Current()
	p := frontend.Page{Language: rc.language(), Theme: "system", Organisation: s.Name, Version: rc.s.o.Version}
	if c, err := rc.r.Cookie(themeCookie); err == nil && (c.Value == "light" || c.Value == "dark") {
		p.Theme = c.Value
	}
	return p
}

// The cookies by which a browser remembers how its user wants pages to look.
const (
	themeCookie    = "weft_theme"
	languageCookie = "weft_language"
)

// language of a page: the one that was chosen in this browser, or the browser's.
func (rc *requestContext) language() string {
	if c, err := rc.r.Cookie(languageCookie); err == nil && (c.Value == "zh-CN" || c.Value == "en") {
		return c.Value
	}
	return request.Language(rc.r)
}

// loginAddress leads back to the page that was asked for.
func loginAddress(asked *url.URL) string {
	if asked.Path == "/" && asked.RawQuery == "" {
		return "/login"
	}
	return "/login?" + url.Values{"next": {asked.RequestURI()}}.Encode()
}

// isPage tells whether a request without a route is for a page of the web app.
func (s *Server) isPage(r *http.Request) bool {
	return s.o.WebApp != nil && safeMethod(r.Method) && r.Method != http.MethodOptions && !strings.HasPrefix(r.URL.Path, "/api/")
}
