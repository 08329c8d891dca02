package apitest

import (
	"fmt"
	"testing"

	"weft/cmd/internal/apptest"
)

// After a merge moved the files, the answer and the history name them, for a
// single restore and in bulk.
func TestARestoreWarnsOfLostFiles(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.Options{Definitions: visitDefinitions})
	file := app.Upload(t, app.Admin, "a.pdf", "%PDF-1.7 one")
	visit := func(values map[string]any) string { return app.Create(t, app.Admin, "visit", values) }
	keep, from := visit(map[string]any{"name": "kept"}), visit(map[string]any{"name": "other", "contract": []string{file}})
	step := func(name, method, path, body string, has ...string) apptest.Scenario {
		return apptest.Scenario{Name: name, As: app.Admin, Method: method, Path: path, Body: body, Header: []string{"Accept-Language", "en"}, Status: 200, Has: has}
	}
	merge := fmt.Sprintf(`{"keep":%q,"from":[%q]}`, keep, from)
	app.Run(t, []apptest.Scenario{
		step("the merge takes it along", "POST", "/records/visit/merge", merge, file),
		step("what comes back has it no more", "POST", "/records/visit/"+from+"/restore", `{}`,
			`"_warnings":[{"path":"/contract","code":"lost_files","message":"came back without files that are swept or belong to another record: 1 in Contract of Visit"`),
		step("its history says so", "GET", "/records/visit/"+from+"/history", "", fmt.Sprintf(`"changes":{"contract":{"from":[%q]}}`, file)),
		step("the kept one has it", "GET", "/files/"+file, ""),
		step("and gives it away", "PATCH", "/records/visit/"+keep, `{"contract":null}`),
		step("to the other", "PATCH", "/records/visit/"+from, fmt.Sprintf(`{"contract":[%q]}`, file)),
		step("which is merged again", "POST", "/records/visit/merge", merge),
		step("in bulk", "POST", "/records/visit/bulk", fmt.Sprintf(`{"op":"restore","ids":[%q]}`, from), `"status":200`, `"_warnings":[{"path":"/contract","code":"lost_files"`),
	})
}
