package builder_test

import (
	"maps"
	"testing"

	"weft/builder"
)

// Definitions move to another package, with what was changed of them here; nothing of
// the records is lost, and the older package no longer takes them along.
func TestAPackageTakesOver(t *testing.T) {
	t.Parallel()
	b := open(t)
	whole := map[string]string{
		"template.json":         manifest("sales", "1.0.0", ""),
		"entities/deal.json":    entity("deal", text("name")),
		"entities/account.json": entity("account", text("name")),
		"forms/account.json":    `{"kind":"form","key":"account","title":` + title + `,"entity":"account","sections":[{"fields":["name"]}]}`,
	}
	b.in(t, whole)
	b.put(t, "account", "x", `,"name":"A","mine":"kept"`)
	local := b.Published().Clone()
	local.Add(set(t, entity("account", text("name")+","+text("mine"))).Entities[0])
	if _, err := b.Publish(t.Context(), "ada", local); err != nil {
		t.Fatal(err)
	}

	taken := maps.Clone(whole)
	delete(taken, "entities/deal.json")
	taken["template.json"] = manifest("core", "1.0.0", "")
	_, err := b.Install(t.Context(), "ada", readPackage(t, packageFiles(taken)), builder.InstallOptions{ConfirmRoles: true})
	refused(t, err, "/entity/account not_of_package")
	taken["template.json"] = manifest("core", "1.0.0", `,"takes_over":["sales"]`)
	b.in(t, taken)
	if got := b.fields("account"); got != "name mine" {
		t.Error("a local change is lost:", got)
	}
	rest := map[string]string{"template.json": manifest("sales", "1.1.0", `,"requires":["core"]`), "entities/deal.json": whole["entities/deal.json"]}
	b.in(t, rest)
	b.out(t, "sales")
	if b.fields("account") != "name mine" || b.fields("deal") != "no entity" {
		t.Errorf("accounts %q, deals %q", b.fields("account"), b.fields("deal"))
	}
	b.out(t, "core")
	if b.fields("account") != "no entity" {
		t.Error("the accounts do not belong to the package that took them over")
	}
}
