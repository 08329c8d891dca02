package builder

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gorilla/mux"

	"weft/runtime/problem"
)

// RouteOptions is what the routes need of the HTTP server.
type RouteOptions struct {
	// Caller gives the login of the caller, "" for none, and whether they are an administrator.
	Caller func(*http.Request) (login string, admin bool)
	// Problem answers an error.
	Problem func(http.ResponseWriter, *http.Request, error)
	// Packages installs packages; nil installs definitions only.
	Packages PackageInstaller
	// Rules tries assignment rules.
	Rules RuleTrier
}

// PackageInstaller installs packages with their import mappings and sample data.
type PackageInstaller interface {
	Install(ctx context.Context, login string, p *Package, o InstallOptions) (Installation, error)
	// Confirm confirms what of a package awaits it; only what names name, if any.
	Confirm(ctx context.Context, login, key string, names []string) (Installation, error)
	Awaiting(ctx context.Context, login, key string) ([]Confirmable, error)
}

// definitionInstaller is a PackageInstaller of definitions only.
type definitionInstaller struct{ *Builder }

func (d definitionInstaller) Install(ctx context.Context, login string, p *Package, o InstallOptions) (Installation, error) {
	v, err := d.Builder.Install(ctx, login, p, o)
	if err != nil {
		return Installation{}, err
	}
	return d.answer(ctx, v, p.Manifest.Key)
}

func (d definitionInstaller) Confirm(ctx context.Context, login, key string, names []string) (Installation, error) {
	v, err := d.Builder.Confirm(ctx, login, key, names...)
	if err != nil {
		return Installation{}, err
	}
	return d.answer(ctx, v, key)
}

func (d definitionInstaller) answer(ctx context.Context, version int64, key string) (Installation, error) {
	awaiting, err := d.Builder.Awaiting(ctx, key)
	return Installation{Version: version, Awaiting: awaiting}, err
}

func (d definitionInstaller) Awaiting(ctx context.Context, _, key string) ([]Confirmable, error) {
	return d.Builder.Awaiting(ctx, key)
}

// MaxPackageBody is the largest uploaded package in bytes.
const MaxPackageBody = 10 << 20

// handler answers a request of an administrator, or fails.
type handler func(b *Builder, c *requestContext) error

// requestContext is one request.
type requestContext struct {
	w       http.ResponseWriter
	r       *http.Request
	login   string
	options RouteOptions
}

// Route is one route of the builder, below /api/v1.
type Route struct {
	Method, Path string
	handle       handler
}

// Table lists the routes. All are for administrators only.
func Table() []Route {
	return []Route{
		{"GET", "/builder/definitions", getDefinitions},
		{"GET", "/builder/schemas", listSchemas},
		{"GET", "/builder/schemas/{kind}", getSchema},
		{"POST", "/builder/check", postCheck},
		{"POST", "/builder/impact", postImpact},
		{"POST", "/builder/publish", postPublish},
		{"GET", "/builder/drafts", listDrafts},
		{"GET", "/builder/drafts/{name}", getDraft},
		{"PUT", "/builder/drafts/{name}", putDraft},
		{"DELETE", "/builder/drafts/{name}", deleteDraft},
		{"POST", "/builder/drafts/{name}/check", checkDraft},
		{"POST", "/builder/drafts/{name}/impact", impactDraft},
		{"POST", "/builder/drafts/{name}/publish", publishDraft},
		{"POST", "/builder/assignment_rules/try", tryAssignmentRule},
		{"GET", "/builder/versions", listVersions},
		{"GET", "/builder/versions/{version}", getVersion},
		{"POST", "/builder/versions/{version}/rollback", postRollback},
		{"GET", "/builder/packages", listPackages},
		{"POST", "/builder/packages", postPackage},
		{"GET", "/builder/packages/{key}", getPackage},
		{"POST", "/builder/packages/{key}/confirm", confirmPackage},
	}
}

// Routes adds the builder's routes to r, whose prefix is /api/v1.
func (b *Builder) Routes(r *mux.Router, d RouteOptions) {
	if d.Packages == nil {
		d.Packages = definitionInstaller{b}
	}
	for _, rt := range Table() {
		r.HandleFunc(rt.Path, func(w http.ResponseWriter, req *http.Request) {
			login, admin := d.Caller(req)
			err := error(nil)
			switch {
			case login == "":
				err = problem.New(problem.Unauthenticated, "", nil)
			case !admin:
				err = problem.New(problem.Forbidden, "", nil)
			default:
				err = rt.handle(b, &requestContext{w: w, r: req, login: login, options: d})
			}
			if err != nil {
				d.Problem(w, req, err)
			}
		}).Methods(rt.Method)
	}
}

// answer writes v as JSON.
func (c *requestContext) answer(status int, v any) error {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("builder: answer: %w", err)
	}
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(status)
	_, _ = c.w.Write(body.Bytes()) // a client that is gone needs no answer
	return nil
}

// number reads a number of the path or query; "" is 0, another text 422.
func number(name, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, problem.Of(problem.Invalid, problem.At("/"+name, "wrong_type", "want", "integer"))
	}
	return n, nil
}

// flag reads a switch of the query.
func flag(name, text string) (bool, error) {
	switch text {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, problem.Of(problem.Invalid, problem.At("/"+name, "wrong_type", "want", "boolean"))
}
