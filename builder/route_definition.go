package builder

import (
	"net/http"

	"github.com/gorilla/mux"

	"weft/runtime/problem"
	"weft/runtime/request"
	"weft/schemas"
)

// wanted is a proposal with the wish to let unused keys vanish.
type wanted struct {
	Proposal
	Force bool `json:"force,omitempty"`
}

// published answers a publishing.
type published struct {
	Version  int64            `json:"version"`
	Warnings []map[string]any `json:"warnings,omitempty"`
}

// published answers with the version and what should be mended in it.
func (c *call) published(b *Builder, version int64) error {
	return c.answer(http.StatusOK, published{version, c.warningsOf(b, version)})
}

// warningsOf are the warnings of a version, if it is in force.
func (c *call) warningsOf(b *Builder, version int64) []map[string]any {
	m := b.current.Model()
	if m == nil || m.Version != version {
		return nil
	}
	return c.warnings(m.Warnings)
}

// warnings are problems in the form of an answer, in the language of the request.
func (c *call) warnings(list []problem.Field) []map[string]any {
	lang := request.Language(c.r)
	out := make([]map[string]any, len(list))
	for i, f := range list {
		out[i] = f.Body(lang)
	}
	return out
}

func getDefinitions(b *Builder, c *call) error {
	return c.answer(http.StatusOK, map[string]any{"version": b.version(), "definitions": b.present()})
}

func getSchema(_ *Builder, c *call) error {
	kind := schemas.Kind(mux.Vars(c.r)["kind"])
	data := schemas.MetaSchema(kind)
	if kind == "common" {
		data = schemas.CommonSchema()
	}
	if data == nil {
		return problem.New(problem.NotFound, "", nil)
	}
	c.w.Header().Set("Content-Type", "application/schema+json")
	_, _ = c.w.Write(data)
	return nil
}

func postCheck(b *Builder, c *call) error {
	var in wanted
	if err := request.ReadJSON(c.r, &in); err != nil {
		return err
	}
	return check(b, c, in)
}

// check answers nothing when all is well, warnings when there are some, else the
// problem that publishing would give.
func check(b *Builder, c *call, in wanted) error {
	problems, warnings, err := b.CheckProposal(c.r.Context(), in.Proposal, in.Force)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return problem.Of(problem.Invalid, problems...)
	}
	if len(warnings) > 0 {
		return c.answer(http.StatusOK, map[string]any{"warnings": c.warnings(warnings)})
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func postImpact(b *Builder, c *call) error {
	var in wanted
	if err := request.ReadJSON(c.r, &in); err != nil {
		return err
	}
	return impact(b, c, in.Proposal)
}

func impact(b *Builder, c *call, p Proposal) error {
	set, problems := b.Apply(p)
	if len(problems) > 0 {
		return problem.Of(problem.Invalid, problems...)
	}
	out, err := b.Impact(c.r.Context(), set)
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, out)
}

func postPublish(b *Builder, c *call) error {
	var in wanted
	if err := request.ReadJSON(c.r, &in); err != nil {
		return err
	}
	v, err := b.PublishProposal(c.r.Context(), c.login, in.Proposal, in.Force)
	if err != nil {
		return err
	}
	return c.published(b, v)
}

func listVersions(b *Builder, c *call) error {
	q := c.r.URL.Query()
	before, err := number("before", q.Get("before"))
	if err != nil {
		return err
	}
	limit, err := number("limit", q.Get("limit"))
	if err != nil {
		return err
	}
	if limit == 0 || limit > 1000 {
		limit = 50
	}
	list, err := b.Versions(c.r.Context(), before, int(limit))
	if err != nil {
		return err
	}
	renewing, err := b.Renewing(c.r.Context())
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, map[string]any{"items": list, "renewing": renewing, "building": b.PendingIndexes()})
}

func getVersion(b *Builder, c *call) error {
	v, err := number("version", mux.Vars(c.r)["version"])
	if err != nil {
		return err
	}
	set, err := b.Definitions(c.r.Context(), v)
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, map[string]any{"version": v, "definitions": set})
}

func postRollback(b *Builder, c *call) error {
	v, err := number("version", mux.Vars(c.r)["version"])
	if err != nil {
		return err
	}
	made, err := b.Rollback(c.r.Context(), c.login, v)
	if err != nil {
		return err
	}
	return c.published(b, made)
}
