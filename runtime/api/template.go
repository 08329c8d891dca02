package api

import (
	"context"
	"net/http"

	"weft/runtime/access"
	"weft/schemas"
)

// Gallery knows the shipped templates and installs them.
type Gallery interface {
	// List gives the manifests, by key.
	List() ([]*schemas.Template, error)
	// Install publishes a template by its key: not_found when there is none,
	// invalid when its definitions do not fit the present ones. sampleData adds
	// its records; without confirmRoles its roles give no rights until an
	// administrator confirms them. It returns the version in force and the
	// number of sample records made.
	Install(ctx context.Context, by *access.Actor, name string, sampleData, confirmRoles bool) (version int64, records int, err error)
}

type installBody struct {
	SampleData   bool `json:"sampleData"`
	ConfirmRoles bool `json:"confirmRoles"`
}

func listTemplates(x *exchange) error {
	items, err := x.s.o.Gallery.List()
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, map[string]any{"items": orEmpty(items)})
}

func installTemplate(x *exchange) error {
	var o installBody
	if x.r.ContentLength != 0 {
		if _, err := x.decode(&o); err != nil {
			return err
		}
	}
	version, records, err := x.s.o.Gallery.Install(x.ctx, x.actor, x.vars()["name"], o.SampleData, o.ConfirmRoles)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, map[string]any{"version": version, "records": records})
}

// backup streams an archive; what writes it knows its form.
func backup(x *exchange) error {
	h := x.Header()
	h.Set("Content-Type", "application/gzip")
	h.Set("Content-Disposition", `attachment; filename="weft-backup.tar.gz"`)
	return x.s.o.Backup(x.ctx, x)
}
