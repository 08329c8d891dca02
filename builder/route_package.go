package builder

import (
	"fmt"
	"net/http"
	"net/url"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/request"

	"github.com/gorilla/mux"
)

// packageAnswer is a package as the list shows it.
type packageAnswer struct {
	Key     string `json:"key"`
	Version string `json:"version"`
	By      string `json:"by"`
	At      string `json:"at"`
	// Unconfirmed names, as kind/key, what awaits confirmation.
	Unconfirmed []string `json:"unconfirmed,omitempty"`
}

func listPackages(b *Builder, c *requestContext) error {
	list, err := b.Packages(c.r.Context())
	if err != nil {
		return err
	}
	items := make([]packageAnswer, 0, len(list))
	for _, p := range list {
		item := packageAnswer{Key: p.ID, Version: p.Version, By: p.By, At: query.FormatInstant(p.At)}
		awaiting, err := c.options.Packages.Awaiting(c.r.Context(), c.login, p.ID)
		if err != nil {
			return err
		}
		for _, a := range awaiting {
			item.Unconfirmed = append(item.Unconfirmed, a.Name())
		}
		items = append(items, item)
	}
	return c.answer(http.StatusOK, map[string]any{"items": items})
}

// installAnswer answers an install or a confirmation.
type installAnswer struct {
	Installation
	Warnings []map[string]any `json:"warnings,omitempty"`
}

// postPackage installs a package from a zip archive of its folder.
func postPackage(b *Builder, c *requestContext) error {
	o, err := installOptions(c.r.URL.Query())
	if err != nil {
		return err
	}
	data, err := request.Bytes(c.r, MaxPackageBody, "application/zip")
	if err != nil {
		return err
	}
	p, err := ReadArchive(data)
	if err != nil {
		return err
	}
	done, err := c.options.Packages.Install(c.r.Context(), c.login, p, o)
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, installAnswer{done, c.warningsOf(b, done.Version)})
}

// installOptions reads the parameters of an install.
func installOptions(q url.Values) (InstallOptions, error) {
	o := InstallOptions{Keep: q["keep"], Take: q["take"]}
	var problems []problem.Field
	for name, into := range map[string]*bool{
		"confirm_roles": &o.ConfirmRoles, "replace": &o.Replace, "overwrite": &o.Overwrite, "sample_data": &o.SampleData,
	} {
		var err error
		if *into, err = flag(name, q.Get(name)); err != nil {
			problems = append(problems, problem.As(err).Fields...)
		}
	}
	for name := range q {
		switch name {
		case "confirm_roles", "replace", "overwrite", "sample_data", "keep", "take":
		default:
			problems = append(problems, problem.At(problem.Pointer(name), "unknown_parameter", "name", name))
		}
	}
	if len(problems) > 0 {
		return o, problem.Of(problem.Invalid, problems...)
	}
	return o, nil
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

// confirmBody names what is confirmed, as kind/key; nothing named means all
// definitions and the role assignments of the package's own roles.
type confirmBody struct {
	Confirm []string `json:"confirm,omitempty"`
}

func confirmPackage(b *Builder, c *requestContext) error {
	var in confirmBody
	if err := request.ReadJSON(c.r, &in); err != nil {
		return err
	}
	done, err := c.options.Packages.Confirm(c.r.Context(), c.login, mux.Vars(c.r)["key"], in.Confirm)
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, installAnswer{done, c.warningsOf(b, done.Version)})
}
