package leaktest

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"

	"weft/cmd/internal/apptest"
)

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// probeExport exports everything, in both formats, with titles and with keys.
func probeExport(tr *tester) {
	for _, entity := range []string{"matter", "account", "stage_visit", "user"} {
		for _, accept := range []string{"text/csv", xlsx} {
			for _, header := range []string{"titles", "keys"} {
				answer := tr.do("POST", "/records/"+entity+"/export?header="+header, `{}`, "Accept", accept)
				if entity == "matter" || entity == "account" {
					tr.exported(entity, accept, answer)
				}
			}
		}
		for _, r := range tr.rows["matter"][:4] { // by a word that may be hidden
			tr.do("POST", "/records/"+entity+"/export", fmt.Sprintf(`{"search":%q}`, r.values["note"]))
		}
	}
}

func (tr *tester) exported(entity, accept string, answer *apptest.Answer) {
	if !tr.hasGrant(entity, "export") || !tr.reads(entity) {
		if answer.Status != http.StatusForbidden {
			tr.find("export of %s without a right: %d", entity, answer.Status)
		}
		return
	}
	want := 1
	for _, r := range tr.visible(tr.user, entity) {
		if tr.may(tr.user, "export", r, "") {
			want++
		}
	}
	if accept != "text/csv" {
		return
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(answer.Body, "\ufeff"))).ReadAll()
	if err != nil || len(lines) != want {
		tr.find("export of %s: %d with %d lines, want %d (%v)", entity, answer.Status, len(lines), want, err)
	}
}

func form(tr *tester, values map[string]string, files map[string]string) (body, media string) {
	var b bytes.Buffer
	fx := multipart.NewWriter(&b)
	for name, v := range values {
		if err := fx.WriteField(name, v); err != nil {
			tr.t.Fatal(err)
		}
	}
	for name, content := range files {
		part, err := fx.CreateFormFile("file", name)
		if err != nil {
			tr.t.Fatal(err)
		}
		if _, err := part.Write([]byte(content)); err != nil {
			tr.t.Fatal(err)
		}
	}
	if err := fx.Close(); err != nil {
		tr.t.Fatal(err)
	}
	return b.String(), fx.FormDataContentType()
}

// importTable imports a table.
func (tr *tester) importTable(path, entity, table string) *apptest.Answer {
	body, media := form(tr, nil, map[string]string{entity + ".csv": table})
	return tr.do("POST", path, body, "Content-Type", media)
}

// importRow imports values of one field for a row that the id column names.
func (tr *tester) importRow(r *row, values string) {
	var fields map[string]any
	if err := json.Unmarshal([]byte(values), &fields); err != nil {
		tr.t.Fatal(err)
	}
	for key, v := range fields {
		if v == nil || key == "id" {
			continue // an empty cell clears nothing, and the id is the key
		}
		tr.importTable("/records/"+r.entity+"/import", r.entity, fmt.Sprintf("id,%s\n%s,%s\n", key, r.id, strings.Trim(fmt.Sprint(v), "[]")))
	}
}

var passing = regexp.MustCompile(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z`)

// checkSameImport compares two imports without their ids and times.
func (tr *tester) checkSameImport(asked string, got *apptest.Answer, gotWord string, want *apptest.Answer, wantWord string) {
	for _, one := range []*apptest.Answer{got, want} {
		one.Body = passing.ReplaceAllString(one.Body, "·")
		one.Header.Del("Location")
	}
	tr.checkSameAnswer(asked, got, gotWord, want, wantWord)
}

// probeImport names hidden rows as the row to change, as the holder of a unique
// key and as the target of a reference; each is as if it did not exist.
func probeImport(dry string) func(*tester) {
	return func(tr *tester) {
		path := "/records/matter/import" + dry
		tables := []string{"id,note\n%s,x\n", "id,peer\n" + alsoMissing + ",%s\n", "subject,peer\nx,%s\n"}
		for i, r := range tr.rows["matter"] {
			if tr.sees(tr.user, r, "") || i%5 != 0 {
				continue
			}
			for _, table := range tables {
				got := tr.importTable(path, "matter", fmt.Sprintf(table, r.id))
				tr.checkSameImport("import of "+table, got, r.id, tr.importTable(path, "matter", fmt.Sprintf(table, missing)), missing)
			}
			if name := asText(r.values["subject"]); !tr.sees(tr.user, r, "subject") {
				got := tr.importTable(path, "matter", fmt.Sprintf("subject,peer\nx,%s\n", name))
				tr.checkSameImport("import with a hidden name", got, name, tr.importTable(path, "matter", "subject,peer\nx,zqnobody\n"), "zqnobody")
			}
			tr.importTable(path, "matter", fmt.Sprintf("serial,subject\n%s,x\n", r.values["serial"]))
		}
	}
}

// probeImports imports without an entity in the path.
func probeImports(tr *tester) {
	for _, r := range tr.rows["account"] {
		if !tr.sees(tr.user, r, "") {
			tr.importTable("/imports", "account", fmt.Sprintf("id,name\n%s,x\n", r.id))
		}
	}
}

// probeForeignImport requests an import of the administrator.
func probeForeignImport(verb, tail string) func(*tester) {
	return func(tr *tester) {
		got := tr.do(verb, "/imports/"+tr.imported+tail, nil)
		tr.checkSameAnswer("another's import "+tail, got, tr.imported, tr.do(verb, "/imports/"+missing+tail, nil), missing)
		if got.Status != http.StatusNotFound {
			tr.find("another's import%s: %d", tail, got.Status)
		}
	}
}

// probeMapping requests a mapping of an entity into which the user may not
// import, and saves one in its place.
func probeLists(path, hidden string) func(*tester) {
	return func(tr *tester) {
		id := cmp.Or(hidden, tr.imported)
		if strings.Contains(tr.do("GET", path, nil).Body, `"`+id+`"`) {
			tr.find("%s lists another's %s", path, id)
		}
	}
}

func probeMapping(tr *tester) {
	got := tr.do("GET", "/import-mappings/theirs", nil)
	tr.checkSameAnswer("a mapping", got, "theirs", tr.do("GET", "/import-mappings/nobodys", nil), "nobodys")
	put := tr.do("PUT", "/import-mappings/theirs", `{"files":[{"entity":"matter","columns":{"a":{"field":"subject"}}}]}`)
	if put.Status != http.StatusForbidden {
		tr.find("a mapping of somebody else is replaced: %d", put.Status)
	}
}

// probeFiles downloads each attachment: it exists where its cell is visible.
func probeFiles(tr *tester) {
	lost := tr.do("GET", "/files/"+missing, nil)
	for _, r := range tr.rows["matter"] {
		id := r.values["file"].([]string)[0]
		got := tr.do("GET", "/files/"+id, nil)
		if !r.deleted && tr.sees(tr.user, r, "file") {
			if got.Status != http.StatusOK {
				tr.find("a visible file: %d", got.Status)
			}
			continue
		}
		tr.checkSameAnswer("a hidden file", got, id, lost, missing)
		tr.do("HEAD", "/files/"+id, nil)
		tr.do("GET", "/files/"+id, nil, "Range", "bytes=0-3")
		tr.do("GET", "/files/"+id, nil, "If-None-Match", "*")
		tr.checkSameAnswer("the small picture of a hidden file", tr.do("GET", "/files/"+id+"/thumbnail", nil), id, lost, missing)
	}
}

// probeUploadFor names each field that the user may neither read nor write: the
// answer is that for a field which does not exist.
func probeUploadFor(path string) probe {
	return func(tr *tester) {
		body, media := form(tr, nil, map[string]string{"a.txt": "text"})
		if path != "/files" {
			body, media = "text", "application/offset+octet-stream"
		}
		ask := func(entity, field string) *apptest.Answer {
			return tr.do("POST", path+"?entity="+entity+"&field="+field, body, "Content-Type", media, "Upload-Length", "4")
		}
		for entity, fields := range fieldsOf {
			lost := ask(entity, "nothing")
			if lost.Status != http.StatusUnprocessableEntity {
				tr.find("an upload for a field of %s that is not there: %d", entity, lost.Status)
			}
			for _, field := range fields {
				if !tr.readsSomewhere(tr.user, entity, field) && !tr.writes(entity, field) {
					tr.checkSameAnswer("an upload for a hidden field", ask(entity, field), field, lost, "nothing")
				}
			}
		}
	}
}

// probeAttach links files of hidden cells to a row.
func probeAttach(tr *tester) {
	rows := tr.visible(tr.user, "matter")
	if len(rows) == 0 {
		return
	}
	path := "/records/matter/" + rows[0].id
	want := tr.do("PATCH", path, fmt.Sprintf(`{"file":[%q]}`, missing))
	for _, r := range tr.rows["matter"] {
		if id := r.values["file"].([]string)[0]; !tr.sees(tr.user, r, "file") {
			tr.checkSameAnswer("attaching a hidden file", tr.do("PATCH", path, fmt.Sprintf(`{"file":[%q]}`, id)), id, want, missing)
		}
	}
}

// foreignImport is an import of the administrator, full of secrets.
func (fx *fixture) foreignImport(tr *tester) {
	body, media := form(tr, nil, map[string]string{"account.csv": "name,nonsense,sector\n" + asText(fx.rows["account"][0].values["secret"]) + ",1,nowhere\n"})
	answer := fx.Do(tr.t, fx.Admin, "POST", "/records/account/import", body, "Content-Type", media)
	fx.imported = answer.Text("id")
	r := fx.rows["matter"][0]
	fx.Do(tr.t, fx.Admin, "PATCH", "/records/matter/"+r.id, object{"note": r.values["note"]}, "Idempotency-Key", "once").Want(tr.t, http.StatusOK)
	fx.Do(tr.t, fx.Admin, "PUT", "/import-mappings/theirs", `{"files":[{"entity":"account","columns":{"a":{"field":"secret"}}}]}`).Want(tr.t, http.StatusOK)
}
