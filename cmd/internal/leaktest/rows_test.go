package leaktest

import (
	"net/http"
	"strconv"
	"testing"
)

// createRows creates the rows, stage visits for some of them, and one deleted
// matter for each owner.
func (fx *fixture) createRows(t *testing.T) {
	t.Helper()
	for range 2 {
		fx.createRow(t, "team", map[string]any{"name": fx.text(), "motto": fx.text()})
	}
	for i := range 5 {
		fx.createRow(t, "account", map[string]any{"name": fx.text(), "secret": fx.text(), "budget": fx.number(), "sector": []string{"x", "y"}[i%2],
			"owner": fx.people[i%4].ID, "team": fx.rows["team"][i%2].id})
	}
	owners := len(fx.people)
	for i := range owners + 3 {
		fx.createMatter(t, i, fx.people[i%owners])
	}
	fx.computeRevenues()
	for i, r := range fx.rows["matter"] {
		fx.changeMatter(t, i, r)
	}
	for _, r := range fx.rows["matter"] {
		for _, rule := range []string{"kept", "other"} {
			fx.Do(t, fx.Admin, "POST", "/records/matter/"+r.id+"/assign", object{"rule": rule}).Want(t, http.StatusOK)
		}
	}
	for i := range 3 {
		r := fx.createMatter(t, i, fx.people[i%owners])
		fx.Do(t, fx.Admin, "DELETE", "/records/matter/"+r.id, nil).Want(t, http.StatusNoContent)
		r.deleted = true
	}
	fx.collectSecrets(t)
}

func (fx *fixture) createRow(t *testing.T, entity string, values map[string]any) *row {
	t.Helper()
	r := &row{entity: entity, id: fx.Create(t, fx.Admin, entity, values), values: values}
	fx.rows[entity] = append(fx.rows[entity], r)
	return r
}

// createMatter creates a matter with two lines; every third has no account.
func (fx *fixture) createMatter(t *testing.T, i int, owner *user) *row {
	t.Helper()
	name, content := fx.text(), fx.text()
	file := fx.Upload(t, fx.Admin, name+".txt", content)
	worth := fx.number()
	values := map[string]any{
		"subject": fx.text(), "note": fx.text(), "serial": fx.text(), "level": []string{"a", "b", "c"}[i%3], "tags": []string{fx.text()},
		"amount": strconv.FormatFloat(fx.number(), 'f', 0, 64), "worth": worth, "due": fx.day(2800), "seen": fx.day(2700) + "T08:00:00.000Z",
		"owner": owner.ID, "helper": fx.people[(i*7+3)%len(fx.people)].ID, "file": []string{file},
	}
	if i%3 != 1 {
		values["account"] = fx.rows["account"][i%5].id
	}
	for _, r := range fx.rows["matter"] {
		if !r.deleted {
			values["peer"] = r.id
		}
	}
	lines := []map[string]any{fx.line(), fx.line()}
	values["lines"] = lines
	r := fx.createRow(t, "matter", values)
	for _, needle := range []string{name, content, file} {
		fx.addSecret(needle, r, "file")
	}
	values["fee"] = worth*7 + 1_000_000_000 // no sum of secrets is near it
	values["line_sum"] = lines[0]["price"].(float64) + lines[1]["price"].(float64)
	return r
}

func (fx *fixture) line() map[string]any {
	return map[string]any{"item": fx.text(), "price": fx.number(), "concealed": fx.text()}
}

// computeRevenues computes the roll-ups of accounts; their histories hold every step.
func (fx *fixture) computeRevenues() {
	for _, tr := range fx.rows["account"] {
		sum := 0.0
		for _, m := range fx.rows["matter"] {
			if m.values["account"] == tr.id {
				n, _ := strconv.ParseFloat(m.values["amount"].(string), 64)
				sum += n
				fx.addSecret(strconv.FormatFloat(sum, 'f', 0, 64), tr, "revenue")
			}
		}
		tr.values["revenue"] = strconv.FormatFloat(sum, 'f', 0, 64)
	}
}

// changeMatter gives a matter former values and stage visits.
func (fx *fixture) changeMatter(t *testing.T, i int, r *row) {
	t.Helper()
	former, stage := fx.text(), "new"
	fx.addSecret(former, r, "note")
	fx.Do(t, fx.Admin, "PATCH", "/records/matter/"+r.id, map[string]any{"note": former}).Want(t, http.StatusOK)
	fx.Do(t, fx.Admin, "PATCH", "/records/matter/"+r.id, map[string]any{"note": r.values["note"]}).Want(t, http.StatusOK)
	move := func(to string) string {
		comment := fx.text()
		fx.Do(t, fx.Admin, "POST", "/records/matter/"+r.id+"/transition", map[string]any{"to": to, "comment": comment}).Want(t, http.StatusOK)
		fx.addSecret(comment, r, "reason")
		stage = to
		return comment
	}
	switch i % 4 {
	case 1:
		move("busy")
	case 2:
		move("busy")
		move("new")
	case 3:
		r.values["lost_reason"] = move("lost")
	}
	r.values["stage"] = stage
}

// collectSecrets reads the assigned ids, and lists what would reveal each cell.
func (fx *fixture) collectSecrets(t *testing.T) {
	t.Helper()
	for _, raw := range fx.list(t, fx.Admin, "line") {
		r := &row{entity: "line", id: raw["id"].(string), by: raw["created_by"].(string), values: raw}
		fx.rows["line"] = append(fx.rows["line"], r)
	}
	for entity, rows := range fx.rows {
		for _, r := range rows {
			fx.byID[r.id] = r
			fx.addSecret(r.id, r, "")
			for _, key := range fieldsOf[entity] {
				if key == "owner" || key == "helper" {
					continue // user ids are no secret
				}
				fx.addValue(r, key, r.values[key])
			}
		}
	}
	for _, raw := range fx.list(t, fx.Admin, "stage_visit") {
		id, of := raw["id"].(string), fx.byID[raw["record"].(string)]
		of.visits = append(of.visits, id)
		fx.addSecret(id, of, "stage")
	}
}

// addValue lists one value; references name other rows.
func (fx *fixture) addValue(r *row, key string, v any) {
	switch v := v.(type) {
	case float64:
		fx.addSecret(strconv.FormatFloat(v, 'f', -1, 64), r, key)
	case []string:
		for _, s := range v {
			fx.addValue(r, key, s)
		}
	case string:
		if len(v) < 8 { // short choice keys identify nothing
			return
		}
		if key == "due" || key == "seen" {
			v = v[:10]
		}
		fx.addSecret(v, r, key)
	}
}

// list reads all rows of an entity that the owner of a token sees.
func (fx *fixture) list(t *testing.T, token, entity string) []map[string]any {
	t.Helper()
	var page struct{ Items []map[string]any }
	fx.Do(t, token, "POST", "/records/"+entity+"/query", map[string]any{"limit": 1000}).Want(t, http.StatusOK).JSON(t, &page)
	return page.Items
}
