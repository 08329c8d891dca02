package script

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/dop251/goja"
)

// run is one event in a runner.
type run struct {
	runner *runner
	begin  *begin
	index  int // of the event
	realm  *realm

	log     []Line
	logSize int
	outcome outcome
	// original are the members of event.record as they came in: a primitive is
	// compared as a value, anything else by its text.
	original map[string]member
}

type member struct {
	value goja.Value
	text  []byte
}

// do runs the script for the event and fills the outcome.
func (r *run) do(event []byte) {
	r.realm = newRealm(r)
	watch := r.runner.watch(r)
	if err := r.call(event); err != nil {
		r.fail(err)
	}
	watch.stop(&r.outcome)
	r.outcome.Log = r.log
}

// protect calls what may run code of the script; its error is that of the engine.
func (r *run) protect(f func() error) error {
	var err error
	call, _ := goja.AssertFunction(r.realm.rt.ToValue(func(goja.FunctionCall) goja.Value {
		err = f()
		return goja.Undefined()
	}))
	if _, raised := call(goja.Undefined()); raised != nil {
		return raised
	}
	return err
}

// call calls the exported function with the event.
func (r *run) call(event []byte) error {
	exports, err := r.realm.require(r.begin.Script)
	if err != nil {
		return err
	}
	var f goja.Callable
	if err := r.protect(func() error { f, _ = exported(exports); return nil }); err != nil {
		return err
	}
	if f == nil {
		return &Failure{Message: "the script exports no function: export default function (event) { … }"}
	}
	arg, err := r.event(event)
	if err != nil {
		return err
	}
	v, err := f(goja.Undefined(), arg)
	if err != nil {
		return err
	}
	if v, err = settled(v); err != nil {
		return err
	}
	return r.protect(func() error { return r.finish(v, arg) })
}

// exported finds the function of a module: module.exports, or its member default.
func exported(v goja.Value) (goja.Callable, bool) {
	if o, ok := v.(*goja.Object); ok {
		if f, ok := goja.AssertFunction(o); ok {
			return f, true
		}
		return goja.AssertFunction(o.Get("default"))
	}
	return nil, false
}

// event makes the argument, and keeps what its record was.
func (r *run) event(data []byte) (*goja.Object, error) {
	r.original = map[string]member{}
	rt := r.realm.rt
	var record []byte
	d := decoder{rt: rt, data: data, member: func(key string, _ goja.Value, from, to int) {
		if key == "record" {
			record = data[from:to]
		}
	}}
	v, err := d.all()
	if err != nil {
		return nil, err
	}
	arg, ok := v.(*goja.Object)
	if !ok {
		return nil, errors.New("script: the event is no object")
	}
	if len(record) > 0 && record[0] == '{' {
		d := decoder{rt: rt, data: record, member: func(key string, v goja.Value, from, to int) {
			r.original[key] = member{v, record[from:to]}
		}}
		v, err := d.all()
		if err != nil {
			return nil, err
		}
		r.realm.member(arg, "record", v)
	}
	r.realm.member(arg, "user", r.realm.user())
	return arg, nil
}

// settled waits for nothing: what a promise waits for within the run has happened.
func settled(v goja.Value) (goja.Value, error) {
	o, ok := v.(*goja.Object)
	if !ok {
		return v, nil
	}
	p, ok := o.Export().(*goja.Promise)
	if !ok {
		return v, nil
	}
	switch p.State() {
	case goja.PromiseStateFulfilled:
		return settled(p.Result())
	case goja.PromiseStateRejected:
		return nil, rejection{p.Result()}
	}
	return nil, &Failure{Message: "the promise of the script is never fulfilled: nothing is left to wait for"}
}

// rejection is the reason of a rejected promise.
type rejection struct{ reason goja.Value }

func (rejection) Error() string { return "rejected" }

// finish takes over the value and what has changed in the record.
func (r *run) finish(v goja.Value, arg *goja.Object) error {
	var err error
	limit := r.begin.Limits.Result
	if r.outcome.value, err = encode(v, limit); err != nil {
		return r.resultError(err)
	}
	if r.outcome.changes, err = r.changes(arg.Get("record"), limit); err != nil {
		return r.resultError(err)
	}
	return nil
}

func (r *run) resultError(err error) error {
	switch {
	case errors.Is(err, errTooBig):
		return exceeded(LimitResult, sizeText(r.begin.Limits.Result))
	case errors.Is(err, errDeep), errors.Is(err, errBig):
		return &Failure{Name: "TypeError", Message: "the result: " + err.Error()}
	}
	return err
}

// changes is a JSON object of the members that differ from the original record,
// nil when there are none.
func (r *run) changes(v goja.Value, limit int) ([]byte, error) {
	now, ok := v.(*goja.Object)
	if !ok {
		if len(r.original) > 0 {
			return nil, &Failure{Name: "TypeError", Message: "event.record is no object any more"}
		}
		return nil, nil
	}
	e := encoder{max: limit}
	keys := now.Keys()
	for _, key := range keys {
		if err := r.change(&e, key, now.Get(key)); err != nil {
			return nil, err
		}
	}
	for key := range r.original {
		if !slices.Contains(keys, key) {
			e.key(key)
			e.out = append(e.out, "null"...)
		}
	}
	if len(e.out) == 0 {
		return nil, nil
	}
	return append(append([]byte{'{'}, e.out...), '}'), nil
}

func (r *run) change(e *encoder, key string, v goja.Value) error {
	was, known := r.original[key]
	_, composite := v.(*goja.Object)
	if known && !composite && v != nil && v.StrictEquals(was.value) {
		return nil
	}
	before := len(e.out)
	e.key(key)
	begin := len(e.out)
	written, err := e.value(v)
	switch {
	case err != nil:
		return err
	case !written && !known, string(e.out[begin:]) == string(was.text) && known:
		e.out = e.out[:before]
	case !written:
		e.out = append(e.out, "null"...)
	}
	return nil
}

// key begins a member of an object.
func (e *encoder) key(key string) {
	if len(e.out) > 0 {
		e.out = append(e.out, ',')
	}
	e.out = append(append(e.out, quoted(key)...), ':')
}

func quoted(s string) []byte {
	b, _ := json.Marshal(s) // a string has no errors
	return b
}

// line adds a line to the log; false when the log is full.
func (r *run) line(level, text string) bool {
	if r.logSize += len(text) + len(level); r.logSize > r.begin.Limits.Log {
		return false
	}
	r.log = append(r.log, Line{Level: level, Text: strings.ToValidUTF8(text, "\uFFFD")})
	return true
}
