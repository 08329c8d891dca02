//go:build unix

// Package testserver runs the servers that tests talk to: on a free port of
// the loopback, in a scratch folder, and never longer than the test process
// itself, however that ends.
package testserver

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Command is a server to run.
type Command struct {
	Path string
	Args []string
	Env  []string // added to the environment of the test
	// Dir is where it runs; its output goes to the file "log" there.
	Dir string
	// Remove takes Dir away when the server has ended.
	Remove bool
}

// Process is a running server.
type Process struct {
	pid   int
	log   string
	guard io.Closer // closing it kills the server
	ended chan struct{}
}

// The guard stands between the test and the server: it kills the server as
// soon as its standard input ends, which the kernel sees to when the test
// process dies in whatever way.
const guard = `
log=$1 remove=$2; shift 2
exec 3<&0
"$@" </dev/null >>"$log" 2>&1 3<&- &
server=$!
(read -r _ <&3; kill -9 $server 2>/dev/null) >/dev/null 2>&1 &
watcher=$!
echo $server
wait $server
kill $watcher 2>/dev/null
if [ -n "$remove" ]; then rm -rf "$remove"; fi
`

// Run starts a server. It may not be ready to answer yet, see Ready.
func Run(c Command) (*Process, error) {
	remove := ""
	if c.Remove {
		remove = c.Dir
	}
	log := filepath.Join(c.Dir, "log")
	cmd := exec.Command("/bin/sh", append([]string{"-c", guard, "guard", log, remove, c.Path}, c.Args...)...)
	cmd.Dir = c.Dir
	cmd.Env = append(os.Environ(), c.Env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt from the keyboard is for the test alone
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Path, err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Path, err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Path, err)
	}
	p := &Process{pid: pid, log: log, guard: in, ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		_ = cmd.Wait() // how it ended is in its log
	}()
	return p, nil
}

// PID is the server's own process.
func (p *Process) PID() int { return p.pid }

// Ended is closed when the server has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Kill ends it as kill -9 does and waits for its end.
func (p *Process) Kill() {
	p.signal(syscall.SIGKILL)
	<-p.ended
	_ = p.guard.Close()
}

// Stop asks it to end and waits for that; after ten seconds it is killed.
func (p *Process) Stop() {
	p.signal(syscall.SIGTERM)
	p.Thaw()
	select {
	case <-p.ended:
	case <-time.After(10 * time.Second):
	}
	p.Kill()
}

// Freeze stops it in the middle of what it does: connections stay open and
// nothing is answered. Thaw lets it go on.
func (p *Process) Freeze() {
	p.signal(syscall.SIGSTOP)
	waitStopped(p.pid)
}

// Thaw lets a frozen server go on.
func (p *Process) Thaw() { p.signal(syscall.SIGCONT) }

// signal leaves a process alone that has ended: its number may be another's.
func (p *Process) signal(s syscall.Signal) {
	select {
	case <-p.ended:
	default:
		_ = syscall.Kill(p.pid, s) // it may end at this moment
	}
}

// Log returns the end of what it wrote.
func (p *Process) Log() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4096):])
}
