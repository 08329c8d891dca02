package apitest

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
)

// sink is a response that discards the body.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }

// BenchmarkHandler measures a request without the network.
func BenchmarkHandler(b *testing.B) {
	app := apptest.Start(b, apptest.Options{Definitions: dealDefinitions, Unchecked: true})
	li := app.User(b, "li", "agent")
	var id string
	for i := range 200 {
		id = app.Create(b, li.Token, "deal", map[string]any{"name": fmt.Sprintf("deal %d", i), "code": fmt.Sprintf("C%d", i), "amount": i})
	}
	for _, c := range []struct{ name, method, path, body string }{
		{"get", "GET", "/records/deal/" + id, ""},
		{"list50", "POST", "/records/deal/query", `{"where":["stage","=","new"],"sort":["-created_at"],"limit":50}`},
		{"create", "POST", "/records/deal", `{"name":"a deal of the benchmark","amount":"12.50"}`},
		{"unknown", "GET", "/nothing", ""},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					r, err := http.NewRequest(c.method, "http://weft.test/api/v1"+c.path, io.NopCloser(strings.NewReader(c.body)))
					if err != nil {
						b.Error(err)
						return
					}
					r.ContentLength = int64(len(c.body))
					r.RemoteAddr = "127.0.0.1:1"
					r.Header["Authorization"] = []string{"Bearer " + li.Token}
					r.Header["Content-Type"] = []string{"application/json"}
					s := &sink{header: http.Header{}}
					app.API.ServeHTTP(s, r)
					if s.status >= 400 && c.name != "unknown" {
						b.Errorf("%s: %d", c.name, s.status)
						return
					}
				}
			})
		})
	}
}
