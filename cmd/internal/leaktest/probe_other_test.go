package leaktest

import (
	"fmt"
	"net/http"
	"strings"
)

// probeShape reads descriptions of the model: fields that the user may neither
// read nor write must not be named. Only keys that a single entity has count.
func probeShape(path string) func(*tester) {
	return func(tr *tester) {
		text := tr.do("GET", path, nil).Body
		for entity, keys := range map[string][]string{
			"matter": {"worth", "fee", "line_sum"}, "account": {"secret", "budget", "sector", "revenue"}, "team": {"motto"}, "line": {"concealed", "price"},
		} {
			for _, key := range keys {
				if !tr.readsSomewhere(tr.user, entity, key) && !tr.writes(entity, key) && strings.Contains(text, `"`+key+`"`) {
					tr.find("%s names %s.%s", path, entity, key)
				}
			}
		}
	}
}

// writes tells whether some grant lets the user set the field.
func (tr *tester) writes(entity, key string) bool {
	for _, g := range tr.roles[tr.role] {
		if g.Entity == entity && g.Write.has(key) {
			return true
		}
	}
	return false
}

// probeOwn reads a list of the user's own items: no other user is in it.
func probeOwn(path string) func(*tester) {
	return func(tr *tester) {
		text := tr.do("GET", path, nil).Body
		for _, p := range tr.people {
			if p != tr.user && p.ID != tr.superior && strings.Contains(text, p.ID) {
				tr.find("%s names %s", path, p.Login)
			}
		}
	}
}

// probePasswords tries to set the passwords of others.
func probePasswords(tr *tester) {
	for _, p := range tr.people {
		if p == tr.user {
			continue
		}
		if got := tr.do("PUT", "/users/"+p.ID+"/password", `{"password":"Correct-Horse-9"}`); got.Status != http.StatusForbidden && got.Status != http.StatusNotFound {
			tr.find("password of %s: %d", p.Login, got.Status)
		}
	}
}

// probeReferrers deletes accounts: the refusal must not tell how many hidden
// matters refer to one.
func probeReferrers(tr *tester) {
	byKnown := map[string]string{}
	for _, to := range tr.visible(tr.user, "account") {
		if !tr.may(tr.user, "delete", to, "") {
			continue
		}
		seen, all := 0, 0
		for _, r := range tr.rows["matter"] {
			if r.deleted || r.values["account"] != to.id {
				continue
			}
			all++
			if tr.sees(tr.user, r, "account") {
				seen++
			}
		}
		if all == 0 {
			continue
		}
		got := tr.do("DELETE", "/records/account/"+to.id, nil)
		text := fmt.Sprint(got.Status, got.Body)
		key := fmt.Sprint(seen, all > seen)
		if was, ok := byKnown[key]; ok && was != text {
			tr.find("the deletion of an account tells of hidden matters: %s, and %s", was, text)
		}
		byKnown[key] = text
		if seen == 0 && strings.Contains(got.Body, `"count"`) {
			tr.find("the deletion of an account counts hidden matters: %s", got.Body)
		}
	}
}
