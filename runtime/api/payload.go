package api

import (
	"net/http"

	"weft/runtime/intake"
)

// payloadPageAnswer is a page of what was sent from outside.
type payloadPageAnswer struct {
	Items  []intake.Payload `json:"items"`
	Cursor string           `json:"cursor,omitempty"`
}

func listPayloads(rc *requestContext) error {
	q := rc.r.URL.Query()
	list, cursor, err := rc.s.o.Intake.Payloads(rc.ctx, intake.PayloadQuery{Form: q.Get("form"), State: intake.State(q.Get("state")), Cursor: q.Get("cursor")})
	if err != nil {
		return err
	}
	return rc.json(http.StatusOK, payloadPageAnswer{orEmpty(list), cursor})
}

// replayPayload needs no body.
func replayPayload(rc *requestContext) error {
	return rc.answer(rc.s.o.Intake.Replay(rc.ctx, rc.vars()["id"], WebhookBody))
}
