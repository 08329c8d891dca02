package script

import (
	"errors"
	"math"
	"math/big"

	"github.com/dop251/goja"

	"weft/runtime/jsontext"
)

var (
	errBig    = errors.New("a BigInt is no value of JSON")
	errTooBig = errors.New("larger than its limit")
)

// encoder writes values of the engine as JSON.stringify does. It may run code of
// the script (getters, toJSON), and panics as the engine does when that throws.
type encoder struct {
	out   []byte
	max   int
	depth int
}

// encode writes a value; nil for what JSON leaves out: undefined, functions, symbols.
func encode(v goja.Value, max int) ([]byte, error) {
	e := encoder{max: max}
	written, err := e.value(v)
	if err != nil || !written {
		return nil, err
	}
	return e.out, nil
}

// value appends v; false when v is what JSON leaves out.
func (e *encoder) value(v goja.Value) (bool, error) {
	if len(e.out) > e.max {
		return false, errTooBig
	}
	if v == nil || goja.IsUndefined(v) {
		return false, nil
	}
	if goja.IsNull(v) {
		e.out = append(e.out, "null"...)
		return true, nil
	}
	switch x := v.(type) {
	case *goja.Object:
		return e.object(x)
	case *goja.Symbol:
		return false, nil
	}
	return e.primitive(v.Export())
}

func (e *encoder) primitive(v any) (bool, error) {
	switch x := v.(type) {
	case string:
		if len(e.out)+len(x) > e.max {
			return false, errTooBig
		}
		e.out = jsontext.AppendString(e.out, x)
	case bool, int64:
		e.out = jsontext.AppendValue(e.out, x)
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			e.out = append(e.out, "null"...)
		} else {
			e.out = jsontext.AppendNumber(e.out, x)
		}
	case *big.Int:
		return false, errBig
	default:
		return false, nil
	}
	return true, nil
}

func (e *encoder) object(o *goja.Object) (bool, error) {
	if e.depth++; e.depth > maxDepth {
		return false, errDeep
	}
	defer func() { e.depth-- }()
	if own, ok := goja.AssertFunction(o.Get("toJSON")); ok {
		v, err := own(o)
		if err != nil {
			return false, err
		}
		if v != goja.Value(o) {
			return e.value(v)
		}
	}
	switch o.ClassName() {
	case "Function":
		return false, nil
	case "Boolean", "Number", "String", "BigInt":
		return e.primitive(o.Export())
	case "Array":
		return true, e.array(o)
	}
	if _, callable := goja.AssertFunction(o); callable {
		return false, nil
	}
	return true, e.members(o)
}

func (e *encoder) members(o *goja.Object) error {
	e.out = append(e.out, '{')
	empty := true
	for _, key := range o.Keys() {
		v := o.Get(key)
		if v == nil || goja.IsUndefined(v) {
			continue
		}
		before := len(e.out)
		if !empty {
			e.out = append(e.out, ',')
		}
		e.out = append(jsontext.AppendString(e.out, key), ':')
		written, err := e.value(v)
		switch {
		case err != nil:
			return err
		case written:
			empty = false
		default:
			e.out = e.out[:before]
		}
	}
	e.out = append(e.out, '}')
	return nil
}

func (e *encoder) array(o *goja.Object) error {
	n := o.Get("length").ToInteger()
	if n > int64(e.max) {
		return errTooBig
	}
	e.out = append(e.out, '[')
	for i := range n {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		written, err := e.value(o.Get(itoa(i)))
		if err != nil {
			return err
		}
		if !written {
			e.out = append(e.out, "null"...)
		}
	}
	e.out = append(e.out, ']')
	return nil
}
