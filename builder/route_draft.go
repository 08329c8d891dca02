package builder

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"weft/runtime/problem"
	"weft/runtime/request"
)

// forceBody is the body of publishing or checking a draft.
type forceBody struct {
	Force bool   `json:"force,omitempty"`
	Note  string `json:"note,omitempty"`
}

func listDrafts(b *Builder, c *requestContext) error {
	list, err := b.Drafts(c.r.Context())
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, map[string]any{"items": list})
}

func getDraft(b *Builder, c *requestContext) error {
	d, err := b.Draft(c.r.Context(), mux.Vars(c.r)["name"])
	if err != nil {
		return err
	}
	return c.draft(d)
}

func (c *requestContext) draft(d Draft) error {
	c.w.Header().Set("ETag", strconv.Quote(strconv.FormatInt(d.Rev, 10)))
	return c.answer(http.StatusOK, d)
}

// putDraft makes a draft, or changes it when If-Match names its revision.
func putDraft(b *Builder, c *requestContext) error {
	var in Proposal
	if err := request.ReadJSON(c.r, &in); err != nil {
		return err
	}
	rev := int64(0)
	if match := c.r.Header.Get("If-Match"); match != "" {
		var err error
		rev, err = strconv.ParseInt(strings.Trim(strings.TrimPrefix(match, "W/"), `"`), 10, 64)
		if err != nil || rev < 1 {
			return problem.New(problem.Stale, "", nil)
		}
	}
	d, err := b.PutDraft(c.r.Context(), c.login, mux.Vars(c.r)["name"], rev, in)
	if err != nil {
		return err
	}
	return c.draft(d)
}

func deleteDraft(b *Builder, c *requestContext) error {
	if err := b.DeleteDraft(c.r.Context(), mux.Vars(c.r)["name"]); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func checkDraft(b *Builder, c *requestContext) error {
	var in forceBody
	if err := request.ReadJSON(c.r, &in); err != nil {
		return err
	}
	d, err := b.Draft(c.r.Context(), mux.Vars(c.r)["name"])
	if err != nil {
		return err
	}
	overtaken, err := b.overtaken(c.r.Context(), d)
	if err != nil {
		return err
	}
	if len(overtaken) > 0 {
		return problem.Of(problem.Conflict, overtaken...)
	}
	return check(b, c, proposalBody{d.Proposal, in.Force})
}

func impactDraft(b *Builder, c *requestContext) error {
	d, err := b.Draft(c.r.Context(), mux.Vars(c.r)["name"])
	if err != nil {
		return err
	}
	return impact(b, c, d.Proposal)
}

func publishDraft(b *Builder, c *requestContext) error {
	var in forceBody
	if err := request.ReadJSON(c.r, &in); err != nil {
		return err
	}
	v, err := b.PublishDraft(c.r.Context(), c.login, mux.Vars(c.r)["name"], in.Force, in.Note)
	if err != nil {
		return err
	}
	return c.published(b, v)
}
