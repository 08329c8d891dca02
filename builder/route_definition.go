package builder

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/gorilla/mux"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/request"
	"weft/runtime/store"
	"weft/schemas"
)

// proposalBody is a proposal; Force allows the removal of unused keys.
type proposalBody struct {
	Proposal
	Force bool `json:"force,omitempty"`
}

// publishedAnswer answers a publishing.
type publishedAnswer struct {
	Version int64 `json:"version"`
	// Conversions say what is being converted in the background.
	Conversions []ConversionReport `json:"conversions,omitempty"`
	Warnings    []map[string]any   `json:"warnings,omitempty"`
}

// published answers with the version and its warnings.
func (c *requestContext) published(b *Builder, version int64) error {
	row, err := versions.Get(c.r.Context(), b.store, model.VersionID(version))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return c.answer(http.StatusOK, publishedAnswer{version, row.Conversions, c.warningsOf(b, version)})
}

// warningsOf are the warnings of a version, if it is the current one.
func (c *requestContext) warningsOf(b *Builder, version int64) []map[string]any {
	m := b.current.Model()
	if m == nil || m.Version != version {
		return nil
	}
	return c.warnings(m.Warnings)
}

// warnings are problems in the form of an answer, in the language of the request.
func (c *requestContext) warnings(list []problem.Field) []map[string]any {
	lang := request.Language(c.r)
	out := make([]map[string]any, len(list))
	for i, f := range list {
		out[i] = f.Body(lang)
	}
	return out
}

func getDefinitions(b *Builder, c *requestContext) error {
	return c.answer(http.StatusOK, map[string]any{"version": b.version(), "definitions": b.Published()})
}

// schemaItem is a meta-schema in the list of them; Folder is where packages keep
// such documents.
type schemaItem struct {
	Kind   schemas.Kind `json:"kind"`
	Title  string       `json:"title"`
	Folder string       `json:"folder,omitempty"`
}

// listSchemas lists the kinds of definitions, then the other documents of packages.
func listSchemas(_ *Builder, c *requestContext) error {
	items := []schemaItem{}
	for _, k := range append(schemas.Kinds(), schemas.Documents()...) {
		var head struct {
			Title string `json:"title"`
		}
		if err := json.Unmarshal(schemas.MetaSchema(k), &head); err != nil {
			return fmt.Errorf("builder: meta-schema %s: %w", k, err)
		}
		items = append(items, schemaItem{Kind: k, Title: head.Title, Folder: folderOf(k)})
	}
	return c.answer(http.StatusOK, map[string]any{"items": items})
}

// folderOf is the folder of a package for documents of kind k; "" for its manifest.
func folderOf(k schemas.Kind) string {
	for folder, kind := range folders {
		if kind == k {
			return folder
		}
	}
	return documentFolders[k]
}

func getSchema(_ *Builder, c *requestContext) error {
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

func postCheck(b *Builder, c *requestContext) error {
	var in proposalBody
	if err := request.ReadJSON(c.r, &in); err != nil {
		return err
	}
	return check(b, c, in)
}

// check answers the warnings when publishing would succeed, else the problem
// that publishing would give.
func check(b *Builder, c *requestContext, in proposalBody) error {
	problems, warnings, err := b.CheckProposal(c.r.Context(), in.Proposal, in.Force)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return problem.Of(problem.Invalid, problems...)
	}
	return c.answer(http.StatusOK, map[string]any{"problems": []any{}, "warnings": c.warnings(warnings)})
}

func postImpact(b *Builder, c *requestContext) error {
	var in proposalBody
	if err := request.ReadJSON(c.r, &in); err != nil {
		return err
	}
	return impact(b, c, in.Proposal)
}

func impact(b *Builder, c *requestContext, p Proposal) error {
	set, problems := b.Apply(p)
	if len(problems) > 0 {
		return problem.Of(problem.Invalid, problems...)
	}
	out, err := b.Impact(c.r.Context(), set, p.conversions())
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, out)
}

func postPublish(b *Builder, c *requestContext) error {
	var in proposalBody
	if err := request.ReadJSON(c.r, &in); err != nil {
		return err
	}
	v, err := b.PublishProposal(c.r.Context(), c.login, in.Proposal, in.Force)
	if err != nil {
		return err
	}
	return c.published(b, v)
}

func listVersions(b *Builder, c *requestContext) error {
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
	renewing, err := b.Recomputing(c.r.Context())
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, map[string]any{"items": list, "renewing": renewing, "building": b.PendingIndexes()})
}

func getVersion(b *Builder, c *requestContext) error {
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

func postRollback(b *Builder, c *requestContext) error {
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
