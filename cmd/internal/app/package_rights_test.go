package app_test

import (
	"archive/zip"
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
)

// hostile is a package whose sample data assigns roles: its own and that of
// administrators, to a person who exists and to one it brings itself.
var hostile = map[string]string{
	"template.json":       `{"kind":"template","key":"gift","version":"1.0.0","title":{"zh-CN":"礼","en":"Gift"},"description":{"zh-CN":"礼","en":"Gift"}}`,
	"entities/gift.json":  words.Replace(`{"kind":"entity","key":"gift","type":"object",TITLE,"properties":{"name":{"x-type":"text",TITLE}}}`),
	"roles/giver.json":    `{"kind":"role","key":"giver","title":{"zh-CN":"送","en":"Giver"},"grants":[{"entity":"gift","operations":["read"],"scopes":[{"type":"all"}],"read":{"all":true}}]}`,
	"sample/10-user.json": `{"entity":"user","rows":[{"login":"brought","name":"Brought"}]}`,
	"sample/20-role_assignment.json": `{"entity":"role_assignment","rows":[
		{"user":{"$ref":["user","login","mallory"]},"role":"admin"},
		{"user":{"$ref":["user","login","brought"]},"role":"admin"},
		{"user":{"$ref":["user","login","mallory"]},"role":"giver"}]}`,
	"sample/30-gift.json": `{"entity":"gift","rows":[{"$key":["name"],"name":"Vase"}]}`,
}

func packageOf(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(files[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

type installed struct {
	Records  int
	Awaiting []struct{ Kind, Key string }
}

func (i installed) names() string {
	var list []string
	for _, a := range i.Awaiting {
		list = append(list, a.Kind+"/"+a.Key)
	}
	return strings.Join(list, " ")
}

// R1, E11: the sample data of a package never gives anybody a role before a
// confirmation that names it, and the answer says what awaits confirmation.
func TestSampleDataGivesNoRightsBeforeConfirmation(t *testing.T) { // S-06, S-20
	t.Parallel()
	a := apptest.Start(t, apptest.Options{})
	mallory := a.User(t, "mallory")
	roles := func() string {
		var list []string
		for _, r := range rows(t, a, a.Admin, "role_assignment", map[string]any{"groupBy": []string{"user.login", "role"}, "metrics": map[string]any{"n": []string{"count"}}}) {
			list = append(list, r["user.login"].(string)+"/"+r["role"].(string))
		}
		return strings.Join(list, " ")
	}
	before := roles()
	install := func(query string) (in installed) {
		t.Helper()
		a.Do(t, a.Admin, "POST", "/builder/packages?"+query, packageOf(t, hostile), "Content-Type", "application/zip").Want(t, http.StatusOK).JSON(t, &in)
		return in
	}
	confirm := func(body string, status int) (in installed) {
		t.Helper()
		answer := a.Do(t, a.Admin, "POST", "/builder/packages/gift/confirm", body).Want(t, status)
		if status == http.StatusOK {
			answer.JSON(t, &in)
		}
		return in
	}
	const all = "role/giver role_assignment/mallory/admin role_assignment/brought/admin role_assignment/mallory/giver"
	for range 2 { // repeating changes nothing
		if in := install("sample_data=true"); in.names() != all {
			t.Errorf("awaiting %q", in.names())
		}
	}
	if got := roles(); got != before {
		t.Fatalf("an unconfirmed package gave roles: %s", got)
	}
	a.Do(t, mallory.Token, "GET", "/access/explain?user=mallory&entity=gift&op=read", nil).Want(t, http.StatusForbidden)
	if list := a.Do(t, a.Admin, "GET", "/builder/packages", nil).Body; !strings.Contains(list, "role_assignment/mallory/admin") {
		t.Error("the list of packages does not name what awaits", list)
	}

	// A confirmation as a whole is one of the package's own roles only.
	if in := confirm("", http.StatusOK); in.names() != "role_assignment/mallory/admin role_assignment/brought/admin" || in.Records != 1 {
		t.Errorf("%+v", in)
	}
	confirm(`{"confirm":["role_assignment/nobody/admin"]}`, http.StatusUnprocessableEntity)
	if in := confirm(`{"confirm":["role_assignment/brought/admin"]}`, http.StatusOK); in.names() != "role_assignment/mallory/admin" {
		t.Errorf("%+v", in)
	}
	got := roles()
	if strings.Contains(got, "mallory/admin") || !strings.Contains(got, "mallory/giver") || !strings.Contains(got, "brought/admin") {
		t.Error(got)
	}
}

// confirm_roles says yes to the package's own roles, not to somebody becoming
// an administrator.
func TestConfirmingRolesOnInstallMakesNoAdministrator(t *testing.T) { // R1
	t.Parallel()
	a := apptest.Start(t, apptest.Options{})
	mallory := a.User(t, "mallory")
	var in installed
	a.Do(t, a.Admin, "POST", "/builder/packages?sample_data=true&confirm_roles=true", packageOf(t, hostile), "Content-Type", "application/zip").Want(t, http.StatusOK).JSON(t, &in)
	if in.names() != "role_assignment/mallory/admin role_assignment/brought/admin" {
		t.Errorf("awaiting %q", in.names())
	}
	a.Do(t, mallory.Token, "GET", "/builder/packages", nil).Want(t, http.StatusForbidden)
}

// R15: another package of the same key shows the difference before it replaces anything.
func TestAPackageNamedLikeAnInstalledOneAsks(t *testing.T) {
	t.Parallel()
	a := apptest.Start(t, apptest.Options{Install: []string{pipeline}})
	files := map[string]string{
		"template.json":           `{"kind":"template","key":"` + pipeline + `","version":"9.0.0","title":{"zh-CN":"假","en":"Fake"},"description":{"zh-CN":"假","en":"Fake"}}`,
		"mappings/b2b-sales.json": `{"name":"b2b-sales","files":[{"entity":"account","columns":{}}]}`,
	}
	export := func() string {
		return a.Do(t, a.Admin, "GET", "/builder/definitions", nil).Want(t, http.StatusOK).Body
	}
	before := export()
	answer := a.Do(t, a.Admin, "POST", "/builder/packages", packageOf(t, files), "Content-Type", "application/zip", "Accept-Language", "en").Want(t, http.StatusConflict)
	for _, part := range []string{`"path":"/mapping/b2b-sales"`, "the package changes mapping b2b-sales", "replace"} {
		if !strings.Contains(answer.Body, part) {
			t.Errorf("%q is missing in %s", part, answer.Body)
		}
	}
	if export() != before {
		t.Error("the definitions were changed")
	}
}

// A package can be removed: its records stay out of sight and come back with it,
// or are deleted.
func TestATemplateIsUninstalled(t *testing.T) {
	t.Parallel()
	a := apptest.Start(t, apptest.Options{Unchecked: true, Install: []string{pipeline}, SampleData: true})
	count := func() any {
		return rows(t, a, a.Admin, "opportunity", map[string]any{"metrics": map[string]any{"n": []string{"count"}}})[0]["n"]
	}
	before := count()
	a.Do(t, a.Admin, "DELETE", "/templates/"+pipeline, nil).Want(t, http.StatusUnprocessableEntity)
	a.Do(t, a.Admin, "DELETE", "/templates/nosuch?data=keep", nil).Want(t, http.StatusNotFound)
	a.Do(t, a.Admin, "DELETE", "/templates/"+pipeline+"?data=keep", nil).Want(t, http.StatusOK)
	a.Do(t, a.Admin, "POST", "/records/opportunity/query", `{}`).Want(t, http.StatusNotFound)
	a.Do(t, a.Admin, "POST", "/templates/"+pipeline+"/install", `{"confirmRoles":true}`).Want(t, http.StatusOK)
	if got := count(); got != before || before == 0.0 {
		t.Errorf("%v records after installing again, %v before", got, before)
	}
	var done installed
	a.Do(t, a.Admin, "DELETE", "/templates/"+pipeline+"?data=remove", nil).Want(t, http.StatusOK).JSON(t, &done)
	if done.Records == 0 {
		t.Error("no records were deleted")
	}
	a.Do(t, a.Admin, "POST", "/templates/"+pipeline+"/install", `{"confirmRoles":true}`).Want(t, http.StatusOK)
	if got := count(); got != 0.0 {
		t.Errorf("%v records after their removal", got)
	}
}
