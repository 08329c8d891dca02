package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A server that is asked to stop is not ready any more, tells its sockets to
// come back elsewhere, finishes the requests that it has begun, and ends with
// status 0. // R-12
func TestAStopFinishesWhatRuns(t *testing.T) {
	t.Parallel()
	s := startCrashServer(t, crashFolder(t), "")
	t.Cleanup(s.kill)
	socket, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.url, "http")+"/api/v1/live", http.Header{"Authorization": {"Bearer " + s.token}})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	const body = `{"name":"finished","external_id":"finished"}`
	begun, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer begun.Close()
	if _, err := fmt.Fprintf(begun, "POST /api/v1/records/opportunity HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		strings.TrimPrefix(s.url, "http://"), s.token, len(body), body[:10]); err != nil {
		t.Fatal(err)
	}
	// The request is on its way when a later one is answered.
	if res, err := http.Get(s.url + "/readyz"); err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(res, err)
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = socket.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, _, err := socket.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseGoingAway, websocket.CloseServiceRestart) {
		t.Errorf("the socket ended with %v", err)
	}
	if _, err := io.WriteString(begun, body[10:]); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(begun), nil)
	if err != nil {
		t.Fatalf("the request that had begun: %v; %s", err, s.log.String())
	}
	answer, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusCreated {
		t.Errorf("the request that had begun: %d %s", res.StatusCode, answer)
	}
	_ = begun.Close()
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("exit status: %v; %s", err, s.log.String())
	}
}
