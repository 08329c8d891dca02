package api

import (
	"context"
	"net/http"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/schemas"
)

// Gallery lists the shipped templates and installs them.
type Gallery interface {
	// List returns the manifests, by key.
	List() ([]*schemas.Template, error)
	// Install publishes a template by its key: not_found when there is none, invalid
	// when its definitions conflict with the current ones, conflict when another
	// package of its key is installed. It returns the answer.
	Install(ctx context.Context, by *access.Actor, name string, o InstallOptions) (any, error)
	// Uninstall removes the definitions of an installed package; its records stay
	// out of sight, or are deleted with removeData. It returns the answer.
	Uninstall(ctx context.Context, by *access.Actor, name string, removeData bool) (any, error)
}

// InstallOptions of a shipped template.
type InstallOptions struct {
	// SampleData adds sample records; their role assignments must be confirmed, too.
	SampleData bool `json:"sampleData"`
	// ConfirmRoles lets roles give rights and triggers and scripts run at once.
	ConfirmRoles bool `json:"confirmRoles"`
	// Replace replaces an installed package of the same key that differs.
	Replace bool `json:"replace"`
	// Keep and Take decide about definitions, as kind/key, that were changed both
	// here and in the template.
	Keep []string `json:"keep"`
	Take []string `json:"take"`
}

func listTemplates(rc *requestContext) error {
	items, err := rc.s.o.Gallery.List()
	if err != nil {
		return err
	}
	return rc.json(http.StatusOK, map[string]any{"items": orEmpty(items)})
}

func installTemplate(rc *requestContext) error {
	var o InstallOptions
	if rc.r.ContentLength != 0 {
		if _, err := rc.decode(&o); err != nil {
			return err
		}
	}
	return rc.answer(rc.s.o.Gallery.Install(rc.ctx, rc.actor, rc.vars()["name"], o))
}

func uninstallTemplate(rc *requestContext) error {
	data := rc.r.URL.Query().Get("data")
	if data != "keep" && data != "remove" {
		return problem.Of(problem.Invalid, problem.At("/data", "not_one_of", "values", "keep, remove"))
	}
	return rc.answer(rc.s.o.Gallery.Uninstall(rc.ctx, rc.actor, rc.vars()["name"], data == "remove"))
}

// backup streams an archive of everything.
func backup(rc *requestContext) error {
	h := rc.Header()
	h.Set("Content-Type", "application/gzip")
	h.Set("Content-Disposition", `attachment; filename="weft-backup.tar.gz"`)
	return rc.s.o.Backup(rc.ctx, rc)
}
