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

// canaries match everything that can be a secret: ids, words, numbers and days.
var canaries = regexp.MustCompile(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|zq[0-9]{6}|[0-9]{9,10}|2[78][0-9]{2}-[0-9]{2}-[0-9]{2}`)

// longHex matches sort keys.
var longHex = regexp.MustCompile(`"[0-9a-f]{16,}"`)

// tester sends requests as one user and collects what the answers should not show.
type tester struct {
	*fixture
	*user
	t        *testing.T
	findings map[string]bool
	asked    int
	missing  map[string]*apptest.Answer // answers about what does not exist
}

func (fx *fixture) newTester(t *testing.T, p *user) *tester {
	return &tester{fixture: fx, user: p, t: t, findings: map[string]bool{}, missing: map[string]*apptest.Answer{}}
}

func (tr *tester) find(format string, args ...any) {
	tr.findings[tr.Login+": "+fmt.Sprintf(format, args...)] = true
}

// do sends a request under /api/v1 and checks the answer.
func (tr *tester) do(method, path string, body any, headers ...string) *apptest.Answer {
	tr.t.Helper()
	answer := tr.Do(tr.t, tr.user.Token, method, path, body, headers...)
	sent := path
	switch b := body.(type) {
	case string:
		sent += b
	case nil:
	default:
		raw, _ := json.Marshal(b) // Do has encoded it already
		sent += string(raw)
	}
	tr.checkAnswer(method+" "+path+" "+short(body), sent, answer)
	return answer
}

func short(body any) string {
	raw, _ := json.Marshal(body)
	if len(raw) > 160 {
		raw = raw[:160]
	}
	return string(raw)
}

// checkAnswer looks for hidden values in every byte of an answer, except those
// that the request contained.
func (tr *tester) checkAnswer(asked, sent string, answer *apptest.Answer) {
	tr.asked++
	if answer.Status >= http.StatusInternalServerError {
		tr.find("%s: %d %s", asked, answer.Status, answer.Body)
	}
	for name, values := range answer.Header {
		tr.checkText(asked+" header "+name, sent, strings.Join(values, " "))
	}
	if strings.HasPrefix(answer.Body, "PK\x03\x04") {
		for name, text := range unzip(tr.t, answer.Body) {
			tr.checkText(asked+" "+name, sent, text)
		}
		return
	}
	tr.checkText(asked, sent, answer.Body)
	for _, c := range cursors(answer.Body) {
		tr.checkText(asked+" cursor", sent, c)
		if !longHex.MatchString(c) {
			continue
		}
		for needle := range tr.secrets {
			if strings.HasPrefix(needle, "zq") && strings.Contains(c, query.SortKey(needle)) && !tr.allowed(tr.user, needle) {
				tr.find("%s: the cursor holds the sort key of %s", asked, tr.cellsOf(needle))
			}
		}
	}
}

func (tr *tester) checkText(asked, sent, text string) {
	for _, needle := range canaries.FindAllString(text, -1) {
		if len(tr.secrets[needle]) > 0 && tr.secrets[needle][0].field == "revenue" && strings.Contains(asked, "/aggregate") {
			continue // a sum; numbers are compared one by one
		}
		if tr.secrets[needle] != nil && !tr.allowed(tr.user, needle) && !strings.Contains(sent, needle) {
			tr.find("%s shows %s", asked, tr.cellsOf(needle))
		}
	}
}

// cellsOf says which cells a secret belongs to.
func (tr *tester) cellsOf(needle string) string {
	var list []string
	for _, c := range tr.secrets[needle] {
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

// cursors are the decoded cursors of an answer.
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

// checkSameAnswer compares two answers without the words that were asked for.
func (tr *tester) checkSameAnswer(asked string, got *apptest.Answer, gotWord string, want *apptest.Answer, wantWord string) {
	mask := func(text, word string) string {
		return strings.ReplaceAll(strings.ReplaceAll(text, url.PathEscape(word), "·"), word, "·")
	}
	if g, fx := mask(got.Body, gotWord), mask(want.Body, wantWord); got.Status != want.Status || g != fx {
		tr.find("%s: %d %s, but %d %s for what is not there", asked, got.Status, g, want.Status, fx)
	}
	for _, name := range []string{"Etag", "Location", "Content-Type", "Retry-After"} {
		if got.Header.Get(name) != want.Header.Get(name) {
			tr.find("%s: header %s tells it from what is not there", asked, name)
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
