package app_test

import (
	"net/http"
	"testing"

	"weft/cmd/internal/apptest"
)

// What another system sends, as JSON or a form, is kept and starts triggers once per
// key; after the mapping was mended a kept payload is sent again.
func TestInboundWebhooks(t *testing.T) {
	t.Parallel()
	hook := func(name string) string {
		return `{"kind":"trigger","key":"ads","title":{"en":"Ads"},"on":{"event":"webhook","token":"ads-7f3a9c2e51"},"steps":[
			{"key":"make","type":"create","entity":"ticket","values":{"name":{"input":"` + name + `"},"grade":{"input":"grade"}}}]}`
	}
	f := newTriggered(t, apptest.Options{}, hook("lead.name"))
	call := func(name, body, media string, status int, header ...string) apptest.Scenario {
		return apptest.Scenario{Name: name, Method: "POST", Path: "/hooks/ads-7f3a9c2e51", Body: body, Header: append(header, "Content-Type", media), Status: status}
	}
	const json, form = "application/json", "application/x-www-form-urlencoded"
	f.Run(t, []apptest.Scenario{
		call("JSON", `{"lead":{"name":"张总"},"grade":"A"}`, json, 202, "Idempotency-Key", "1"),
		call("again", `{"lead":{"name":"张总"},"grade":"A"}`, json, 202, "Idempotency-Key", "1"),
		call("another body", `{"lead":{"name":"x"}}`, json, 409, "Idempotency-Key", "1"),
		call("a form", `grade=B`, form, 202),
		call("a picture", `x`, "image/png", 415),
		call("no JSON", `{`, json, 400),
		{Name: "nobody listens", Method: "POST", Path: "/hooks/other", Body: `{}`, Status: 404},
	})
	f.await()
	if got := f.count("ticket", `["name","=","张总"]`); got != 1 {
		t.Errorf("%d tickets of one key", got)
	}
	f.publish(hook("grade"))
	var list struct{ Items []struct{ ID, Body string } }
	f.Do(t, f.Admin, "GET", "/payloads", nil).Want(t, http.StatusOK).JSON(t, &list)
	for _, p := range list.Items {
		if p.Body == "grade=B" {
			f.Do(t, f.Admin, "POST", "/payloads/"+p.ID+"/replay", nil).Want(t, http.StatusOK)
		}
	}
	f.await()
	if got := f.count("ticket", `["name","=","B"]`); got != 1 {
		t.Errorf("%d tickets of the payload that was sent again", got)
	}
}
