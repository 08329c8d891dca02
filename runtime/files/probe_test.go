package files_test

import (
	"net/http"
	"slices"
	"testing"

	"weft/runtime/files"
)

// Each right that a key can lack shows in the step that needs it.
func TestProbeOfABucketThatRefuses(t *testing.T) {
	t.Parallel()
	for what, refused := range map[string]func(*http.Request) bool{
		"":             func(*http.Request) bool { return false },
		"begin upload": func(r *http.Request) bool { return r.Method == "POST" && r.URL.Query().Has("uploads") },
		"list uploads": func(r *http.Request) bool { return r.Method == "GET" && r.URL.Query().Has("uploads") },
		"end upload":   func(r *http.Request) bool { return r.Method == "DELETE" && r.URL.Query().Has("uploadId") },
	} {
		f := newFaulty(t)
		f.request = func(w http.ResponseWriter, r *http.Request) bool {
			if refused(r) {
				w.WriteHeader(http.StatusForbidden)
				return true
			}
			return false
		}
		var done, failed []string
		for _, tried := range files.New(files.Options{Storage: f.Bucket}).Probe(t.Context()) {
			done = append(done, tried.Action)
			if tried.Err != nil {
				failed = append(failed, tried.Action)
			}
		}
		if want := []string{what}; what != "" && !slices.Equal(failed, want) || what == "" && len(failed) > 0 {
			t.Errorf("refused %q: failed %q of %q", what, failed, done)
		}
		if what == "" && !slices.Equal(done, []string{"put", "list", "get", "remove", "begin upload", "list uploads", "end upload"}) {
			t.Errorf("tried %q", done)
		}
	}
}
