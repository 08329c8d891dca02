package leaktest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// exampleValue is a valid value for each field.
func exampleValue(tr *tester, key string) string {
	switch key {
	case "worth", "budget", "price", "fee", "line_sum":
		return "1"
	case "amount", "revenue":
		return `"1"`
	case "due":
		return `"2020-01-01"`
	case "seen":
		return `"2020-01-01T00:00:00Z"`
	case "tags":
		return `["x"]`
	case "level", "sector":
		return map[string]string{"level": `"c"`, "sector": `"y"`}[key]
	case "owner", "helper":
		return `"` + tr.ID + `"`
	case "account", "peer", "team", "matter", "file", "lines", "stage":
		return "null"
	}
	return `"x"`
}

// system fields are never writable.
var system = []string{"id", "rev", "created_at", "created_by", "updated_at", "updated_by"}

// unwritableFields are the fields of a row that the user may not write.
func (tr *tester) unwritableFields(r *row, op string) []string {
	list := append([]string{}, system...)
	for _, key := range fieldsOf[r.entity] {
		if key != "stage" && (computed[r.entity+"."+key] || !tr.may(tr.user, op, r, key)) {
			list = append(list, key)
		}
	}
	return list
}

// probeUnwritable writes every field that the user may not write into each of
// two visible rows, through one route; the caller checks that nothing changed
// (S-05).
func probeUnwritable(route string) func(*tester) {
	return func(tr *tester) {
		for _, entity := range []string{"matter", "account"} {
			for i, r := range tr.visible(tr.user, entity) {
				if i > 3 || i%3 != 0 || i > 0 && route == "record.import" {
					continue
				}
				for _, key := range tr.unwritableFields(r, "update") {
					tr.write(route, r, fmt.Sprintf(`{%q:%s}`, key, exampleValue(tr, key)))
				}
			}
		}
	}
}

// write sends values for a row through a route, with further rows for the routes
// that need a second one.
func (tr *tester) write(route string, r *row, values string) {
	at := "/records/" + r.entity
	switch route {
	case "record.update":
		tr.do("PATCH", at+"/"+r.id, values)
	case "record.bulk":
		tr.do("POST", at+"/bulk", fmt.Sprintf(`{"op":"update","ids":[%q],"values":%s}`, r.id, values))
		tr.do("POST", at+"/bulk", fmt.Sprintf(`{"op":"update","where":["id","=",%q],"values":%s}`, r.id, values))
		tr.do("POST", at+"/bulk", fmt.Sprintf(`{"op":"transition","ids":[%q],"to":"busy","values":%s}`, r.id, values))
	case "record.transition":
		for _, to := range []string{"busy", "new", "lost"} {
			tr.do("POST", at+"/"+r.id+"/transition", fmt.Sprintf(`{"to":%q,"comment":"x","values":%s}`, to, values))
		}
	case "record.merge":
		for _, other := range tr.visible(tr.user, r.entity) {
			if other != r {
				tr.do("POST", at+"/merge", fmt.Sprintf(`{"keep":%q,"from":[%q],"values":%s}`, r.id, other.id, values))
				return
			}
		}
	case "record.import":
		tr.importRow(r, values)
	}
}

// probeCreate creates rows with fields that the user may write on no row.
func probeCreate(tr *tester) {
	for _, entity := range []string{"matter", "account", "line"} {
		for _, key := range append(append([]string{}, system...), fieldsOf[entity]...) {
			if !slices.Contains(system, key) && (key == "stage" || tr.creates(entity, key)) {
				continue
			}
			body := fmt.Sprintf(`{%q:%s}`, key, exampleValue(tr, key))
			if strings.HasSuffix(body, ":null}") {
				body = fmt.Sprintf(`{%q:%q}`, key, missing)
			}
			tr.do("POST", "/records/"+entity, body)
		}
	}
}

// creates tells whether some grant lets the user set the field of a new row.
func (tr *tester) creates(entity, key string) bool {
	return !computed[entity+"."+key] && slices.ContainsFunc(tr.roles[tr.role], func(g grant) bool {
		return g.Entity == entity && g.Write.has(key) && slices.Contains(g.Operations, "create")
	})
}

// probeLines writes lines through their matter, where one of both is not writable.
func probeLines(tr *tester) {
	for _, line := range tr.rows["line"] {
		parent := tr.byID[asText(line.values["matter"])]
		if !tr.sees(tr.user, parent, "") {
			continue
		}
		if !tr.may(tr.user, "update", line, "concealed") {
			tr.do("PATCH", "/records/matter/"+parent.id, fmt.Sprintf(`{"lines":[{"id":%q,"concealed":"x"}]}`, line.id))
			tr.do("PATCH", "/records/line/"+line.id, `{"concealed":"x"}`)
		}
		if !tr.may(tr.user, "delete", line, "") {
			tr.do("PATCH", "/records/matter/"+parent.id, `{"lines":[]}`)
			tr.do("PATCH", "/records/matter/"+parent.id, `{"lines":null}`)
			tr.do("DELETE", "/records/line/"+line.id, nil)
		}
		if !tr.may(tr.user, "update", parent, "lines") {
			tr.do("PATCH", "/records/line/"+line.id, `{"item":"x"}`)
			tr.do("POST", "/records/line", fmt.Sprintf(`{"matter":%q,"item":"x"}`, parent.id))
		}
	}
}

// probeStage tries every transition on a row whose stage is hidden: the refusals
// must not tell its stage.
func probeStage(tr *tester) {
	byStage := map[string]string{}
	for _, r := range tr.visible(tr.user, "matter") {
		if tr.sees(tr.user, r, "stage") || tr.may(tr.user, "update", r, "stage") {
			continue
		}
		text := ""
		for _, to := range []string{"new", "busy", "lost"} {
			got := tr.do("POST", "/records/matter/"+r.id+"/transition", fmt.Sprintf(`{"to":%q,"comment":"x"}`, to))
			text += fmt.Sprint(got.Status, got.Body)
			got = tr.do("PATCH", "/records/matter/"+r.id, fmt.Sprintf(`{"stage":%q}`, to))
			text += fmt.Sprint(got.Status, got.Body)
		}
		key := fmt.Sprint(tr.may(tr.user, "update", r, ""))
		if byStage[key] == "" {
			byStage[key] = text
		}
		if byStage[key] != text {
			tr.find("moves of a row with a hidden stage are refused in two ways:\n%s\n%s", text, byStage[key])
		}
	}
}

// probeUnique writes a unique value that a hidden row has: the answer tells only
// that it is taken.
func probeUnique(tr *tester) {
	if r := tr.rows["matter"][0]; !tr.sees(tr.user, r, "") { // with the idempotency key of a request of the administrator
		got := tr.do("PATCH", "/records/matter/"+r.id, object{"note": r.values["note"]}, "Idempotency-Key", "once")
		if got.Status != http.StatusNotFound && got.Status != http.StatusForbidden {
			tr.find("a kept answer of somebody else: %d", got.Status)
		}
	}
	for _, r := range tr.rows["matter"][:4] {
		tr.do("POST", "/records/matter", object{"subject": "x", "serial": r.values["serial"]})
	}
	for _, r := range tr.visible(tr.user, "matter") {
		tr.do("PATCH", "/records/matter/"+r.id, `{"note":"x"}`, "If-Match", `"999"`)
	}
}
