//go:build unix

// Package testserver runs the servers that tests talk to: on a free port of the
// loopback interface, in a temporary folder, and never longer than the test
// process, however that ends.
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
	// Remove deletes Dir when the server has ended.
	Remove bool
}

// Process is a running server.
type Process struct {
	pid   int
	log   string
	guard io.Closer // closing it kills the server
	ended chan struct{}
}

// The guard is the parent of the server: it kills the server as soon as its own
// standard input ends, which the kernel ensures when the test process dies.
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
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt from the keyboard ends only the test
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

// PID is the process id of the server.
func (p *Process) PID() int { return p.pid }

// Ended is closed when the server has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Kill ends the server like kill -9 and waits for its end.
func (p *Process) Kill() {
	p.signal(syscall.SIGKILL)
	<-p.ended
	_ = p.guard.Close()
}

// Stop asks the server to end and waits; after ten seconds it is killed.
func (p *Process) Stop() {
	p.signal(syscall.SIGTERM)
	p.Thaw()
	select {
	case <-p.ended:
	case <-time.After(10 * time.Second):
	}
	p.Kill()
}

// Freeze suspends the server: connections stay open and nothing is answered. Thaw
// continues it.
func (p *Process) Freeze() {
	p.signal(syscall.SIGSTOP)
	waitStopped(p.pid)
}

// Thaw continues a frozen server.
func (p *Process) Thaw() { p.signal(syscall.SIGCONT) }

// signal does nothing when the process has ended: its id may belong to another one.
func (p *Process) signal(s syscall.Signal) {
	select {
	case <-p.ended:
	default:
		_ = syscall.Kill(p.pid, s) // it may end at this moment
	}
}

// Log returns the end of the server's output.
func (p *Process) Log() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4096):])
}
