package api

import (
	"net/http"
	"slices"
	"time"

	"weft/runtime/intake"
	"weft/runtime/problem"
	"weft/runtime/request"
	"weft/schemas"
)

const (
	formLinksPath   = basePath + "/forms/{form}/links"
	publicFormsPath = basePath + "/public/forms/{token}"
	payloadsPath    = basePath + "/payloads"
	// maxSubmission is the largest body of a submission in bytes.
	maxSubmission = 64 << 10
)

func intakeRoutes() []Route {
	return []Route{
		{Name: "link.list", Method: "GET", Path: formLinksPath, Policy: SignedIn, handle: listLinks},
		{Name: "link.create", Method: "POST", Path: formLinksPath, Policy: SignedIn, Idempotent: true, handle: createLink},
		{Name: "link.delete", Method: "DELETE", Path: formLinksPath + "/{token}", Policy: SignedIn, handle: deleteLink},
		{Name: "public_form.get", Method: "GET", Path: publicFormsPath, Policy: Public, handle: getPublicForm},
		{Name: "public_form.submit", Method: "POST", Path: publicFormsPath, Policy: Public, CrossOrigin: true, MaxBody: maxSubmission, handle: submitPublicForm},
		{Name: "webhook.call", Method: "POST", Path: basePath + "/hooks/{token}", Policy: Public, CrossOrigin: true, MaxBody: maxWebhook, handle: callWebhook},
		{Name: "payload.list", Method: "GET", Path: payloadsPath, Policy: AdminOnly, handle: listPayloads},
		{Name: "payload.replay", Method: "POST", Path: payloadsPath + "/{id}/replay", Policy: AdminOnly, Idempotent: true, handle: replayPayload},
		{Name: "public_form.options", Method: "OPTIONS", Path: publicFormsPath, Policy: Public, CrossOrigin: true, handle: publicFormOptions},
	}
}

// linkItem is a link as its maker sees it.
type linkItem struct {
	Token     string         `json:"token"`
	URL       string         `json:"url"`
	Prefill   map[string]any `json:"prefill,omitempty"`
	By        string         `json:"by"`
	At        string         `json:"at"`
	ExpiresAt string         `json:"expires_at,omitempty"`
}

// item shows a link with its address on the host that the request names.
func (rc *requestContext) linkItem(l *intake.Link) linkItem {
	scheme := "http"
	if rc.overTLS() {
		scheme = "https"
	}
	return linkItem{Token: l.Token, URL: scheme + "://" + rc.r.Host + "/f/" + l.Token, Prefill: l.Prefill, By: l.By, At: l.At, ExpiresAt: l.ExpiresAt}
}

func listLinks(rc *requestContext) error {
	links, err := rc.s.o.Intake.Links(rc.ctx, rc.actor, rc.vars()["form"])
	if err != nil {
		return err
	}
	items := make([]linkItem, len(links))
	for i := range links {
		items[i] = rc.linkItem(&links[i])
	}
	return rc.json(http.StatusOK, map[string]any{"items": items})
}

type linkBody struct {
	Prefill   map[string]any `json:"prefill"`
	ExpiresAt string         `json:"expires_at"`
}

func createLink(rc *requestContext) error {
	var in linkBody
	m, err := rc.decode(&in)
	if err != nil {
		return err
	}
	prefill, err := objectMember(m, "prefill")
	if err != nil {
		return err
	}
	var expires time.Time
	if in.ExpiresAt != "" {
		if expires, err = time.Parse(time.RFC3339, in.ExpiresAt); err != nil {
			return problem.Of(problem.Invalid, problem.At("/expires_at", "not_a_datetime"))
		}
	}
	link, err := rc.s.o.Intake.CreateLink(rc.ctx, rc.actor, rc.vars()["form"], prefill, expires)
	if err != nil {
		return err
	}
	return rc.json(http.StatusCreated, rc.linkItem(link))
}

func deleteLink(rc *requestContext) error {
	v := rc.vars()
	return rc.done(rc.s.o.Intake.DeleteLink(rc.ctx, rc.actor, v["form"], v["token"]))
}

// publicFormAnswer is all that the page of a public form shows. Fields are those
// that a visitor fills in, hidden ones included.
type publicFormAnswer struct {
	Title    schemas.Title     `json:"title"`
	Sections []schemas.Section `json:"sections"`
	Fields   []fieldMeta       `json:"fields"`
	Hidden   []string          `json:"hidden"`
	Prefill  map[string]any    `json:"prefill"`
	Thanks   *schemas.Title    `json:"thanks,omitempty"`
	// Honeypot and OpenedAt are the members of values by which programs give
	// themselves away.
	Honeypot string `json:"honeypot"`
	OpenedAt string `json:"opened_at"`
	// Schema is the JSON Schema of the values.
	Schema map[string]any `json:"schema"`
}

func getPublicForm(rc *requestContext) error {
	f, err := rc.s.o.Intake.Form(rc.ctx, rc.vars()["token"])
	if err != nil {
		return err
	}
	rc.allowOrigin(f.Def.Public.Origins)
	rights, err := rc.s.o.Access.Rights(rc.ctx, f.Actor)
	if err != nil {
		return err
	}
	v := viewer{rights: rights, m: rights.Model}
	answer := publicFormAnswer{
		Title: f.Def.Title, Sections: f.Def.Sections,
		Hidden: orEmpty(f.Def.Public.Hidden), Prefill: f.Prefill, Thanks: f.Def.Public.Thanks,
		Honeypot: intake.Honeypot, OpenedAt: intake.OpenedAt,
	}
	required, properties := []string{}, object{}
	for _, key := range slices.Concat(f.Def.Public.Fields, f.Def.Public.Hidden) {
		field := f.Entity.ByKey[key]
		answer.Fields = append(answer.Fields, v.field(field, false, true))
		properties[key] = field.JSONSchema()
		if field.Required {
			required = append(required, key)
		}
	}
	answer.Schema = closedObject(required, properties)
	return rc.json(http.StatusOK, answer)
}

// submitPublicForm answers nothing of the record but its number: 201 when it is
// made, 202 when it is kept and will be made.
func submitPublicForm(rc *requestContext) error {
	token := rc.vars()["token"]
	f, err := rc.s.o.Intake.Form(rc.ctx, token)
	if err != nil {
		return err
	}
	rc.allowOrigin(f.Def.Public.Origins)
	var in struct {
		Values map[string]any `json:"values"`
	}
	m, err := rc.decode(&in)
	if err != nil {
		return err
	}
	values, err := objectMember(m, "values")
	if err != nil {
		return err
	}
	if values == nil {
		return problem.Of(problem.Invalid, problem.At("/values", "required"))
	}
	key, err := rc.idempotencyKey()
	if err != nil {
		return err
	}
	receipt, err := rc.s.o.Intake.Submit(rc.ctx, intake.Submission{
		Token: token, Values: values, Body: rc.body, Key: key, Network: rc.network(), Agent: rc.r.UserAgent(), Lang: request.Language(rc.r),
	})
	if err != nil {
		return err
	}
	status := http.StatusAccepted
	if receipt.Made {
		status = http.StatusCreated
	}
	return rc.json(status, map[string]any{"number": receipt.Number, "thanks": f.Def.Public.Thanks})
}

// publicFormOptions answers the question of browsers whether another web site may send the form.
func publicFormOptions(rc *requestContext) error {
	f, err := rc.s.o.Intake.Form(rc.ctx, rc.vars()["token"])
	if err != nil {
		return err
	}
	if rc.allowOrigin(f.Def.Public.Origins) {
		h := rc.Header()
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		h.Set("Access-Control-Allow-Headers", "Content-Type, Idempotency-Key, Accept-Language")
		h.Set("Access-Control-Max-Age", "600")
	}
	return rc.empty()
}

// allowOrigin lets pages of the origin of the request read the answer when it is
// one of the list.
func (rc *requestContext) allowOrigin(origins []string) bool {
	h := rc.Header()
	h.Add("Vary", "Origin")
	origin := rc.r.Header.Get("Origin")
	if origin == "" || !slices.Contains(origins, origin) {
		return false
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	return true
}
