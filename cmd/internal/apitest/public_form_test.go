package apitest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weft/cmd/internal/apptest"
	"weft/runtime/store"
)

// visitorDefinitions are an entity with a public form over it.
var visitorDefinitions = []string{
	`{"kind":"entity","key":"enquiry","type":"object","x-title":{"zh-CN":"咨询","en":"Enquiry"},"x-title-field":"name","required":["name"],
	  "properties":{
	    "number":{"x-type":"auto_number","x-title":{"zh-CN":"编号","en":"Number"},"x-auto-number":{"prefix":"Q","digits":4}},
	    "name":{"x-type":"text","x-title":{"zh-CN":"姓名","en":"Name"}},
	    "phone":{"x-type":"phone","x-title":{"zh-CN":"电话","en":"Phone"}},
	    "need":{"x-type":"long_text","x-title":{"zh-CN":"需求","en":"Need"}},
	    "campaign":{"x-type":"text","x-title":{"zh-CN":"活动","en":"Campaign"}},
	    "source":{"x-type":"text","x-title":{"zh-CN":"来源","en":"Source"}},
	    "owner":{"x-type":"user","x-title":{"zh-CN":"负责人","en":"Owner"}},
	    "grade":{"x-type":"text","x-title":{"zh-CN":"等级","en":"Grade"}},
	    "doubtful":{"x-type":"boolean","x-title":{"zh-CN":"可疑","en":"Doubtful"}}},
	  "x-owner-field":"owner"}`,
	`{"kind":"form","key":"enquiry_public","title":{"zh-CN":"联系我们","en":"Contact us"},"entity":"enquiry",
	  "sections":[{"fields":["name","phone"]},{"fields":["need","grade"]}],
	  "public":{"fields":["name","phone","need"],"hidden":["campaign"],"prefill":["owner"],"values":{"source":"web"},"suspicion":"doubtful",
	    "thanks":{"zh-CN":"谢谢","en":"Thank you"},"origins":["https://fair.example"],"per_minute":40}}`,
	`{"kind":"role","key":"desk","title":{"zh-CN":"前台","en":"Desk"},"grants":[
	  {"entity":"enquiry","operations":["create","read"],"scopes":[{"type":"own"}],"read":{"all":true},"write":{"all":true}}]}`,
	`{"kind":"role","key":"reader","title":{"zh-CN":"读者","en":"Reader"},"grants":[
	  {"entity":"enquiry","operations":["read"],"scopes":[{"type":"all"}],"read":{"all":true},"write":{}}]}`,
}

type visitorWorld struct {
	*apptest.App
	desk  apptest.Person
	token string
	now   *testClock
}

// testClock is a clock that tests move.
type testClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *testClock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newVisitorWorld(t *testing.T) *visitorWorld {
	t.Helper()
	w := &visitorWorld{now: &testClock{at: time.Now()}}
	w.App = apptest.Start(t, apptest.Options{Definitions: visitorDefinitions, Now: w.now.Now})
	w.desk = w.User(t, "desk", "desk")
	w.token = w.link(t, `{}`)
	return w
}

func (w *visitorWorld) link(t *testing.T, body string) string {
	t.Helper()
	a := w.Do(t, w.desk.Token, "POST", "/forms/enquiry_public/links", body)
	if a.Status != http.StatusCreated || !strings.Contains(a.Text("url"), "/f/"+a.Text("token")) {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	return a.Text("token")
}

// submit sends values to a link.
func (w *visitorWorld) submit(t *testing.T, token, values string, header ...string) *apptest.Answer {
	t.Helper()
	return w.Do(t, "", "POST", "/public/forms/"+token, `{"values":`+values+`}`, header...)
}

// count counts the records that match a filter.
func (w *visitorWorld) count(t *testing.T, where string) string {
	t.Helper()
	a := w.Do(t, w.Admin, "POST", "/records/enquiry/aggregate", `{"where":`+where+`,"metrics":{"n":["count"]}}`)
	_, after, _ := strings.Cut(a.Body, `"n":`)
	return strings.TrimRight(after, "}]\n ")
}

// A visitor makes a record of the listed fields, and learns its number only.
func TestAVisitorSendsAPublicForm(t *testing.T) {
	t.Parallel()
	w := newVisitorWorld(t)
	path := "/public/forms/" + w.token
	post := func(name, body string, status int, has ...string) apptest.Scenario {
		return apptest.Scenario{Name: name, Method: "POST", Path: path, Body: body, Status: status, Has: has, Not: []string{"created_by", "desk"}}
	}
	w.Run(t, []apptest.Scenario{
		{Name: "the form", Method: "GET", Path: path, Status: 200, Has: []string{`"name"`, `"campaign"`, `"honeypot":"_website"`}, Not: []string{"grade", "owner", "doubtful", `"source"`}},
		post("a submission", `{"values":{"name":"张总","phone":"13800005678","need":"冲压模具","campaign":"fair-2026"}}`, 201, `"number":"Q0001"`, "谢谢"),
		post("a field that is not public", `{"values":{"name":"x","grade":"A"}}`, 422, `"path":"/grade"`, "unknown_field"),
		post("a field that only a link may set", `{"values":{"name":"x","owner":"y"}}`, 422, `"path":"/owner"`, "unknown_field"),
		post("a field that does not exist", `{"values":{"name":"x","nothing":"y"}}`, 422, `"path":"/nothing"`, "unknown_field"),
		post("a value that is wrong", `{"values":{"name":"x","phone":"12"}}`, 422, `"path":"/phone"`),
		post("a field that is missing", `{"values":{"phone":"13800005678"}}`, 422, `"path":"/name"`, "required"),
		post("no values", `{}`, 422, `"path":"/values"`),
		post("other members", `{"values":{"name":"x"},"entity":"user"}`, 400, `"path":"/entity"`),
		{Name: "another token", Method: "POST", Path: "/public/forms/nothing", Body: `{"values":{"name":"x"}}`, Status: 404, Has: []string{"not_found"}},
		{Name: "a body that is too large", Method: "POST", Path: path, Body: `{"values":{"name":"` + strings.Repeat("x", 70<<10) + `"}}`, Status: 413},
		{Name: "the record", As: w.Admin, Method: "POST", Path: "/records/enquiry/query", Body: `{}`, Status: 200,
			Has: []string{`"name":"张总"`, `"phone":"+8613800005678"`, `"campaign":"fair-2026"`, `"source":"web"`}, Not: []string{`"doubtful":true`}},
	})
	var list struct{ Items []struct{ ID string } }
	w.Do(t, w.Admin, "POST", "/records/enquiry/query", `{}`).JSON(t, &list)
	if h := w.Do(t, w.Admin, "GET", "/records/enquiry/"+list.Items[0].ID+"/history", ""); !strings.Contains(h.Body, `"source":"public"`) {
		t.Errorf("the history does not name the source: %s", h.Body)
	}
}

func TestLinksBelongToThoseWhoMayCreate(t *testing.T) {
	t.Parallel()
	w := newVisitorWorld(t)
	reader := w.User(t, "reader", "reader")
	other := w.User(t, "other", "desk")
	own := w.link(t, fmt.Sprintf(`{"prefill":{"owner":%q,"campaign":"fair"},"expires_at":%q}`, w.desk.ID, w.now.Now().Add(time.Hour).Format(time.RFC3339)))
	if a := w.submit(t, own, `{"name":"from the fair","campaign":"another"}`); a.Status != 201 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if n := w.count(t, fmt.Sprintf(`{"all":[["owner","=",%q],["campaign","=","fair"]]}`, w.desk.ID)); n != "1" {
		t.Errorf("%s records have the values of the link", n)
	}
	links := "/forms/enquiry_public/links"
	w.Run(t, []apptest.Scenario{
		{Name: "a reader", As: reader.Token, Method: "POST", Path: links, Body: `{}`, Status: 403},
		{Name: "nobody", Method: "POST", Path: links, Body: `{}`, Status: 401},
		{Name: "a form that is not there", As: w.desk.Token, Method: "POST", Path: "/forms/nothing/links", Body: `{}`, Status: 404},
		{Name: "a field that links do not set", As: w.desk.Token, Method: "POST", Path: links, Body: `{"prefill":{"grade":"A"}}`, Status: 422, Has: []string{`"path":"/prefill/grade"`}},
		{Name: "a value that is wrong", As: w.desk.Token, Method: "POST", Path: links, Body: `{"prefill":{"phone":"12"}}`, Status: 422, Has: []string{`"path":"/prefill/phone"`}},
		{Name: "an end in the past", As: w.desk.Token, Method: "POST", Path: links, Body: `{"expires_at":"2020-01-01T00:00:00Z"}`, Status: 422, Has: []string{`"path":"/expires_at"`}},
		{Name: "somebody else's link", As: other.Token, Method: "DELETE", Path: links + "/" + own, Status: 404},
		{Name: "somebody else's list", As: other.Token, Method: "GET", Path: links, Status: 200, Not: []string{own}},
		{Name: "one's own list", As: w.desk.Token, Method: "GET", Path: links, Status: 200, Has: []string{own, w.token}},
		{Name: "the end of a link", As: w.desk.Token, Method: "DELETE", Path: links + "/" + w.token, Status: 204},
		{Name: "is an end", Method: "GET", Path: "/public/forms/" + w.token, Status: 404},
	})
	w.now.forward(2 * time.Hour)
	if a := w.submit(t, own, `{"name":"late"}`); a.Status != 404 {
		t.Errorf("a link that has ended: %d %s", a.Status, a.Body)
	}
}

// A repeated submission is one record: by its key, from 16 callers at once too. Without
// a key it is two, since two people may send the same.
func TestARepeatedSubmissionIsOneRecord(t *testing.T) {
	t.Parallel()
	w := newVisitorWorld(t)
	var all sync.WaitGroup
	answers := make([]*apptest.Answer, 16)
	for i := range answers {
		all.Go(func() { answers[i] = w.submit(t, w.token, `{"name":"once"}`, "Idempotency-Key", "k-1") })
	}
	all.Wait()
	for _, a := range answers {
		if a.Status != 201 && a.Status != 202 && a.Status != 503 {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	if n := w.count(t, `["name","=","once"]`); n != "1" {
		t.Errorf("%s records of one key", n)
	}
	if a := w.submit(t, w.token, `{"name":"once"}`, "Idempotency-Key", "k-1"); a.Status != 201 || !strings.HasPrefix(a.Text("number"), "Q") {
		t.Errorf("again: %d %s", a.Status, a.Body)
	}
	if a := w.submit(t, w.token, `{"name":"other"}`, "Idempotency-Key", "k-1"); a.Status != 409 {
		t.Errorf("another body: %d %s", a.Status, a.Body)
	}
	if a := w.submit(t, w.token, `{"phone":"1"}`, "Idempotency-Key", "k-2"); a.Status != 422 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := w.submit(t, w.token, `{"phone":"1"}`, "Idempotency-Key", "k-2"); a.Status != 422 || !strings.Contains(a.Body, `"path":"/name"`) {
		t.Errorf("what was refused is refused again: %d %s", a.Status, a.Body)
	}
	for range 2 {
		if a := w.submit(t, w.token, `{"name":"twice"}`); a.Status != 201 {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	if n := w.count(t, `["name","=","twice"]`); n != "2" {
		t.Errorf("%s records without a key", n)
	}
}

func TestSuspicionMarksAndDropsNothing(t *testing.T) {
	t.Parallel()
	w := newVisitorWorld(t)
	for name, values := range map[string]string{
		"honeypot": `{"name":"honeypot","_website":"http://spam.example"}`,
		"fast":     fmt.Sprintf(`{"name":"fast","_opened_at":%q}`, w.now.Now().Format(time.RFC3339)),
		"links":    `{"name":"links","need":"http://a.example http://b.example https://c.example"}`,
	} {
		if a := w.submit(t, w.token, values); a.Status != 201 {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		if n := w.count(t, fmt.Sprintf(`{"all":[["name","=",%q],["doubtful","=",true]]}`, name)); n != "1" {
			t.Errorf("%s: %s marked records", name, n)
		}
	}
	slow := fmt.Sprintf(`{"name":"a person","_opened_at":%q,"_website":""}`, w.now.Now().Add(-time.Minute).Format(time.RFC3339))
	if a := w.submit(t, w.token, slow); a.Status != 201 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if n := w.count(t, `{"all":[["name","=","a person"],["doubtful","=",true]]}`); n != "0" {
		t.Error("a person is marked")
	}
}

func TestANetworkSendsSoManyAMinute(t *testing.T) {
	t.Parallel()
	w := newVisitorWorld(t)
	refused := 0
	for i := range 45 {
		a := w.submit(t, w.token, fmt.Sprintf(`{"name":"n%d"}`, i))
		if a.Status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused != 5 {
		t.Errorf("%d of 45 are refused, the form takes 40 a minute", refused)
	}
	w.now.forward(time.Minute)
	if a := w.submit(t, w.token, `{"name":"later"}`); a.Status != 201 {
		t.Errorf("a minute later: %d %s", a.Status, a.Body)
	}
}

// A POST needs no GET before it and may come from the web sites that the form names.
func TestOtherSitesSendTheForm(t *testing.T) {
	t.Parallel()
	w := newVisitorWorld(t)
	path := "/public/forms/" + w.token
	from := func(origin string) []string { return []string{"Origin", origin, "Sec-Fetch-Site", "cross-site"} }
	allowed := "Access-Control-Allow-Origin: https://fair.example"
	w.Run(t, []apptest.Scenario{
		{Name: "may it", Method: "OPTIONS", Path: path, Header: from("https://fair.example"), Status: 204, WantHeader: []string{allowed}},
		{Name: "it sends", Method: "POST", Path: path, Header: from("https://fair.example"), Body: `{"values":{"name":"x"}}`, Status: 201, WantHeader: []string{allowed}},
		{Name: "another may not read", Method: "POST", Path: path, Header: from("https://evil.example"), Body: `{"values":{"name":"x"}}`, Status: 201, WantHeader: []string{"Access-Control-Allow-Origin: "}},
		{Name: "nor send anything else", Method: "POST", Path: "/session", Header: from("https://fair.example"), Body: `{"login":"a","password":"b"}`, Status: 403},
	})
}

// What no record could be made of is kept as it arrived, and made into one after
// the form was mended.
func TestARefusedSubmissionIsReplayed(t *testing.T) {
	t.Parallel()
	w := newVisitorWorld(t)
	if a := w.submit(t, w.token, `{"name":"李工","phone":"12"}`); a.Status != 422 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	var list struct {
		Items []struct{ ID, State, Body string }
	}
	w.Do(t, w.Admin, "GET", "/payloads?state=refused&form=enquiry_public", nil).Want(t, 200).JSON(t, &list)
	if len(list.Items) != 1 || list.Items[0].Body != `{"values":{"name":"李工","phone":"12"}}` {
		t.Fatalf("kept: %+v", list)
	}
	replay := "/payloads/" + list.Items[0].ID + "/replay"
	w.Do(t, w.Admin, "POST", replay, nil).Want(t, 422)
	mended := strings.Replace(visitorDefinitions[0], `"phone":{"x-type":"phone"`, `"phone":{"x-type":"text"`, 1)
	w.Do(t, w.Admin, "POST", "/builder/publish", `{"definitions":[`+mended+`]}`).Want(t, 200)
	for range 2 {
		w.Do(t, w.Admin, "POST", replay, nil).Want(t, 200)
	}
	if n := w.count(t, `["name","=","李工"]`); n != "1" {
		t.Errorf("%s records", n)
	}
	w.Do(t, w.desk.Token, "GET", "/payloads", nil).Want(t, 403)
}

// interrupted fails the commits of records while it is set.
type interrupted struct {
	store.Store
	on atomic.Bool
}

func (s *interrupted) Commit(ctx context.Context, b *store.Batch) error {
	for _, op := range b.Ops {
		if s.on.Load() && op.Collection == "enquiry" {
			return store.ErrUnavailable
		}
	}
	return s.Store.Commit(ctx, b)
}

// A submission whose record cannot be made now is kept, answered 202, and made
// once by a job when that is possible again; a caller who repeats it makes no second.
func TestAnInterruptedSubmissionIsFinishedByAJob(t *testing.T) {
	t.Parallel()
	clock := &testClock{at: time.Now()}
	faulty := &interrupted{}
	w := &visitorWorld{now: clock}
	w.App = apptest.Start(t, apptest.Options{Definitions: visitorDefinitions, Now: clock.Now, Wrap: func(s store.Store) store.Store {
		faulty.Store = s
		return faulty
	}})
	w.desk = w.User(t, "desk", "desk")
	w.token = w.link(t, `{}`)
	faulty.on.Store(true)
	if a := w.submit(t, w.token, `{"name":"夜里来的"}`, "Idempotency-Key", "night"); a.Status != http.StatusAccepted || a.Text("number") == "" {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if n := w.count(t, `["name","=","夜里来的"]`); n != "0" {
		t.Errorf("%s records while the store refuses them", n)
	}
	faulty.on.Store(false)
	for range 2 {
		clock.forward(time.Minute)
		if err := w.Jobs.Await(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if a := w.submit(t, w.token, `{"name":"夜里来的"}`, "Idempotency-Key", "night"); a.Status != http.StatusCreated || a.Text("number") != "Q0001" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if n := w.count(t, `["name","=","夜里来的"]`); n != "1" {
		t.Errorf("%s records", n)
	}
}
