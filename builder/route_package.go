package builder

import (
	"fmt"
	"net/http"

	"weft/runtime/request"

	"github.com/gorilla/mux"
)

// packageAnswer is a package as the list shows it.
type packageAnswer struct {
	Key     string `json:"key"`
	Version string `json:"version"`
	By      string `json:"by"`
	At      string `json:"at"`
	// Unconfirmed are the definitions, as kind/key, that wait for confirming.
	Unconfirmed []string `json:"unconfirmed,omitempty"`
}

func listPackages(b *Builder, c *requestContext) error {
	list, err := b.Packages(c.r.Context())
	if err != nil {
		return err
	}
	waiting, err := b.Unconfirmed(c.r.Context())
	if err != nil {
		return err
	}
	items := make([]packageAnswer, 0, len(list))
	for _, p := range list {
		item := packageAnswer{Key: p.ID, Version: p.Version, By: p.By, At: p.At.Format("2006-01-02T15:04:05.000Z")}
		for _, d := range waiting[p.ID] {
			item.Unconfirmed = append(item.Unconfirmed, name(d))
		}
		items = append(items, item)
	}
	return c.answer(http.StatusOK, map[string]any{"items": items})
}

// installAnswer is the answer to an install.
type installAnswer struct {
	Version  int64            `json:"version"`
	Records  int              `json:"records"`
	Warnings []map[string]any `json:"warnings,omitempty"`
}

// postPackage installs a package from a zip archive of its folder.
func postPackage(b *Builder, c *requestContext) error {
	var o InstallOptions
	var sampleData bool
	var err error
	q := c.r.URL.Query()
	if o.ConfirmRoles, err = flag("confirm_roles", q.Get("confirm_roles")); err != nil {
		return err
	}
	if o.Overwrite, err = flag("overwrite", q.Get("overwrite")); err != nil {
		return err
	}
	if sampleData, err = flag("sample_data", q.Get("sample_data")); err != nil {
		return err
	}
	data, err := request.Bytes(c.r, maxPackageBody, "application/zip")
	if err != nil {
		return err
	}
	p, err := ReadArchive(data)
	if err != nil {
		return err
	}
	var done installAnswer
	if c.options.Install == nil {
		done.Version, err = b.Install(c.r.Context(), c.login, p, o)
	} else {
		done.Version, done.Records, err = c.options.Install(c.r.Context(), c.login, p, o, sampleData)
	}
	if err != nil {
		return err
	}
	done.Warnings = c.warningsOf(b, done.Version)
	return c.answer(http.StatusOK, done)
}

func getPackage(b *Builder, c *requestContext) error {
	p, err := b.Export(c.r.Context(), mux.Vars(c.r)["key"])
	if err != nil {
		return err
	}
	data, err := p.Archive()
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%s.zip"`, p.Manifest.Key, p.Manifest.Version))
	_, _ = c.w.Write(data)
	return nil
}

func confirmPackage(b *Builder, c *requestContext) error {
	v, err := b.Confirm(c.r.Context(), c.login, mux.Vars(c.r)["key"])
	if err != nil {
		return err
	}
	return c.published(b, v)
}
