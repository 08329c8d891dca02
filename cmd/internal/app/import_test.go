package app_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"weft/cmd/internal/apptest"
)

// unread fails the test when a body is read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

// R12: who may not import is refused before any of the file is read.
func TestAnImportWithoutTheRightIsRefusedUnread(t *testing.T) {
	t.Parallel()
	a := apptest.Start(t, apptest.Options{Install: []string{"opportunity-pipeline"}})
	token := a.Token(t, a.User(t, "no.role").Login)
	for _, path := range []string{"/records/account/import", "/imports"} {
		req := httptest.NewRequest("POST", "/api/v1"+path, unread{t})
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", "text/csv")
		res := httptest.NewRecorder()
		a.API.ServeHTTP(res, req)
		if res.Code != http.StatusForbidden {
			t.Errorf("%s: %d %s", path, res.Code, res.Body)
		}
	}
}
