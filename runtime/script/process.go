package script

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// process is a runner as the pool sees it. One goroutine at a time uses it.
type process struct {
	cmd      *exec.Cmd
	in       io.WriteCloser
	out      *bufio.Reader
	errors   *tail
	loaded   map[string]bool // programs by hash
	confined confinement
	wait     func() error
}

// startTime is what a runner has to say that it is ready.
const startTime = 20 * time.Second

// startProcess starts a runner, as isolated as the system lets it, and waits
// until it is ready.
func startProcess(command []string) (*process, error) {
	var failed error
	for _, flags := range namespaces() {
		p, err := startIn(flags, command)
		if err == nil {
			return p, nil
		}
		failed = err
	}
	return nil, failed
}

func startIn(flags uintptr, command []string) (*process, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = []string{}
	cmd.Dir = "/"
	isolate(cmd, flags)
	p := &process{cmd: cmd, errors: &tail{}, loaded: map[string]bool{}}
	cmd.Stderr = p.errors
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.in, p.out = in, bufio.NewReaderSize(out, 64<<10)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("script: runner: %w", err)
	}
	p.wait = sync.OnceValue(cmd.Wait)
	if err := p.hello(); err != nil {
		p.kill()
		return nil, fmt.Errorf("script: runner: %w: %s", err, p.errors)
	}
	p.confined.Network = p.confined.Network || networkless(flags)
	return p, nil
}

func (p *process) hello() error {
	late := time.AfterFunc(startTime, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	f, err := readFrame(p.out)
	if err != nil {
		return err
	}
	fields, err := f.fields(1)
	if err != nil || f.kind != frameHello {
		return errors.Join(err, errFrame)
	}
	return json.Unmarshal(fields[0], &p.confined)
}

// kill ends the process and waits for its end.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	_ = p.in.Close()
	_ = p.wait()
}

// stop lets the process end by itself: it reads the end of its input.
func (p *process) stop() {
	_ = p.in.Close()
	late := time.AfterFunc(time.Second, func() { _ = p.cmd.Process.Kill() })
	_ = p.wait()
	late.Stop()
}

// death explains why a process ended in the middle of a run.
func (p *process) death() *Failure {
	_ = p.in.Close()
	_ = p.wait()
	said := p.errors.String()
	switch code := p.cmd.ProcessState.ExitCode(); {
	case code == exitMemory, strings.Contains(said, "out of memory"), strings.Contains(said, "cannot allocate memory"):
		return exceeded(LimitMemory, "")
	case code == exitTime:
		return exceeded(LimitTime, "")
	case strings.Contains(said, "stack overflow"), strings.Contains(said, "stack exceeds"):
		return exceeded(LimitDepth, "")
	}
	return &Failure{Message: "ended its runner"}
}

// tail keeps the first bytes that a process writes to its standard error: they
// name the cause of its end.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

const maxTail = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, b[:min(len(b), maxTail-len(t.kept))]...)
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}

// ownCommand starts this binary as a runner.
func ownCommand() []string {
	if _, err := os.Stat("/proc/self/exe"); err == nil {
		return []string{"/proc/self/exe", RunnerArgument} // also when the file was replaced since
	}
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	return []string{self, RunnerArgument}
}

// RunIfRunner runs a runner when the process was started as one, and does not
// return then. Every program that uses a Pool calls it before all else.
func RunIfRunner() {
	if len(os.Args) != 2 || os.Args[1] != RunnerArgument {
		return
	}
	if err := RunnerMain(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
