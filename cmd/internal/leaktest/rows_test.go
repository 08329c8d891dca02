package leaktest

import (
	"net/http"
	"strconv"
	"testing"
)

// fill makes the rows, the way there of some of them, and one deleted matter
// for each owner.
func (w *world) fill(t *testing.T) {
	t.Helper()
	for range 2 {
		w.add(t, "team", map[string]any{"name": w.text(), "motto": w.text()})
	}
	for i := range 5 {
		w.add(t, "account", map[string]any{"name": w.text(), "secret": w.text(), "budget": w.number(), "sector": []string{"x", "y"}[i%2],
			"owner": w.people[i%4].ID, "team": w.rows["team"][i%2].id})
	}
	owners := len(w.people)
	for i := range owners + 3 {
		w.matter(t, i, w.people[i%owners])
	}
	w.revenues()
	for i, r := range w.rows["matter"] {
		w.history(t, i, r)
	}
	for i := range 3 {
		r := w.matter(t, i, w.people[i%owners])
		w.Do(t, w.Admin, "DELETE", "/records/matter/"+r.id, nil).Want(t, http.StatusNoContent)
		r.deleted = true
	}
	w.know(t)
}

func (w *world) add(t *testing.T, entity string, values map[string]any) *row {
	t.Helper()
	r := &row{entity: entity, id: w.Create(t, w.Admin, entity, values), values: values}
	w.rows[entity] = append(w.rows[entity], r)
	return r
}

// matter makes a matter with two lines; every third has no account.
func (w *world) matter(t *testing.T, i int, owner *person) *row {
	t.Helper()
	name, content := w.text(), w.text()
	file := w.Upload(t, w.Admin, name+".txt", content)
	score := w.number()
	values := map[string]any{
		"subject": w.text(), "note": w.text(), "serial": w.text(), "level": []string{"a", "b", "c"}[i%3], "tags": []string{w.text()},
		"amount": strconv.FormatFloat(w.number(), 'f', 0, 64), "score": score, "due": w.day(2800), "seen": w.day(2700) + "T08:00:00.000Z",
		"owner": owner.ID, "helper": w.people[(i*7+3)%len(w.people)].ID, "file": []string{file},
	}
	if i%3 != 1 {
		values["account"] = w.rows["account"][i%5].id
	}
	for _, r := range w.rows["matter"] {
		if !r.deleted {
			values["peer"] = r.id
		}
	}
	lines := []map[string]any{w.line(), w.line()}
	values["lines"] = lines
	r := w.add(t, "matter", values)
	for _, needle := range []string{name, content, file} {
		w.needle(needle, r, "file")
	}
	values["fee"] = score*7 + 1_000_000_000 // no sum of canaries comes near
	values["line_sum"] = lines[0]["price"].(float64) + lines[1]["price"].(float64)
	return r
}

func (w *world) line() map[string]any {
	return map[string]any{"item": w.text(), "price": w.number(), "hidden": w.text()}
}

// revenues computes what accounts sum up; their histories hold every step there.
func (w *world) revenues() {
	for _, a := range w.rows["account"] {
		sum := 0.0
		for _, m := range w.rows["matter"] {
			if m.values["account"] == a.id {
				n, _ := strconv.ParseFloat(m.values["amount"].(string), 64)
				sum += n
				w.needle(strconv.FormatFloat(sum, 'f', 0, 64), a, "revenue")
			}
		}
		a.values["revenue"] = strconv.FormatFloat(sum, 'f', 0, 64)
	}
}

// history gives a matter former values and a way through the stages.
func (w *world) history(t *testing.T, i int, r *row) {
	t.Helper()
	former, stage := w.text(), "new"
	w.needle(former, r, "note")
	w.Do(t, w.Admin, "PATCH", "/records/matter/"+r.id, map[string]any{"note": former}).Want(t, http.StatusOK)
	w.Do(t, w.Admin, "PATCH", "/records/matter/"+r.id, map[string]any{"note": r.values["note"]}).Want(t, http.StatusOK)
	move := func(to string) string {
		comment := w.text()
		w.Do(t, w.Admin, "POST", "/records/matter/"+r.id+"/transition", map[string]any{"to": to, "comment": comment}).Want(t, http.StatusOK)
		w.needle(comment, r, "reason")
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

// know reads the ids that weft gave, and lists what gives each cell away.
func (w *world) know(t *testing.T) {
	t.Helper()
	for _, raw := range w.list(t, w.Admin, "line") {
		r := &row{entity: "line", id: raw["id"].(string), by: raw["created_by"].(string), values: raw}
		w.rows["line"] = append(w.rows["line"], r)
	}
	for entity, rows := range w.rows {
		for _, r := range rows {
			w.byID[r.id] = r
			w.needle(r.id, r, "")
			for _, key := range fieldsOf[entity] {
				if key == "owner" || key == "helper" {
					continue // who works here is no secret
				}
				w.value(r, key, r.values[key])
			}
		}
	}
	for _, raw := range w.list(t, w.Admin, "stage_visit") {
		id, of := raw["id"].(string), w.byID[raw["record"].(string)]
		of.visits = append(of.visits, id)
		w.needle(id, of, "stage")
	}
}

// value lists one value; references name other rows.
func (w *world) value(r *row, key string, v any) {
	switch v := v.(type) {
	case float64:
		w.needle(strconv.FormatFloat(v, 'f', -1, 64), r, key)
	case []string:
		for _, s := range v {
			w.value(r, key, s)
		}
	case string:
		if len(v) < 8 { // choices say nothing by themselves
			return
		}
		if key == "due" || key == "seen" {
			v = v[:10]
		}
		w.needle(v, r, key)
	}
}

// list reads all rows of an entity that the holder of a token sees.
func (w *world) list(t *testing.T, token, entity string) []map[string]any {
	t.Helper()
	var page struct{ Items []map[string]any }
	w.Do(t, token, "POST", "/records/"+entity+"/query", map[string]any{"limit": 1000}).Want(t, http.StatusOK).JSON(t, &page)
	return page.Items
}
