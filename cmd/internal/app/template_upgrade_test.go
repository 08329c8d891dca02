package app_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
	"weft/templates"
)

// firstPipeline is the opportunity pipeline as its version 1.0.0 was: accounts were its
// own, and nobody had contacts or follow-ups.
func firstPipeline(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	read := func(template string, wanted func(name string) bool) {
		dir, err := fs.Sub(templates.FS, template)
		if err == nil {
			err = fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() || !wanted(name) {
					return err
				}
				data, err := fs.ReadFile(dir, name)
				files[name] = string(data)
				return err
			})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	read(pipeline, func(name string) bool {
		return !strings.Contains(name, "follow_up") && !strings.HasPrefix(name, "scenarios/") && !strings.HasPrefix(name, "sample/")
	})
	read("sales-core", func(name string) bool {
		return slices.Contains([]string{"entities/account.json", "forms/account.json", "views/account_list.json"}, name)
	})
	edit := func(name string, change func(document map[string]any)) {
		var document map[string]any
		if err := json.Unmarshal([]byte(files[name]), &document); err != nil {
			t.Fatal(err)
		}
		change(document)
		data, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(data)
	}
	edit("template.json", func(d map[string]any) {
		d["version"] = "1.0.0"
		delete(d, "requires")
	})
	for _, role := range []string{"sales", "sales_manager", "finance"} {
		edit("roles/"+role+".json", func(d map[string]any) {
			d["grants"] = slices.DeleteFunc(d["grants"].([]any), func(g any) bool {
				entity := g.(map[string]any)["entity"]
				return entity == "contact" || entity == "follow_up"
			})
		})
	}
	return files
}

// An installation of the pipeline from before accounts were a package of their own is
// upgraded without loss: they move to that package.
func TestThePipelineIsUpgraded(t *testing.T) {
	t.Parallel()
	a := apptest.Start(t, apptest.Options{})
	install := func(query string) *apptest.Answer {
		t.Helper()
		return a.Do(t, a.Admin, "POST", "/builder/packages?"+query, packageOf(t, firstPipeline(t)), "Content-Type", "application/zip")
	}
	install("confirm_roles=true").Want(t, http.StatusOK)
	li := a.User(t, "li", "sales")
	account := a.Create(t, li.Token, "account", map[string]any{"name": "Acme"})
	deal := a.Create(t, li.Token, "opportunity", map[string]any{"name": "Big", "account": account})

	var done struct {
		Required []struct{ Key string }
	}
	a.Do(t, a.Admin, "POST", "/templates/"+pipeline+"/install", `{"confirmRoles":true}`).Want(t, http.StatusOK).JSON(t, &done)
	if len(done.Required) != 1 || done.Required[0].Key != "sales-core" {
		t.Errorf("%+v", done)
	}
	a.Create(t, li.Token, "follow_up", map[string]any{"type": "call", "note": "after the upgrade", "account": account, "opportunity": deal})
	a.Do(t, a.Admin, "DELETE", "/templates/sales-core?data=keep", nil).Want(t, http.StatusUnprocessableEntity)
	a.Do(t, a.Admin, "DELETE", "/templates/"+pipeline+"?data=keep", nil).Want(t, http.StatusOK)
	a.Do(t, a.Admin, "GET", "/records/opportunity/"+deal, nil).Want(t, http.StatusNotFound)
	if body := a.Do(t, a.Admin, "GET", "/records/account/"+account, nil).Want(t, http.StatusOK).Body; !strings.Contains(body, "Acme") {
		t.Error(body)
	}
	a.Do(t, a.Admin, "POST", "/templates/"+pipeline+"/install", `{"confirmRoles":true}`).Want(t, http.StatusOK)
	a.Do(t, li.Token, "GET", "/records/opportunity/"+deal, nil).Want(t, http.StatusOK)
}

// Lead manager and pipeline go together in either order, and each goes without taking
// what the other needs.
func TestLeadManagerAndPipelineInEitherOrder(t *testing.T) {
	t.Parallel()
	const leads, core = "lead-manager", "sales-core"
	for _, order := range [][]string{{leads, pipeline}, {pipeline, leads}} {
		t.Run(strings.Join(order, ", "), func(t *testing.T) {
			t.Parallel()
			a := apptest.Start(t, apptest.Options{})
			inForce := func() bool { return a.Current.Model().Triggers["lead_opportunity"] != nil }
			field := func(entity, key string) bool {
				e, ok := a.Current.Model().Entity(entity)
				return ok && e.ByKey[key] != nil
			}
			install := func(name string) (required string) {
				t.Helper()
				var done struct {
					Required []struct{ Key string }
				}
				a.Do(t, a.Admin, "POST", "/templates/"+name+"/install", `{"confirmRoles":true,"sampleData":true}`).Want(t, http.StatusOK).JSON(t, &done)
				for _, r := range done.Required {
					required += r.Key
				}
				return required
			}
			uninstall := func(name string, status int) {
				t.Helper()
				a.Do(t, a.Admin, "DELETE", "/templates/"+name+"?data=keep", nil).Want(t, status)
			}
			if first, second := install(order[0]), install(order[1]); first != core || second != "" {
				t.Errorf("required %q, then %q", first, second)
			}
			if !inForce() || !field("follow_up", "lead") || !field("follow_up", "opportunity") {
				t.Error("what joins the two is not in force")
			}
			uninstall(core, http.StatusUnprocessableEntity)
			uninstall(pipeline, http.StatusOK)
			if inForce() || !field("follow_up", "lead") || field("follow_up", "opportunity") {
				t.Error("uninstalling the pipeline took too much or too little")
			}
			install(pipeline)
			uninstall(leads, http.StatusOK)
			if inForce() || field("follow_up", "lead") || !field("follow_up", "opportunity") || !field("account", "name") {
				t.Error("uninstalling the lead manager took too much or too little")
			}
			uninstall(pipeline, http.StatusOK)
			uninstall(core, http.StatusOK)
		})
	}
}
