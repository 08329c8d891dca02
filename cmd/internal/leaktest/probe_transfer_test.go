package leaktest

import (
	"bytes"
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

// probeExport takes everything away that may be taken, in both formats, under
// titles and under keys.
func probeExport(a *agent) {
	for _, entity := range []string{"matter", "account", "stage_visit", "user"} {
		for _, accept := range []string{"text/csv", xlsx} {
			for _, header := range []string{"titles", "keys"} {
				answer := a.do("POST", "/records/"+entity+"/export?header="+header, `{}`, "Accept", accept)
				if entity == "matter" || entity == "account" {
					a.exported(entity, accept, answer)
				}
			}
		}
		for _, r := range a.rows["matter"][:4] { // by a word that may be hidden
			a.do("POST", "/records/"+entity+"/export", fmt.Sprintf(`{"search":%q}`, r.values["note"]))
		}
	}
}

func (a *agent) exported(entity, accept string, answer *apptest.Answer) {
	if !a.hasGrant(entity, "export") || !a.reads(entity) {
		if answer.Status != http.StatusForbidden {
			a.find("export of %s without a right: %d", entity, answer.Status)
		}
		return
	}
	want := 1
	for _, r := range a.visible(a.person, entity) {
		if a.may(a.person, "export", r, "") {
			want++
		}
	}
	if accept != "text/csv" {
		return
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(answer.Body, "\ufeff"))).ReadAll()
	if err != nil || len(lines) != want {
		a.find("export of %s: %d with %d lines, want %d (%v)", entity, answer.Status, len(lines), want, err)
	}
}

func form(a *agent, values map[string]string, files map[string]string) (body, media string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, v := range values {
		if err := w.WriteField(name, v); err != nil {
			a.t.Fatal(err)
		}
	}
	for name, content := range files {
		part, err := w.CreateFormFile("file", name)
		if err != nil {
			a.t.Fatal(err)
		}
		if _, err := part.Write([]byte(content)); err != nil {
			a.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		a.t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// importing sends a table to an import.
func (a *agent) importing(path, entity, table string) *apptest.Answer {
	body, media := form(a, nil, map[string]string{entity + ".csv": table})
	return a.do("POST", path, body, "Content-Type", media)
}

// importRow sends values of one field as a row of a table, found by its id.
func (a *agent) importRow(r *row, values string) {
	var fields map[string]any
	if err := json.Unmarshal([]byte(values), &fields); err != nil {
		a.t.Fatal(err)
	}
	for key, v := range fields {
		if v == nil || key == "id" {
			continue // an empty cell clears nothing, and the id is the key
		}
		a.importing("/records/"+r.entity+"/import", r.entity, fmt.Sprintf("id,%s\n%s,%s\n", key, r.id, strings.Trim(fmt.Sprint(v), "[]")))
	}
}

var passing = regexp.MustCompile(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z`)

// sameImport compares two imports but for their ids and times.
func (a *agent) sameImport(asked string, got *apptest.Answer, gotWord string, want *apptest.Answer, wantWord string) {
	for _, one := range []*apptest.Answer{got, want} {
		one.Body = passing.ReplaceAllString(one.Body, "·")
		one.Header.Del("Location")
	}
	a.alike(asked, got, gotWord, want, wantWord)
}

// probeImport names hidden rows as the row to change, as the holder of a key
// and as the target of a reference; each is as if it were not there.
func probeImport(dry string) func(*agent) {
	return func(a *agent) {
		path := "/records/matter/import" + dry
		tables := []string{"id,note\n%s,x\n", "id,peer\n" + alsoMissing + ",%s\n", "subject,peer\nx,%s\n"}
		for i, r := range a.rows["matter"] {
			if a.sees(a.person, r, "") || i%5 != 0 {
				continue
			}
			for _, table := range tables {
				got := a.importing(path, "matter", fmt.Sprintf(table, r.id))
				a.sameImport("import of "+table, got, r.id, a.importing(path, "matter", fmt.Sprintf(table, missing)), missing)
			}
			if name := asText(r.values["subject"]); !a.sees(a.person, r, "subject") {
				got := a.importing(path, "matter", fmt.Sprintf("subject,peer\nx,%s\n", name))
				a.sameImport("import with a hidden name", got, name, a.importing(path, "matter", "subject,peer\nx,zqnobody\n"), "zqnobody")
			}
			a.importing(path, "matter", fmt.Sprintf("serial,subject\n%s,x\n", r.values["serial"]))
		}
	}
}

// probeImports sends tables without naming an entity in the path.
func probeImports(a *agent) {
	for _, r := range a.rows["account"] {
		if !a.sees(a.person, r, "") {
			a.importing("/imports", "account", fmt.Sprintf("id,name\n%s,x\n", r.id))
		}
	}
}

// probeOthersImport asks for what the administrator imported.
func probeOthersImport(verb, tail string) func(*agent) {
	return func(a *agent) {
		got := a.do(verb, "/imports/"+a.imported+tail, nil)
		a.alike("another's import "+tail, got, a.imported, a.do(verb, "/imports/"+missing+tail, nil), missing)
		if got.Status != http.StatusNotFound {
			a.find("another's import%s: %d", tail, got.Status)
		}
	}
}

// probeMapping asks for a mapping of an entity into which the person may not
// import, and keeps one of his own in its place.
func probeMapping(a *agent) {
	got := a.do("GET", "/import-mappings/theirs", nil)
	a.alike("a mapping", got, "theirs", a.do("GET", "/import-mappings/nobodys", nil), "nobodys")
	put := a.do("PUT", "/import-mappings/theirs", `{"files":[{"entity":"matter","columns":{"a":{"field":"subject"}}}]}`)
	if put.Status != http.StatusForbidden {
		a.find("a mapping of somebody else is replaced: %d", put.Status)
	}
}

// probeFiles fetches each attachment: it is there where its cell is seen.
func probeFiles(a *agent) {
	lost := a.do("GET", "/files/"+missing, nil)
	for _, r := range a.rows["matter"] {
		id := r.values["file"].([]string)[0]
		got := a.do("GET", "/files/"+id, nil)
		if !r.deleted && a.sees(a.person, r, "file") {
			if got.Status != http.StatusOK {
				a.find("a visible file: %d", got.Status)
			}
			continue
		}
		a.alike("a hidden file", got, id, lost, missing)
		a.do("HEAD", "/files/"+id, nil)
		a.do("GET", "/files/"+id, nil, "Range", "bytes=0-3")
		a.do("GET", "/files/"+id, nil, "If-None-Match", "*")
		a.alike("the small picture of a hidden file", a.do("GET", "/files/"+id+"/thumbnail", nil), id, lost, missing)
	}
}

// probeUploadFor names each field that the person may neither read nor write:
// the answer is that for a field which is not there.
func probeUploadFor(path string) probe {
	return func(a *agent) {
		body, media := form(a, nil, map[string]string{"a.txt": "text"})
		if path != "/files" {
			body, media = "text", "application/offset+octet-stream"
		}
		ask := func(entity, field string) *apptest.Answer {
			return a.do("POST", path+"?entity="+entity+"&field="+field, body, "Content-Type", media, "Upload-Length", "4")
		}
		for entity, fields := range fieldsOf {
			lost := ask(entity, "nothing")
			if lost.Status != http.StatusUnprocessableEntity {
				a.find("an upload for a field of %s that is not there: %d", entity, lost.Status)
			}
			for _, field := range fields {
				if !a.knows(a.person, entity, field) && !a.writes(entity, field) {
					a.alike("an upload for a hidden field", ask(entity, field), field, lost, "nothing")
				}
			}
		}
	}
}

// probeAttach puts files of hidden cells on a row.
func probeAttach(a *agent) {
	rows := a.visible(a.person, "matter")
	if len(rows) == 0 {
		return
	}
	path := "/records/matter/" + rows[0].id
	want := a.do("PATCH", path, fmt.Sprintf(`{"file":[%q]}`, missing))
	for _, r := range a.rows["matter"] {
		if id := r.values["file"].([]string)[0]; !a.sees(a.person, r, "file") {
			a.alike("attaching a hidden file", a.do("PATCH", path, fmt.Sprintf(`{"file":[%q]}`, id)), id, want, missing)
		}
	}
}

// foreignImport is an import of the administrator, full of canaries.
func (w *world) foreignImport(a *agent) {
	body, media := form(a, nil, map[string]string{"account.csv": "name,nonsense,sector\n" + asText(w.rows["account"][0].values["secret"]) + ",1,nowhere\n"})
	answer := w.Do(a.t, w.Admin, "POST", "/records/account/import", body, "Content-Type", media)
	w.imported = answer.Text("id")
	r := w.rows["matter"][0]
	w.Do(a.t, w.Admin, "PATCH", "/records/matter/"+r.id, object{"note": r.values["note"]}, "Idempotency-Key", "once").Want(a.t, http.StatusOK)
	w.Do(a.t, w.Admin, "PUT", "/import-mappings/theirs", `{"files":[{"entity":"account","columns":{"a":{"field":"secret"}}}]}`).Want(a.t, http.StatusOK)
}
