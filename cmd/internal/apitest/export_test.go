package apitest

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
)

// R11: exports that nobody reads stop no export of another user, and a user has
// a few at a time.
func TestUnreadExportsBlockNobodyElse(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.Options{Definitions: []string{`{"kind":"entity","key":"memo","type":"object","x-title":{"zh-CN":"备忘","en":"Memo"},
		"properties":{"text":{"x-type":"long_text","x-title":{"zh-CN":"内容","en":"Text"}}}}`,
		`{"kind":"role","key":"reader","title":{"zh-CN":"读者","en":"Reader"},"grants":[{"entity":"memo","operations":["read","export"],"scopes":[{"type":"all"}],"read":{"all":true}}]}`}})
	const rows = 150 // 13 MB, more than the buffers of a connection
	for range rows {
		app.Create(t, app.Admin, "memo", map[string]any{"text": strings.Repeat("x", 90_000)})
	}
	slow, other := app.User(t, "slow", "reader"), app.User(t, "other", "reader")
	for range 3 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(app.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintf(conn, "POST /api/v1/records/memo/export HTTP/1.1\r\nHost: weft\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", slow.Token); err != nil {
			t.Fatal(err)
		}
		status := make([]byte, len("HTTP/1.1 200 OK"))
		if _, err := io.ReadFull(conn, status); err != nil || string(status) != "HTTP/1.1 200 OK" {
			t.Fatalf("%s, %v", status, err)
		}
	}
	a := app.Do(t, slow.Token, "POST", "/records/memo/export", map[string]any{}).Want(t, http.StatusTooManyRequests)
	if a.Text("code") != "rate" || a.Header.Get("Retry-After") == "" {
		t.Errorf("%v %s", a.Header, a.Body)
	}
	a = app.Do(t, other.Token, "POST", "/records/memo/export", map[string]any{}).Want(t, http.StatusOK)
	if lines := strings.Count(a.Body, "\n"); lines != rows+1 {
		t.Errorf("%d lines", lines)
	}
}
