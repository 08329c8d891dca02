package script

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"
)

// killTime is what a run has beyond its time before its runner is killed. The
// runner ends it long before: this is for one that is stopped or broken.
const killTime = 500 * time.Millisecond

// Run runs a program for each event; results stand in the order of the events.
// Its error is about the pool or the context, never about the script.
func (p *Pool) Run(ctx context.Context, c Call) ([]Result, error) {
	c.Limits = c.Limits.orBefore()
	results := make([]Result, 0, len(c.Events))
	for len(results) < len(c.Events) {
		process, err := p.acquire(ctx, c.Program.Key, c.Background)
		if err != nil {
			return nil, err
		}
		x := &execution{process: process, call: &c, began: len(results)}
		results, err = x.events(ctx, results)
		if x.dead {
			process.kill()
			process = nil
		}
		if x.slow {
			p.punish(c.Program.Key)
		}
		p.release(process, c.Program.Key, c.Background)
		if err != nil {
			return nil, err
		}
	}
	return results, nil
}

func (l Limits) orBefore() Limits {
	or := func(have, other int) int {
		if have == 0 {
			return other
		}
		return have
	}
	if l.CPU == 0 {
		l.CPU = Before.CPU
	}
	if l.Wall == 0 {
		l.Wall = Before.Wall
	}
	l.Memory = int64(or(int(l.Memory), int(Before.Memory)))
	l.Calls, l.Rows, l.Requests = or(l.Calls, Before.Calls), or(l.Rows, Before.Rows), or(l.Requests, Before.Requests)
	l.Log, l.Result = or(l.Log, Before.Log), or(l.Result, Before.Result)
	return l
}

// execution is the part of a call that one runner does: all of its events, or
// those up to one that ends the runner.
type execution struct {
	process *process
	call    *Call
	began   int
	token   []byte
	dead    bool // the process has ended or must
	slow    bool // a limit was met
}

func (x *execution) events(ctx context.Context, results []Result) ([]Result, error) {
	frames, err := x.open()
	if err != nil {
		return nil, err
	}
	for i := x.began; i < len(x.call.Events); i++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r, err := x.event(ctx, append(frames, newFrame(frameEvent, x.call.Events[i])))
		if err != nil {
			return nil, err
		}
		frames = nil
		results = append(results, r)
		if r.Failure != nil && r.Failure.Limit != "" {
			x.slow = true
		}
		if x.dead {
			break
		}
	}
	return results, nil
}

// open makes the frames that begin a run: programs that the runner does not
// have, and the terms.
func (x *execution) open() ([]frame, error) {
	c := x.call
	b := begin{
		Script: c.Program.Key, Programs: map[string]string{c.Program.Key: c.Program.Hash}, Libraries: map[string]string{},
		User: c.User, Now: c.Now, Seed: c.Seed + uint64(x.began), Zone: zoneName(c.Zone), Limits: c.Limits,
	}
	var frames []frame
	load := func(hash, key, code string) {
		if !x.process.loaded[hash] {
			x.process.loaded[hash] = true
			frames = append(frames, newFrame(frameProgram, []byte(hash), []byte(key), []byte(code)))
		}
	}
	for key, lib := range c.Libraries {
		b.Libraries[key] = lib.Hash
		load(lib.Hash, key, lib.Code)
	}
	maps.Copy(b.Programs, b.Libraries)
	b.Programs[c.Program.Key] = c.Program.Hash
	load(c.Program.Hash, c.Program.Key, c.Program.Code)
	head, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	x.token = make([]byte, 16)
	if _, err := rand.Read(x.token); err != nil {
		return nil, err
	}
	return append(frames, newFrame(frameBegin, x.token, head)), nil
}

func zoneName(z *time.Location) string {
	if z == nil {
		return "UTC"
	}
	return z.String()
}

// event sends one event and answers what the script asks until it ends.
func (x *execution) event(ctx context.Context, frames []frame) (Result, error) {
	late := newDeadline(x.process, x.call.Limits.Wall+killTime)
	// A run whose caller has gone may come to its end, so that its runner stays.
	defer context.AfterFunc(ctx, func() { late.sooner(killTime) })()
	r, err := x.converse(ctx, frames)
	if late.end() {
		x.dead = true
	}
	if err == nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	return r, err
}

func (x *execution) converse(ctx context.Context, frames []frame) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, x.call.Limits.Wall)
	defer cancel()
	h := hosting{execution: x, begin: time.Now()}
	if err := writeFrames(x.process.in, frames...); err != nil {
		return x.died(&h), nil
	}
	for {
		f, err := readFrame(x.process.out)
		if err != nil {
			return x.died(&h), nil
		}
		switch f.kind {
		case frameCall:
			err = h.answer(ctx, f)
		case frameEnd:
			var r Result
			if r, err = x.end(f); err == nil {
				r.Calls, r.Requests, r.Cause = h.calls, h.requests, h.cause
				return r, nil
			}
		default:
			err = errFrame
		}
		if err != nil {
			x.dead = true
			return Result{}, fmt.Errorf("script: runner of %s: %w", x.call.Program.Key, err)
		}
	}
}

// end reads the outcome of an event.
func (x *execution) end(f frame) (Result, error) {
	fields, err := f.fields(4)
	if err != nil || !bytes.Equal(fields[0], x.token) {
		return Result{}, errors.Join(err, errFrame)
	}
	var o outcome
	if err := json.Unmarshal(fields[1], &o); err != nil {
		return Result{}, err
	}
	r := Result{Failure: o.Failure, Refusals: o.Refusals, Log: o.Log, MS: o.MS, CPU: o.CPU, Memory: o.Memory}
	if len(fields[2]) > 0 {
		if !json.Valid(fields[2]) {
			return Result{}, errFrame
		}
		r.Value = fields[2]
	}
	if len(fields[3]) > 0 {
		if err := json.Unmarshal(fields[3], &r.Changes); err != nil {
			return Result{}, err
		}
	}
	return r, nil
}

// died is the result of an event whose runner has ended. Its log is lost.
func (x *execution) died(h *hosting) Result {
	x.dead = true
	f := x.process.death()
	f.Script = x.call.Program.Key
	l := x.call.Limits
	switch f.Limit {
	case LimitMemory:
		f.Message = exceeded(LimitMemory, sizeText(int(l.Memory))).Message
	case LimitTime:
		f.Message = exceeded(LimitTime, l.CPU.String()).Message
	case "":
		if time.Since(h.begin) > l.Wall {
			f.Limit, f.Message = LimitTime, exceeded(LimitTime, l.Wall.String()).Message
		}
	}
	return Result{Failure: f, MS: float64(time.Since(h.begin).Microseconds()) / 1000, Calls: h.calls, Requests: h.requests}
}

// deadline kills a runner that does not end a run.
type deadline struct {
	mu          sync.Mutex
	timer       *time.Timer
	process     *process
	ended, late bool
}

func newDeadline(p *process, after time.Duration) *deadline {
	d := &deadline{process: p}
	d.timer = time.AfterFunc(after, d.kill)
	return d
}

func (d *deadline) kill() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.ended {
		d.late = true
		_ = d.process.cmd.Process.Kill() // it may have ended
	}
}

// sooner shortens the time that is left.
func (d *deadline) sooner(after time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.ended {
		d.timer.Reset(after)
	}
}

// end tells whether the runner was killed; from then on it is not.
func (d *deadline) end() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = true
	d.timer.Stop()
	return d.late
}
