package leaktest

import (
	"fmt"
	"net/http"
	"strings"
)

// probeShape reads what there is for the person: fields that he may neither
// read nor write are not named. Only keys that one entity has are looked for.
func probeShape(path string) func(*agent) {
	return func(a *agent) {
		text := a.do("GET", path, nil).Body
		for entity, keys := range map[string][]string{
			"matter": {"score", "fee", "line_sum"}, "account": {"secret", "budget", "sector", "revenue"}, "team": {"motto"}, "line": {"hidden", "price"},
		} {
			for _, key := range keys {
				if !a.knows(a.person, entity, key) && !a.writes(entity, key) && strings.Contains(text, `"`+key+`"`) {
					a.find("%s names %s.%s", path, entity, key)
				}
			}
		}
	}
}

// writes tells whether some grant lets the person set the field.
func (a *agent) writes(entity, key string) bool {
	for _, g := range a.roles[a.role] {
		if g.Entity == entity && g.Write.has(key) {
			return true
		}
	}
	return false
}

// probeOwn reads a list of one's own: nobody else stands in it.
func probeOwn(path string) func(*agent) {
	return func(a *agent) {
		text := a.do("GET", path, nil).Body
		for _, p := range a.people {
			if p != a.person && p.ID != a.superior && strings.Contains(text, p.ID) {
				a.find("%s names %s", path, p.Login)
			}
		}
	}
}

// probePasswords tries to set those of others.
func probePasswords(a *agent) {
	for _, p := range a.people {
		if p == a.person {
			continue
		}
		if got := a.do("PUT", "/users/"+p.ID+"/password", `{"password":"Correct-Horse-9"}`); got.Status != http.StatusForbidden && got.Status != http.StatusNotFound {
			a.find("password of %s: %d", p.Login, got.Status)
		}
	}
}

// probeReferrers deletes accounts: how many hidden matters refer to one is not
// told.
func probeReferrers(a *agent) {
	byKnown := map[string]string{}
	for _, to := range a.visible(a.person, "account") {
		if !a.may(a.person, "delete", to, "") {
			continue
		}
		seen, all := 0, 0
		for _, r := range a.rows["matter"] {
			if r.deleted || r.values["account"] != to.id {
				continue
			}
			all++
			if a.sees(a.person, r, "account") {
				seen++
			}
		}
		if all == 0 {
			continue
		}
		got := a.do("DELETE", "/records/account/"+to.id, nil)
		text := fmt.Sprint(got.Status, got.Body)
		key := fmt.Sprint(seen, all > seen)
		if was, ok := byKnown[key]; ok && was != text {
			a.find("the deletion of an account tells of hidden matters: %s, and %s", was, text)
		}
		byKnown[key] = text
		if seen == 0 && strings.Contains(got.Body, `"count"`) {
			a.find("the deletion of an account counts hidden matters: %s", got.Body)
		}
	}
}
