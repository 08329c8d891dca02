package leaktest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// given is a value for each field that passes as one of its kind.
func given(a *agent, key string) string {
	switch key {
	case "score", "budget", "price", "fee", "line_sum":
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
		return `"` + a.ID + `"`
	case "account", "peer", "team", "matter", "file", "lines", "stage":
		return "null"
	}
	return `"x"`
}

// system fields are written by nobody.
var system = []string{"id", "rev", "created_at", "created_by", "updated_at", "updated_by"}

// locked are the fields of a row that the person may not write.
func (a *agent) locked(r *row, op string) []string {
	list := append([]string{}, system...)
	for _, key := range fieldsOf[r.entity] {
		if key != "stage" && (computed[r.entity+"."+key] || !a.may(a.person, op, r, key)) {
			list = append(list, key)
		}
	}
	return list
}

// probeLocked writes every field that the person may not write into each of
// two rows that he sees, through one door; the caller looks whether anything
// changed (S-05).
func probeLocked(door string) func(*agent) {
	return func(a *agent) {
		for _, entity := range []string{"matter", "account"} {
			for i, r := range a.visible(a.person, entity) {
				if i > 3 || i%3 != 0 || i > 0 && door == "record.import" {
					continue
				}
				for _, key := range a.locked(r, "update") {
					a.write(door, r, fmt.Sprintf(`{%q:%s}`, key, given(a, key)))
				}
			}
		}
	}
}

// write sends values for a row through a door, with others of the same kind
// for the doors that need a second row.
func (a *agent) write(door string, r *row, values string) {
	at := "/records/" + r.entity
	switch door {
	case "record.update":
		a.do("PATCH", at+"/"+r.id, values)
	case "record.bulk":
		a.do("POST", at+"/bulk", fmt.Sprintf(`{"op":"update","ids":[%q],"values":%s}`, r.id, values))
		a.do("POST", at+"/bulk", fmt.Sprintf(`{"op":"update","where":["id","=",%q],"values":%s}`, r.id, values))
		a.do("POST", at+"/bulk", fmt.Sprintf(`{"op":"transition","ids":[%q],"to":"busy","values":%s}`, r.id, values))
	case "record.transition":
		for _, to := range []string{"busy", "new", "lost"} {
			a.do("POST", at+"/"+r.id+"/transition", fmt.Sprintf(`{"to":%q,"comment":"x","values":%s}`, to, values))
		}
	case "record.merge":
		for _, other := range a.visible(a.person, r.entity) {
			if other != r {
				a.do("POST", at+"/merge", fmt.Sprintf(`{"keep":%q,"from":[%q],"values":%s}`, r.id, other.id, values))
				return
			}
		}
	case "record.import":
		a.importRow(r, values)
	}
}

// probeCreate makes rows with fields that the person may write on no row.
func probeCreate(a *agent) {
	for _, entity := range []string{"matter", "account", "line"} {
		for _, key := range append(append([]string{}, system...), fieldsOf[entity]...) {
			if !slices.Contains(system, key) && (key == "stage" || a.creates(entity, key)) {
				continue
			}
			body := fmt.Sprintf(`{%q:%s}`, key, given(a, key))
			if strings.HasSuffix(body, ":null}") {
				body = fmt.Sprintf(`{%q:%q}`, key, missing)
			}
			a.do("POST", "/records/"+entity, body)
		}
	}
}

// creates tells whether some grant lets the person set the field of a new row.
func (a *agent) creates(entity, key string) bool {
	return !computed[entity+"."+key] && slices.ContainsFunc(a.roles[a.role], func(g grant) bool {
		return g.Entity == entity && g.Write.has(key) && slices.Contains(g.Operations, "create")
	})
}

// probeLines writes lines through their matter, where one of both is locked.
func probeLines(a *agent) {
	for _, line := range a.rows["line"] {
		parent := a.byID[asText(line.values["matter"])]
		if !a.sees(a.person, parent, "") {
			continue
		}
		if !a.may(a.person, "update", line, "hidden") {
			a.do("PATCH", "/records/matter/"+parent.id, fmt.Sprintf(`{"lines":[{"id":%q,"hidden":"x"}]}`, line.id))
			a.do("PATCH", "/records/line/"+line.id, `{"hidden":"x"}`)
		}
		if !a.may(a.person, "delete", line, "") {
			a.do("PATCH", "/records/matter/"+parent.id, `{"lines":[]}`)
			a.do("PATCH", "/records/matter/"+parent.id, `{"lines":null}`)
			a.do("DELETE", "/records/line/"+line.id, nil)
		}
		if !a.may(a.person, "update", parent, "lines") {
			a.do("PATCH", "/records/line/"+line.id, `{"item":"x"}`)
			a.do("POST", "/records/line", fmt.Sprintf(`{"matter":%q,"item":"x"}`, parent.id))
		}
	}
}

// probeStage asks a row whose stage is hidden for every move: the refusals must
// not tell in which stage it is.
func probeStage(a *agent) {
	byStage := map[string]string{}
	for _, r := range a.visible(a.person, "matter") {
		if a.sees(a.person, r, "stage") || a.may(a.person, "update", r, "stage") {
			continue
		}
		text := ""
		for _, to := range []string{"new", "busy", "lost"} {
			got := a.do("POST", "/records/matter/"+r.id+"/transition", fmt.Sprintf(`{"to":%q,"comment":"x"}`, to))
			text += fmt.Sprint(got.Status, got.Body)
			got = a.do("PATCH", "/records/matter/"+r.id, fmt.Sprintf(`{"stage":%q}`, to))
			text += fmt.Sprint(got.Status, got.Body)
		}
		key := fmt.Sprint(a.may(a.person, "update", r, ""))
		if byStage[key] == "" {
			byStage[key] = text
		}
		if byStage[key] != text {
			a.find("moves of a row with a hidden stage are refused in two ways:\n%s\n%s", text, byStage[key])
		}
	}
}

// probeTaken wants a unique value that a hidden row has: it is taken, and that
// is all.
func probeTaken(a *agent) {
	if r := a.rows["matter"][0]; !a.sees(a.person, r, "") { // with the key of a call of the administrator
		got := a.do("PATCH", "/records/matter/"+r.id, object{"note": r.values["note"]}, "Idempotency-Key", "once")
		if got.Status != http.StatusNotFound && got.Status != http.StatusForbidden {
			a.find("a kept answer of somebody else: %d", got.Status)
		}
	}
	for _, r := range a.rows["matter"][:4] {
		a.do("POST", "/records/matter", object{"subject": "x", "serial": r.values["serial"]})
	}
	for _, r := range a.visible(a.person, "matter") {
		a.do("PATCH", "/records/matter/"+r.id, `{"note":"x"}`, "If-Match", `"999"`)
	}
}
