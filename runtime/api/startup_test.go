package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"weft/runtime/api"
)

// R-14 at start: a server without its database is alive, says that it is not
// ready and why, and serves nothing else.
func TestRequestsBeforeTheDatabaseIsReached(t *testing.T) {
	t.Parallel()
	w := &api.StartupHandler{}
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/healthz", 200}, {"HEAD", "/healthz", 200}, {"GET", "/readyz", 503}, {"GET", "/", 503},
		{"GET", "/api/v1/me", 503}, {"POST", "/api/v1/records/deal", 503}, {"POST", "/healthz", 503},
	} {
		req := httptest.NewRequest(c.method, c.path, nil)
		req.Header.Set("Accept-Language", "en")
		out := httptest.NewRecorder()
		w.ServeHTTP(out, req)
		if out.Code != c.status || out.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s: %d, want %d; %v", c.method, c.path, out.Code, c.status, out.Header())
		}
		if c.status != 503 {
			continue
		}
		var p struct{ Code, Detail string }
		if err := json.Unmarshal(out.Body.Bytes(), &p); err != nil || p.Code != "unavailable" || p.Detail == "" || out.Header().Get("Retry-After") == "" {
			t.Errorf("%s %s: %v %s", c.method, c.path, out.Header(), out.Body)
		}
	}
	w.Ready(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) { out.WriteHeader(http.StatusTeapot) }))
	out := httptest.NewRecorder()
	w.ServeHTTP(out, httptest.NewRequest("GET", "/readyz", nil))
	if out.Code != http.StatusTeapot {
		t.Errorf("opened: %d", out.Code)
	}
}
