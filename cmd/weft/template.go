package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"weft/builder"
	"weft/schemas"
)

type templateCmd struct {
	List    templateListCmd    `cmd:"" help:"List the templates that ship with weft."`
	Install templateInstallCmd `cmd:"" help:"Install a template: a name, or a folder with a package."`
	Confirm templateConfirmCmd `cmd:"" help:"Confirm the roles, triggers, scripts and role assignments of an installed package."`
	Export  templateExportCmd  `cmd:"" help:"Write an installed package as a folder."`
}

type templateListCmd struct{}

// shipped is a template of the gallery.
type shipped struct {
	Key     string        `json:"key"`
	Version string        `json:"version"`
	Title   schemas.Title `json:"title"`
}

// Run lists the templates.
func (templateListCmd) Run(ctx context.Context, m *Main) error {
	var list struct {
		Items []shipped `json:"items"`
	}
	if err := m.call(ctx, "GET", "/templates", nil, &list); err != nil {
		return err
	}
	var lines []string
	for _, t := range list.Items {
		lines = append(lines, fmt.Sprintf("%-24s %-8s %s · %s", t.Key, t.Version, t.Title.ZhCN, t.Title.En))
	}
	return m.print(list.Items, strings.Join(lines, "\n"))
}

type templateInstallCmd struct {
	Name         string   `arg:"" help:"Name of a shipped template, or a folder."`
	SampleData   bool     `help:"Add the template's sample records."`
	ConfirmRoles bool     `help:"Let the roles of a folder's package give rights at once (a shipped template's do)."`
	Replace      bool     `help:"Replace an installed package of the same key that differs."`
	Keep         []string `help:"Keep this installation's version of a definition that the package has changed, too, as kind/key." placeholder:"NAME"`
	Take         []string `help:"Take the package's version of a definition that was changed here, as kind/key." placeholder:"NAME"`
	IfMissing    bool     `help:"Do nothing when a template of that name is installed."`
}

// installed is what the API says of an install.
type installed struct {
	builder.Installation
	// Warnings are lists and figures that no index serves, and what would.
	Warnings []problemEntry `json:"warnings,omitempty"`
}

// Run installs a shipped template or a folder.
func (c *templateInstallCmd) Run(ctx context.Context, m *Main) error {
	api, err := m.connect(ctx)
	if err != nil {
		return err
	}
	if info, err := os.Stat(c.Name); err == nil && info.IsDir() {
		return c.installFolder(ctx, m, api)
	}
	if c.IfMissing {
		there, err := api.hasPackage(ctx, c.Name)
		if err != nil || there {
			return err
		}
	}
	var done installed
	body := map[string]any{"sampleData": c.SampleData, "confirmRoles": true, "replace": c.Replace, "keep": c.Keep, "take": c.Take}
	if err := api.call(ctx, "POST", "/templates/"+url.PathEscape(c.Name)+"/install", body, &done); err != nil {
		var p *problemError
		if errors.As(err, &p) && p.Status == 404 {
			return fmt.Errorf("there is no template or folder %q; weft template list names the templates", c.Name)
		}
		return fmt.Errorf("install %s: %w", c.Name, err)
	}
	return m.print(done, done.text(m, c.Name))
}

// installFolder sends a folder as a package.
func (c *templateInstallCmd) installFolder(ctx context.Context, m *Main, api *client) error {
	archive, err := zipFolder(c.Name)
	if err != nil {
		return fmt.Errorf("package %s: %w", c.Name, err)
	}
	q := url.Values{
		"confirm_roles": {strconv.FormatBool(c.ConfirmRoles)}, "sample_data": {strconv.FormatBool(c.SampleData)},
		"replace": {strconv.FormatBool(c.Replace)}, "keep": c.Keep, "take": c.Take,
	}
	res, err := api.send(ctx, "POST", "/builder/packages?"+q.Encode(), "application/zip", bytes.NewReader(archive), nil)
	if err != nil {
		return fmt.Errorf("install %s: %w", c.Name, err)
	}
	defer res.Body.Close()
	var done installed
	if err := json.NewDecoder(res.Body).Decode(&done); err != nil {
		return fmt.Errorf("install %s: %w", c.Name, err)
	}
	return m.print(done, done.text(m, c.Name))
}

func (d installed) text(m *Main, name string) string {
	text := m.say("已安装 %s；定义现在是版本 %d", "installed %s; the definitions are now version %d", name, d.Version)
	if d.Records > 0 {
		text += m.say("，含 %d 条示例记录", ", with %d sample records", d.Records)
	}
	text += confirmation(m, name, d.Confirmed, d.Awaiting)
	for _, r := range d.Required {
		text += "\n" + m.say("一并安装 %s", "with it came %s", r.Key) + confirmation(m, r.Key, r.Confirmed, r.Awaiting)
	}
	if len(d.Warnings) > 0 {
		text += "\n" + problemLines(m.say("提醒", "warning"), d.Warnings)
	}
	return text
}

// confirmation says what of a package is confirmed and what awaits it.
func confirmation(m *Main, key string, confirmed, awaiting []builder.Confirmable) string {
	return listed("\n"+m.say("已确认：", "confirmed: "), confirmed) +
		listed("\n"+m.say("等待确认（weft template confirm %s）：", "awaits confirmation (weft template confirm %s): ", key), awaiting)
}

// listed names parts of a package after a heading; nothing without any.
func listed(heading string, parts []builder.Confirmable) string {
	if len(parts) == 0 {
		return ""
	}
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.Name()
	}
	return heading + strings.Join(names, ", ")
}

type templateConfirmCmd struct {
	Name string   `arg:"" help:"Key of an installed package."`
	Part []string `arg:"" optional:"" help:"What to confirm, as kind/key; if left out, all definitions and the assignments of the package's own roles."`
}

// Run confirms what awaits it.
func (c *templateConfirmCmd) Run(ctx context.Context, m *Main) error {
	var done installed
	if err := m.call(ctx, "POST", "/builder/packages/"+url.PathEscape(c.Name)+"/confirm", map[string]any{"confirm": c.Part}, &done); err != nil {
		return fmt.Errorf("confirm %s: %w", c.Name, err)
	}
	return m.print(done, m.say("已确认 %s；定义现在是版本 %d", "confirmed %s; the definitions are now version %d", c.Name, done.Version)+listed("\n"+m.say("仍等待确认：", "still awaits confirmation: "), done.Awaiting))
}

func (c *client) hasPackage(ctx context.Context, key string) (bool, error) {
	var list struct {
		Items []builder.Ref `json:"items"`
	}
	if err := c.call(ctx, "GET", "/builder/packages", nil, &list); err != nil {
		return false, err
	}
	return slices.ContainsFunc(list.Items, func(p builder.Ref) bool { return p.Key == key }), nil
}

// packageLimit bounds what is read of a package folder, in bytes.
const packageLimit = 16 << 20

// zipFolder packs a package folder.
func zipFolder(dir string) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	size, root := 0, os.DirFS(dir)
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		if size += len(text); size > packageLimit {
			return fmt.Errorf("it is larger than %d MiB", packageLimit>>20)
		}
		w, err := z.Create(name)
		if err != nil {
			return err
		}
		_, err = w.Write(text)
		return err
	})
	err = errors.Join(err, z.Close()) // writes the directory of the archive
	return out.Bytes(), err
}

type templateExportCmd struct {
	Name   string `arg:"" help:"Key of an installed package."`
	Folder string `arg:"" help:"Folder to write; it must not exist or be empty." optional:""`
}

// Run writes the package with what was changed here since it was installed.
func (c *templateExportCmd) Run(ctx context.Context, m *Main) error {
	dir := cmp.Or(c.Folder, c.Name)
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("the folder %s is not empty", dir)
	}
	api, err := m.connect(ctx)
	if err != nil {
		return err
	}
	res, err := api.send(ctx, "GET", "/builder/packages/"+url.PathEscape(c.Name), "", nil, nil)
	if err != nil {
		return fmt.Errorf("export %s: %w", c.Name, err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, packageLimit))
	if err != nil {
		return fmt.Errorf("export %s: %w", c.Name, err)
	}
	names, err := unzipFolder(data, dir)
	if err != nil {
		return fmt.Errorf("export %s: %w", c.Name, err)
	}
	return m.print(names, m.say("已写入 %s（%d 个文件）", "wrote %s (%d files)", dir, len(names)))
}

// unzipFolder writes the files of an archive into dir, and nowhere else.
func unzipFolder(data []byte, dir string) ([]string, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	var names []string
	for _, f := range z.File {
		text, err := fs.ReadFile(z, f.Name)
		if err != nil {
			return nil, err
		}
		if err := root.MkdirAll(filepath.Dir(f.Name), 0o755); err != nil {
			return nil, err
		}
		if err := root.WriteFile(f.Name, text, 0o644); err != nil {
			return nil, err
		}
		names = append(names, f.Name)
	}
	return names, nil
}
