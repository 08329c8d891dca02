package main

import (
	"context"
	"net/http"
	"path/filepath"
	"testing"

	"weft/runtime/store/mongo/mongotest"
)

// a backup that is made while many write holds one moment: every record
// with its history, its stage visit and its idempotency row, or none of them.
func TestBackupUnderLoad(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		backupUnderLoad(t, "")
	})
	t.Run("mongodb", func(t *testing.T) {
		t.Parallel()
		backupUnderLoad(t, mongotest.URI(t))
	})
}

func backupUnderLoad(t *testing.T, uri string) {
	s := newSession(t)
	s.env["WEFT_MONGODB_URI"] = uri
	dir := crashFolder(t, "--mongodb-uri="+uri)
	server := startCrashServer(t, dir, "", "--mongodb-uri="+uri)
	t.Cleanup(server.kill)
	ctx, stop := context.WithCancel(t.Context())
	written := make(chan []ack)
	go func() { written <- server.writeUntil(ctx, 1) }()
	for n := range 3 {
		waitForDeals(t, server, 100*(n+1))
		s.do(command{args: "backup DIR/b" + string(rune('0'+n)) + ".tgz --data " + dir})
	}
	stop()
	acks := <-written
	for n, name := range []string{"0", "1", "2"} {
		s.do(command{args: "restore DIR/b" + name + ".tgz --data DIR/r" + name + " --mongodb-uri="})
		_, torn := verifyFile(t, filepath.Join(s.dir, "r"+name, databaseName), nil)
		if len(torn) > 0 {
			t.Errorf("backup %d: %v", n, head(torn))
		}
		if got := dealsIn(t, filepath.Join(s.dir, "r"+name)); got < 100*(n+1) || got > len(acks)+crashWriters {
			t.Errorf("backup %d holds %d deals of %d", n, got, len(acks))
		}
	}
}

// waitForDeals asks the server until it has so many deals.
func waitForDeals(t *testing.T, server *crashServer, want int) {
	t.Helper()
	api := server.client()
	for t.Context().Err() == nil {
		var answer struct {
			Count int `json:"count"`
		}
		if err := api.call(t.Context(), "POST", "/records/opportunity/query", map[string]any{"limit": 1, "count": "exact"}, &answer); err != nil {
			t.Fatal(err)
		}
		if answer.Count >= want {
			return
		}
	}
}

func dealsIn(t *testing.T, dir string) int {
	t.Helper()
	for _, sum := range sumsOf(t, dir) {
		if sum.Collection == "opportunity" {
			return int(sum.Count)
		}
	}
	return 0
}

// client speaks to the server as admin.
func (s *crashServer) client() *client {
	return &client{base: s.url, token: s.token, http: http.DefaultClient}
}
