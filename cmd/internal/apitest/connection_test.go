package apitest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"weft/cmd/internal/apptest"
)

// rawRequest writes a request to a connection of its own. The client then
// closes its side of the connection and still reads, as half-closed clients do.
func rawRequest(t *testing.T, w testWorld, text string) (*http.Response, string) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return nil, "" // the connection was aborted
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func (w testWorld) rawText(method, path, body string, missing int) string {
	return fmt.Sprintf("%s /api/v1%s HTTP/1.1\r\nHost: weft\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		method, path, w.li.Token, len(body)+missing, body)
}

func TestARequestThatEndsEarlyIsNeverAnswered200(t *testing.T) { // R3
	t.Parallel()
	w := newWorld(t)
	id := w.Create(t, w.li.Token, "deal", map[string]any{"name": "甲"})
	for _, c := range []struct {
		name, text string
		status     int
		code       string
	}{
		{"patch without its last byte", w.rawText("PATCH", "/records/deal/"+id, `{"name":"乙"`, 1), 400, "malformed"},
		{"create without its last byte", w.rawText("POST", "/records/deal", `{"name":"乙"`, 1), 400, "malformed"},
		{"query without its last byte", w.rawText("POST", "/records/deal/query", `{"limit":1`, 1), 400, "malformed"},
		{"a token without its last byte", w.rawText("POST", "/tokens", `{"name":"x"`, 1), 400, "malformed"},
		{"a half-closed refusal", w.rawText("POST", "/records/deal", `{"nmae":"乙"}`, 0), 422, "invalid"},
		{"a half-closed create", w.rawText("POST", "/records/deal", `{"name":"丙"}`, 0), 201, ""},
		{"a half-closed patch", w.rawText("PATCH", "/records/deal/"+id, `{"name":"丁"}`, 0), 200, ""},
	} {
		res, body := rawRequest(t, w, c.text)
		if res == nil {
			t.Errorf("%s: no answer", c.name)
			continue
		}
		if res.StatusCode != c.status || c.code != "" && !strings.Contains(body, `"code":"`+c.code+`"`) || body == "" {
			t.Errorf("%s: %d %q, want %d %s", c.name, res.StatusCode, body, c.status, c.code)
		}
	}
	if a := w.Do(t, w.Admin, "POST", "/records/deal/query", map[string]any{"where": []string{"name", "=", "乙"}, "count": "exact"}); !strings.Contains(a.Body, `"count":0`) {
		t.Errorf("an incomplete request was written: %s", a.Body)
	}
	// Reads end with their client: a problem or no answer, but not an empty 200.
	for range 20 {
		if res, body := rawRequest(t, w, w.rawText("POST", "/records/deal/query", `{}`, 0)); res != nil && res.StatusCode == 200 && body == "" {
			t.Fatal("an empty 200")
		}
	}
}

func TestSignInTakesSmallBodiesOnly(t *testing.T) { // R4
	t.Parallel()
	w := newWorld(t)
	body := `{"login":"a","password":"` + strings.Repeat("x", 5<<10) + `"}`
	w.Do(t, "", "POST", "/session", body).Want(t, http.StatusRequestEntityTooLarge)
}

func TestHalfSentRequestsTakeNothingFromOthers(t *testing.T) { // R5
	t.Parallel()
	app := apptest.Start(t, apptest.Options{})
	const half = "POST /api/v1/session HTTP/1.1\r\nHost: weft\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
	for range 400 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(app.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, half); err != nil {
			t.Fatal(err)
		}
	}
	// From the same network further sign-ins are refused, at once and by name …
	deadline := time.Now().Add(10 * time.Second)
	for app.Do(t, "", "POST", "/session", map[string]any{"login": "x", "password": "y"}).Status != http.StatusTooManyRequests {
		if time.Now().After(deadline) {
			t.Fatal("half-sent requests are not limited by network")
		}
	}
	// … while health and signed-in requests are answered.
	app.Do(t, "", "GET", "//healthz", nil).Want(t, 200)
	app.Do(t, "", "GET", "//readyz", nil).Want(t, 200)
	app.Do(t, app.Admin, "GET", "/me", nil).Want(t, 200)
}
