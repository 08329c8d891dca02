package api

import (
	"net/http"

	"weft/runtime/request"
	"weft/runtime/settings"
	"weft/runtime/store"
)

func getSettings(rc *requestContext) error { return rc.settings() }

// settings answers the organisation's settings with their revision as ETag.
func (rc *requestContext) settings() error {
	now, rev := rc.s.o.Settings.Current()
	rc.Header()["Etag"] = []string{request.ETag(rev)}
	return rc.json(http.StatusOK, now)
}

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
	return rc.settings()
}
