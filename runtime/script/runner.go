package script

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"time"
	_ "time/tzdata" // a runner can open no files

	"github.com/dop251/goja"
)

// RunnerArgument is the only argument of a process that is a runner.
const RunnerArgument = "script-runner"

// begin opens a run of one or several events of one program.
type begin struct {
	Script    string            `json:"script"`    // key
	Programs  map[string]string `json:"programs"`  // hash by key, of the script and its libraries
	Libraries map[string]string `json:"libraries"` // as Programs, without the script
	User      json.RawMessage   `json:"user,omitempty"`
	Now       time.Time         `json:"now"`
	Seed      uint64            `json:"seed"`
	Zone      string            `json:"zone"`
	Limits    Limits            `json:"limits"`

	zone *time.Location
}

func (b *begin) now() time.Time { return b.Now }

// runner is the process that runs scripts: it reads frames, and does what they
// say one after the other.
type runner struct {
	in       *bufio.Reader
	out      io.Writer
	programs map[string]*goja.Program // by hash
	begin    *begin
	token    []byte
	events   int
}

// RunnerMain is the whole life of a runner process: it gives up what it may not
// have, and serves the pool on the other end of in and out until in ends.
func RunnerMain(in io.Reader, out io.Writer) error {
	debug.SetMemoryLimit(softMemory)
	limitPatterns()
	baseline()
	confined, err := confine()
	if err != nil {
		return err
	}
	r := &runner{in: bufio.NewReaderSize(in, 64<<10), out: out, programs: map[string]*goja.Program{}}
	hello, err := json.Marshal(confined)
	if err != nil {
		return err
	}
	if err := writeFrames(out, newFrame(frameHello, hello)); err != nil {
		return err
	}
	for {
		f, err := readFrame(r.in)
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = r.serve(f)
		}
		if err != nil {
			return err
		}
	}
}

func (r *runner) serve(f frame) error {
	switch f.kind {
	case frameProgram:
		return r.load(f)
	case frameBegin:
		return r.open(f)
	case frameEvent:
		fields, err := f.fields(1)
		if err != nil || r.begin == nil {
			return errFrame
		}
		return r.event(fields[0])
	}
	return errFrame
}

// load keeps a compiled program. What does not compile was compiled before it
// was sent, so it is an error of the pool.
func (r *runner) load(f frame) error {
	fields, err := f.fields(3)
	if err != nil {
		return err
	}
	p, err := goja.Compile(string(fields[1]), string(fields[2]), true)
	if err != nil {
		return fmt.Errorf("script %s: %w", fields[1], err)
	}
	r.programs[string(fields[0])] = p
	return nil
}

func (r *runner) open(f frame) error {
	fields, err := f.fields(2)
	if err != nil {
		return err
	}
	b := &begin{}
	if err := json.Unmarshal(fields[1], b); err != nil {
		return err
	}
	if b.zone, err = time.LoadLocation(b.Zone); err != nil {
		b.zone = time.UTC
	}
	time.Local = b.zone // of the engine's Date
	r.begin, r.token, r.events = b, fields[0], 0
	return nil
}

func (r *runner) event(data []byte) error {
	run := &run{runner: r, begin: r.begin, index: r.events}
	r.events++
	run.do(data)
	head, err := json.Marshal(run.outcome)
	if err != nil {
		return err
	}
	return writeFrames(r.out, newFrame(frameEnd, r.token, head, run.outcome.value, run.outcome.changes))
}

// program finds the program of a script by key.
func (r *runner) program(b *begin, key string) (*goja.Program, error) {
	p := r.programs[b.Programs[key]]
	if p == nil {
		return nil, fmt.Errorf("script: the program %s is not loaded", key)
	}
	return p, nil
}

// Statuses of an answer.
const (
	answerValue byte = iota
	answerError      // thrown in the script
	answerLimit      // ends the run: the limit, a space, its size
	answerStop       // ends the run
)

type answer struct {
	status byte
	value  []byte
}

// ask asks the host and waits for its answer.
func (r *runner) ask(module, function string, args []byte) (answer, error) {
	if err := writeFrames(r.out, newFrame(frameCall, r.token, []byte(module), []byte(function), args)); err != nil {
		return answer{}, err
	}
	f, err := readFrame(r.in)
	if err != nil {
		return answer{}, err
	}
	fields, err := f.fields(3)
	if err != nil || f.kind != frameAnswer || string(fields[0]) != string(r.token) || len(fields[1]) != 1 {
		return answer{}, errors.Join(err, errFrame)
	}
	return answer{fields[1][0], fields[2]}, nil
}
