package api

import (
	"net/http"

	"weft/runtime/request"
	"weft/runtime/settings"
	"weft/runtime/store"
)

// settingsAnswer are the settings with what they should say and do not.
type settingsAnswer struct {
	settings.Settings
	Warnings []map[string]any `json:"_warnings,omitempty"`
}

// getSettings answers the organisation's settings with their revision as ETag.
func getSettings(rc *requestContext) error {
	now, rev := rc.s.o.Settings.Current()
	rc.Header()["Etag"] = []string{request.ETag(rev)}
	answer := settingsAnswer{Settings: now}
	for _, w := range rc.s.o.Settings.Warnings() {
		answer.Warnings = append(answer.Warnings, w.Body(request.Language(rc.r)))
	}
	return rc.json(http.StatusOK, answer)
}

// patchSettings answers the settings alone: the answer is kept with the change under
// the idempotency key, before anybody knows what they should say besides.
func patchSettings(rc *requestContext) error {
	patch, err := rc.object("application/merge-patch+json")
	if err != nil {
		return err
	}
	rev, err := rc.ifMatch()
	if err != nil {
		return err
	}
	err = rc.s.o.Settings.Patch(rc.ctx, rc.actor.Login, rev, patch, func(now settings.Settings) ([]store.Op, error) {
		return rc.answerOps(http.StatusOK, now)
	})
	if err != nil {
		return err
	}
	changed, rev := rc.s.o.Settings.Current()
	rc.Header()["Etag"] = []string{request.ETag(rev)}
	return rc.json(http.StatusOK, changed)
}
