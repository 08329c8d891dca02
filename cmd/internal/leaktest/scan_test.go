package leaktest

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
	"weft/runtime/query"
)

// canaries are texts that can be needles: ids, words, figures and days.
var canaries = regexp.MustCompile(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|zq[0-9]{6}|[0-9]{9,10}|2[78][0-9]{2}-[0-9]{2}-[0-9]{2}`)

// longHex is what a sort key looks like.
var longHex = regexp.MustCompile(`"[0-9a-f]{16,}"`)

// agent is a person at work: he asks, and what he should not have got is found.
type agent struct {
	*world
	*person
	t        *testing.T
	findings map[string]bool
	asked    int
	lost     map[string]*apptest.Answer // answers about what there is not
}

func (w *world) agent(t *testing.T, p *person) *agent {
	return &agent{world: w, person: p, t: t, findings: map[string]bool{}, lost: map[string]*apptest.Answer{}}
}

func (a *agent) find(format string, args ...any) {
	a.findings[a.Login+": "+fmt.Sprintf(format, args...)] = true
}

// do asks under /api/v1 and scans the answer.
func (a *agent) do(method, path string, body any, headers ...string) *apptest.Answer {
	a.t.Helper()
	answer := a.Do(a.t, a.person.Token, method, path, body, headers...)
	sent := path
	switch b := body.(type) {
	case string:
		sent += b
	case nil:
	default:
		raw, _ := json.Marshal(b) // Do has sent it
		sent += string(raw)
	}
	a.scan(method+" "+path+" "+short(body), sent, answer)
	return answer
}

func short(body any) string {
	raw, _ := json.Marshal(body)
	if len(raw) > 160 {
		raw = raw[:160]
	}
	return string(raw)
}

// scan looks for what the person may not see in every byte of an answer. What
// he sent himself he knows already.
func (a *agent) scan(asked, sent string, answer *apptest.Answer) {
	a.asked++
	if answer.Status >= http.StatusInternalServerError {
		a.find("%s: %d %s", asked, answer.Status, answer.Body)
	}
	for name, values := range answer.Header {
		a.scanText(asked+" header "+name, sent, strings.Join(values, " "))
	}
	if strings.HasPrefix(answer.Body, "PK\x03\x04") {
		for name, text := range unzip(a.t, answer.Body) {
			a.scanText(asked+" "+name, sent, text)
		}
		return
	}
	a.scanText(asked, sent, answer.Body)
	for _, c := range cursors(answer.Body) {
		a.scanText(asked+" cursor", sent, c)
		if !longHex.MatchString(c) {
			continue
		}
		for needle := range a.needles {
			if strings.HasPrefix(needle, "zq") && strings.Contains(c, query.SortKey(needle)) && !a.allowed(a.person, needle) {
				a.find("%s: the cursor holds the sort key of %s", asked, a.about(needle))
			}
		}
	}
}

func (a *agent) scanText(asked, sent, text string) {
	for _, needle := range canaries.FindAllString(text, -1) {
		if len(a.needles[needle]) > 0 && a.needles[needle][0].field == "revenue" && strings.Contains(asked, "/aggregate") {
			continue // a sum like any other: figures are compared one by one
		}
		if a.needles[needle] != nil && !a.allowed(a.person, needle) && !strings.Contains(sent, needle) {
			a.find("%s shows %s", asked, a.about(needle))
		}
	}
}

// about says which cells a needle belongs to.
func (a *agent) about(needle string) string {
	var list []string
	for _, c := range a.needles[needle] {
		list = append(list, c.row.entity+"."+c.field)
	}
	slices.Sort(list)
	return needle + " of " + strings.Join(list, ", ")
}

func unzip(t *testing.T, body string) map[string]string {
	t.Helper()
	r, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		texts[f.Name] = string(text)
	}
	return texts
}

var cursorMember = regexp.MustCompile(`"cursor":"([A-Za-z0-9_-]+)"`)

// cursors are the opaque texts of an answer, opened.
func cursors(body string) []string {
	var list []string
	for _, m := range cursorMember.FindAllStringSubmatch(body, -1) {
		raw, err := base64.RawURLEncoding.DecodeString(m[1])
		if err == nil {
			list = append(list, string(raw))
		}
	}
	return list
}

// alike finds a difference between two answers, once the words that were asked
// for are taken out of both.
func (a *agent) alike(asked string, got *apptest.Answer, gotWord string, want *apptest.Answer, wantWord string) {
	mask := func(text, word string) string {
		return strings.ReplaceAll(strings.ReplaceAll(text, url.PathEscape(word), "·"), word, "·")
	}
	if g, w := mask(got.Body, gotWord), mask(want.Body, wantWord); got.Status != want.Status || g != w {
		a.find("%s: %d %s, but %d %s for what is not there", asked, got.Status, g, want.Status, w)
	}
	for _, name := range []string{"Etag", "Location", "Content-Type", "Retry-After"} {
		if got.Header.Get(name) != want.Header.Get(name) {
			a.find("%s: header %s tells it from what is not there", asked, name)
		}
	}
}

// items of an answer, as ids in order.
func ids(answer *apptest.Answer) []string {
	var page struct{ Items []struct{ ID string } }
	list := []string{}
	if json.NewDecoder(bytes.NewBufferString(answer.Body)).Decode(&page) != nil {
		return list
	}
	for _, item := range page.Items {
		list = append(list, item.ID)
	}
	return list
}

func idsOf(rows []*row) []string {
	list := make([]string, len(rows))
	for i, r := range rows {
		list[i] = r.id
	}
	return list
}
