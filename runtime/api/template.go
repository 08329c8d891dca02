package api

import (
	"context"
	"net/http"

	"weft/runtime/access"
	"weft/schemas"
)

// Gallery lists the shipped templates and installs them.
type Gallery interface {
	// List returns the manifests, by key.
	List() ([]*schemas.Template, error)
	// Install publishes a template by its key: not_found when there is none,
	// invalid when its definitions conflict with the current ones. sampleData adds
	// its records; without confirmRoles its roles give no rights until an
	// administrator confirms them. It returns the published version and the
	// number of sample records created.
	Install(ctx context.Context, by *access.Actor, name string, sampleData, confirmRoles bool) (version int64, records int, err error)
}

type installBody struct {
	SampleData   bool `json:"sampleData"`
	ConfirmRoles bool `json:"confirmRoles"`
}

func listTemplates(rc *requestContext) error {
	items, err := rc.s.o.Gallery.List()
	if err != nil {
		return err
	}
	return rc.json(http.StatusOK, map[string]any{"items": orEmpty(items)})
}

func installTemplate(rc *requestContext) error {
	var o installBody
	if rc.r.ContentLength != 0 {
		if _, err := rc.decode(&o); err != nil {
			return err
		}
	}
	version, records, err := rc.s.o.Gallery.Install(rc.ctx, rc.actor, rc.vars()["name"], o.SampleData, o.ConfirmRoles)
	if err != nil {
		return err
	}
	return rc.json(http.StatusOK, map[string]any{"version": version, "records": records})
}

// backup streams an archive of everything.
func backup(rc *requestContext) error {
	h := rc.Header()
	h.Set("Content-Type", "application/gzip")
	h.Set("Content-Disposition", `attachment; filename="weft-backup.tar.gz"`)
	return rc.s.o.Backup(rc.ctx, rc)
}
