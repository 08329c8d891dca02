package apitest

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
)

// R8: behind trusted proxies the client is whom they name, also for the cookie.
func TestBehindATrustedProxy(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	signIn := map[string]any{"login": "admin", "password": apptest.AdminPassword}
	for _, c := range []struct {
		proto  string
		secure bool
	}{{"https", true}, {"http", false}, {"", false}} {
		a := app.Do(t, "", "POST", "/session", signIn, "X-Forwarded-For", "203.0.113.9", "X-Forwarded-Proto", c.proto).Want(t, 200)
		if got := strings.Contains(a.Header.Get("Set-Cookie"), "Secure"); got != c.secure {
			t.Errorf("scheme %q: cookie %s", c.proto, a.Header.Get("Set-Cookie"))
		}
	}
	// Wrong passwords from one client leave another one alone.
	wrong := map[string]any{"login": "nobody", "password": "wrong"}
	for i := range 200 {
		if app.Do(t, "", "POST", "/session", wrong, "X-Forwarded-For", "203.0.113.66").Status == http.StatusTooManyRequests {
			break
		}
		if i == 199 {
			t.Error("wrong passwords are not limited by client")
		}
	}
	app.Do(t, "", "POST", "/session", signIn, "X-Forwarded-For", "203.0.113.9").Want(t, 200)
	// A proxy on this machine that names no client does not make its clients local.
	app.Do(t, "", "GET", "//metrics", nil).Want(t, 401)
	app.Do(t, app.Admin, "GET", "//metrics", nil).Want(t, 200)
}

func TestForwardingHeadersOfOthersAreIgnored(t *testing.T) { // R8
	t.Parallel()
	app := apptest.Start(t, apptest.Options{})
	a := app.Do(t, "", "POST", "/session", map[string]any{"login": "admin", "password": apptest.AdminPassword}, "X-Forwarded-Proto", "https").Want(t, 200)
	if strings.Contains(a.Header.Get("Set-Cookie"), "Secure") {
		t.Errorf("an unknown proxy decides on the cookie: %s", a.Header.Get("Set-Cookie"))
	}
}

func TestMetricsAreForThisMachineOnly(t *testing.T) { // R8
	t.Parallel()
	app := apptest.Start(t, apptest.Options{})
	app.Do(t, "", "GET", "//metrics", nil).Want(t, 200)
	for header, value := range map[string]string{
		"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "localhost", "X-Real-Ip": "127.0.0.1", "Forwarded": "for=127.0.0.1", "Via": "1.1 proxy",
	} {
		app.Do(t, "", "GET", "//metrics", nil, header, value).Want(t, 401)
	}
	for host, status := range map[string]int{"localhost": 200, "localhost:8520": 200, "[::1]:8520": 200, "127.0.0.1": 200, "evil.example": 401, "crm.example:8520": 401, "192.0.2.1": 401} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", app.URL+"/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		if a := app.Send(t, req); a.Status != status {
			t.Errorf("Host %s: %d, want %d", host, a.Status, status)
		}
	}
}

func TestAUserCannotFillTheDatabaseInAMoment(t *testing.T) { // R12
	t.Parallel()
	app := apptest.Start(t, apptest.Options{Definitions: dealDefinitions, WriteQuota: 2000})
	li, wang := app.User(t, "li", "agent"), app.User(t, "wang", "agent")
	body := map[string]any{"name": strings.Repeat("x", 200)}
	refused := false
	for range 20 {
		a := app.Do(t, li.Token, "POST", "/records/deal", body)
		if refused = a.Status == http.StatusTooManyRequests; refused {
			if a.Text("code") != "rate" || a.Header.Get("Retry-After") == "" {
				t.Errorf("%v %s", a.Header, a.Body)
			}
			break
		}
	}
	if !refused {
		t.Error("the quota is not applied")
	}
	app.Do(t, li.Token, "POST", "/records/deal/query", map[string]any{}).Want(t, 200)
	app.Do(t, wang.Token, "POST", "/records/deal", body).Want(t, 201)
}
