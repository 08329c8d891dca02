package api

import (
	"mime"
	"net/http"
	"net/url"

	"weft/runtime/intake"
	"weft/runtime/request"
)

// maxWebhook is the largest body of an inbound webhook in bytes.
const maxWebhook = 256 << 10

// callWebhook takes JSON or a form. It answers 202 and the number of what was kept.
func callWebhook(rc *requestContext) error {
	if err := rc.read("application/json", "application/x-www-form-urlencoded"); err != nil {
		return err
	}
	body, err := webhookBody(rc.r.Header.Get("Content-Type"), rc.body)
	if err != nil {
		return err
	}
	key, err := rc.idempotencyKey()
	if err != nil {
		return err
	}
	number, err := rc.s.o.Intake.Webhook(rc.ctx, intake.WebhookCall{
		Token: rc.vars()["token"], Raw: rc.body, Body: body, Key: key, Network: rc.network(), Agent: rc.r.UserAgent(),
	})
	if err != nil {
		return err
	}
	return rc.json(http.StatusAccepted, map[string]any{"number": number})
}

// webhookBody decodes a body: JSON as it is, the fields of a form as texts by name.
func webhookBody(contentType, raw string) (any, error) {
	if media, _, err := mime.ParseMediaType(contentType); err != nil || media != "application/x-www-form-urlencoded" {
		return request.Object(raw)
	}
	form, err := url.ParseQuery(raw)
	if err != nil {
		return nil, malformed("query_parameter", map[string]any{"name": "body"})
	}
	body := map[string]any{}
	for name, values := range form {
		body[name] = values[0]
	}
	return body, nil
}

// WebhookBody decodes the body of a kept call, whose form it tells by its beginning.
func WebhookBody(raw string) (any, error) {
	if len(raw) > 0 && raw[0] == '{' {
		return webhookBody("application/json", raw)
	}
	return webhookBody("application/x-www-form-urlencoded", raw)
}
