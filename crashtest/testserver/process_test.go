//go:build unix

package testserver

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain is, when so asked, a test process that starts a server, says its
// number and is killed.
func TestMain(m *testing.M) {
	dir := os.Getenv("WEFT_TESTSERVER_OWNER")
	if dir == "" {
		os.Exit(m.Run())
	}
	p, err := Run(Command{Path: "/bin/sleep", Args: []string{"3600"}, Dir: dir, Remove: true})
	if err != nil {
		panic(err)
	}
	println(p.pid)
	<-p.ended
}

// A server ends with the test process, even with one that is killed, and its
// scratch folder with it.
func TestServerEndsWithAKilledTest(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "scratch")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	owner := exec.Command(self)
	owner.Env = append(os.Environ(), "WEFT_TESTSERVER_OWNER="+dir)
	said, err := owner.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, 0); err != nil {
		t.Fatalf("the server does not run: %v", err)
	}
	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = owner.Wait() // killed
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	end := time.After(10 * time.Second)
	for {
		_, err := os.Stat(dir)
		if syscall.Kill(pid, 0) != nil && os.IsNotExist(err) {
			return
		}
		select {
		case <-tick.C:
		case <-end:
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Fatalf("ten seconds after the kill the server or its folder is there (%v)", err)
		}
	}
}
