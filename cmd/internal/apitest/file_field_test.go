package apitest

import (
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
)

// The definitions of the tests about file fields: a visit with photos that keep
// their position, and pictures that do not.
var visitDefinitions = []string{
	`{"kind":"entity","key":"visit","type":"object","x-title":{"zh-CN":"拜访","en":"Visit"},"x-owner-field":"owner","x-title-field":"name","required":["name"],"properties":{
	   "name":{"x-type":"text","x-title":{"zh-CN":"名称","en":"Name"}},
	   "owner":{"x-type":"user","x-title":{"zh-CN":"负责人","en":"Owner"},"default":{"me":true}},
	   "photos":{"x-type":"image","x-title":{"zh-CN":"现场照片","en":"Photos"},"x-keep-position":true},
	   "logo":{"x-type":"image","x-title":{"zh-CN":"标志","en":"Logo"},"x-media-types":["image/png","image/jpeg"],"x-max-bytes":2000,"maxItems":2},
	   "contract":{"x-type":"attachment","x-title":{"zh-CN":"合同","en":"Contract"},"x-media-types":["application/pdf"]},
	   "secret":{"x-type":"attachment","x-title":{"zh-CN":"密件","en":"Secret"}},
	   "signed":{"x-type":"signature","x-title":{"zh-CN":"签名","en":"Signature"}}}}`,
	`{"kind":"entity","key":"payroll","type":"object","x-title":{"zh-CN":"工资","en":"Payroll"},"x-title-field":"name","properties":{
	   "name":{"x-type":"text","x-title":{"zh-CN":"名称","en":"Name"}},
	   "sheet":{"x-type":"attachment","x-title":{"zh-CN":"表","en":"Sheet"}}}}`,
	`{"kind":"role","key":"agent","title":{"zh-CN":"销售","en":"Agent"},"grants":[{"entity":"visit","operations":["create","read","update"],
	  "scopes":[{"type":"own"}],"read":{"all":true,"except":["secret"]},"write":{"all":true,"except":["secret","signed"]}}]}`,
}

// picture is one of the sample pictures, each with a position and a marker in it.
func picture(t *testing.T, name string) string {
	t.Helper()
	body, err := os.ReadFile("../../../runtime/files/picture/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func newVisits(t *testing.T) (*apptest.App, apptest.Person) {
	t.Helper()
	app := apptest.Start(t, apptest.Options{Definitions: visitDefinitions, MaxUpload: 10_000})
	return app, app.User(t, "li", "agent")
}

// uploadFor uploads a file for a field of visits.
func uploadFor(t *testing.T, app *apptest.App, token, field, name, body string, headers ...string) *apptest.Answer {
	t.Helper()
	form, media := apptest.Form(t, map[string]string{name: body})
	return app.Do(t, token, "POST", "/files?entity=visit&field="+url.QueryEscape(field), form, append([]string{"Content-Type", media}, headers...)...)
}

func TestFieldLimitsAtUpload(t *testing.T) {
	t.Parallel()
	app, li := newVisits(t)
	photo, pdf := picture(t, "phone.jpg"), "%PDF-1.7 the contract"
	for _, c := range []struct {
		name, field, file, body string
		status                  int
		has                     string
	}{
		{"as the field wants it", "logo", "a.jpg", photo, 201, `"media_type":"image/jpeg"`},
		{"of any type", "contract", "a.jpg", pdf, 201, "application/pdf"},
		{"too large for the field", "logo", "a.jpg", photo + strings.Repeat("x", 200), 413, "2000"},
		{"too large for all", "photos", "a.jpg", photo + strings.Repeat("x", 80_000), 413, "10000"},
		{"of another type", "contract", "contract.pdf", photo, 415, "image/jpeg"},
		{"of another type of picture", "logo", "a.gif", picture(t, "moving.gif")[:1900], 415, "image/png"},
		{"markup as a picture", "photos", "a.png", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 415, "text/xml"},
		{"a page as a picture", "photos", "a.jpg", "<html><script>alert(1)</script>", 415, "text/html"},
		{"damaged", "photos", "a.jpg", "\xff\xd8\xff\xe1\x00\x00", 201, ""}, // stored unchanged
		{"damaged for a field that does not keep it", "logo", "a.jpg", "\xff\xd8\xff\xe1\x00\x00", 422, "damaged"},
		{"empty", "logo", "a.jpg", "", 422, "empty"},
		{"for a field that may not be written", "signed", "a.png", picture(t, "screen.png"), 422, `"code":"not_writable"`},
		{"for a field that may not be known", "secret", "a.pdf", pdf, 422, `"code":"unknown_field"`},
		{"for no field", "nothing", "a.pdf", pdf, 422, `"code":"unknown_field"`},
		{"for a field without files", "name", "a.pdf", pdf, 422, `"code":"no_file_field"`},
	} {
		got := uploadFor(t, app, li.Token, c.field, c.file, c.body, "Accept-Language", "en")
		if got.Status != c.status || !strings.Contains(got.Body, c.has) {
			t.Errorf("%s: %d, want %d with %s\n%s", c.name, got.Status, c.status, c.has, got.Body)
		}
	}
	form, media := apptest.Form(t, map[string]string{"a.pdf": pdf})
	app.Run(t, []apptest.Scenario{
		{Name: "an entity that is not his", As: li.Token, Method: "POST", Path: "/files?entity=payroll&field=sheet", Body: form, Header: []string{"Content-Type", media}, Status: 422, Has: []string{`"path":"/entity"`}},
		{Name: "an entity that is not", As: li.Token, Method: "POST", Path: "/files?entity=nothing&field=sheet", Body: form, Header: []string{"Content-Type", media}, Status: 422, Has: []string{`"path":"/entity"`}},
		{Name: "half a name", As: li.Token, Method: "POST", Path: "/files?field=sheet", Body: form, Header: []string{"Content-Type", media}, Status: 422},
		{Name: "an upload that can be resumed", As: li.Token, Method: "POST", Path: "/files/uploads?entity=visit&field=logo", Header: []string{"Upload-Length", "2001", "Tus-Resumable", "1.0.0"}, Status: 413},
		{Name: "in Chinese", As: li.Token, Method: "POST", Path: "/files?entity=visit&field=photos", Body: form, Header: []string{"Content-Type", media, "Accept-Language", "zh-CN"}, Status: 415, Has: []string{"不接受 application/pdf 类型的文件"}},
		{Name: "the administrator writes all of them", As: app.Admin, Method: "POST", Path: "/files?entity=visit&field=secret", Body: form, Header: []string{"Content-Type", media}, Status: 201},
	})
	if n, err := app.Store.Count(t.Context(), "weft_file", nil, 0); n != 4 || err != nil {
		t.Errorf("%d files, want the four that were taken, %v", n, err)
	}
}

// The limits hold whichever field was named at the upload.
func TestFieldLimitsWhenLinked(t *testing.T) {
	t.Parallel()
	app, li := newVisits(t)
	pdf := app.Upload(t, li.Token, "a.pdf", "%PDF-1.7")
	photo := app.Upload(t, li.Token, "a.jpg", picture(t, "phone.jpg"))
	large := app.Upload(t, li.Token, "b.png", picture(t, "phone.jpg")+strings.Repeat("x", 3000)) // without its metadata it fits
	gif := app.Upload(t, li.Token, "c.gif", picture(t, "moving.gif"))
	visit := func(field string, ids ...string) string {
		return fmt.Sprintf(`{"name":"x",%q:["%s"]}`, field, strings.Join(ids, `","`))
	}
	app.Run(t, []apptest.Scenario{
		{Name: "another type", As: li.Token, Method: "POST", Path: "/records/visit", Body: visit("logo", pdf), Status: 422, Has: []string{`"path":"/logo/0"`, `"code":"media_type"`}},
		{Name: "too large, and of another type of picture", As: li.Token, Method: "POST", Path: "/records/visit", Body: visit("logo", gif), Status: 422, Has: []string{`"code":"media_type"`, `"code":"file_too_large"`}},
		{Name: "too many", As: li.Token, Method: "POST", Path: "/records/visit", Body: visit("logo", photo, large, gif), Status: 422, Has: []string{`"path":"/logo"`}},
		{Name: "several signatures", As: app.Admin, Method: "POST", Path: "/records/visit", Body: visit("signed", photo, large), Status: 422},
		{Name: "all right", As: li.Token, Method: "POST", Path: "/records/visit", Body: visit("logo", photo, large), Status: 201},
	})
}

// A picture uploaded for another field, or for none, loses its position; one that
// kept it cannot be linked elsewhere.
func TestPositionsAreRemovedUnlessTheFieldKeepsThem(t *testing.T) {
	t.Parallel()
	app, li := newVisits(t)
	photo := picture(t, "phone.jpg")
	download := func(id string) string {
		return app.Do(t, li.Token, "GET", "/files/"+id, nil).Want(t, 200).Body
	}
	plain := app.Upload(t, li.Token, "a.jpg", photo)
	logo := uploadFor(t, app, li.Token, "logo", "a.jpg", photo).Want(t, 201).Text("id")
	kept := uploadFor(t, app, li.Token, "photos", "a.jpg", photo).Want(t, 201).Text("id")
	for name, id := range map[string]string{"for no field": plain, "for a field without": logo} {
		if got := download(id); strings.Contains(got, "WEFTCANARY") || strings.Contains(got, "GPS") || len(got) == 0 {
			t.Errorf("%s it is still there", name)
		}
	}
	if download(kept) != photo {
		t.Error("the field that keeps positions has other bytes than were sent")
	}
	app.Run(t, []apptest.Scenario{
		{Name: "not elsewhere", As: li.Token, Method: "POST", Path: "/records/visit", Body: fmt.Sprintf(`{"name":"x","logo":[%q]}`, kept), Status: 422, Has: []string{`"path":"/logo/0"`, `"code":"file_position"`}},
		{Name: "nor where nobody asked", As: app.Admin, Method: "POST", Path: "/records/visit", Body: fmt.Sprintf(`{"name":"x","secret":[%q]}`, kept), Status: 422, Has: []string{`"code":"file_position"`}},
		{Name: "one without may stand where they are kept", As: li.Token, Method: "POST", Path: "/records/visit", Body: fmt.Sprintf(`{"name":"x","photos":[%q,%q]}`, plain, kept), Status: 201},
	})
	for _, size := range []string{"small", "medium", "large"} {
		if got := app.Do(t, li.Token, "GET", "/files/"+kept+"/thumbnail?size="+size, nil).Want(t, 200).Body; strings.Contains(got, "WEFTCANARY") || strings.Contains(got, "Exif") {
			t.Errorf("the %s picture tells more than pixels", size)
		}
	}
	meta := app.Do(t, li.Token, "GET", "/meta", nil).Want(t, 200).Body
	if strings.Count(meta, `"keep_position":true`) != 1 {
		t.Errorf("clients are not told: %s", meta)
	}
}
