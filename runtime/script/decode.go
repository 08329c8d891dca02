package script

import (
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// maxDepth bounds the nesting of JSON texts that are read and written, and with
// it the recursion over them.
const maxDepth = 512

var (
	errJSON = errors.New("not valid JSON")
	errDeep = errors.New("nested too deeply")
)

// decoder makes values of the engine of a JSON text. Members become own
// properties whatever their names are, __proto__ too.
type decoder struct {
	rt    *goja.Runtime
	data  []byte
	at    int
	depth int
	// member, when set, is told each member of the outermost object with the
	// place of its text.
	member func(key string, v goja.Value, from, to int)
}

// decode reads a whole text.
func decode(rt *goja.Runtime, data []byte) (goja.Value, error) {
	d := decoder{rt: rt, data: data}
	return d.all()
}

func (d *decoder) all() (goja.Value, error) {
	v, err := d.value()
	if err == nil {
		if d.space(); d.at < len(d.data) {
			err = errJSON
		}
	}
	return v, err
}

func (d *decoder) space() {
	for d.at < len(d.data) {
		switch d.data[d.at] {
		case ' ', '\t', '\n', '\r':
			d.at++
		default:
			return
		}
	}
}

// next skips spaces and gives the byte at which a value or sign begins, 0 at the end.
func (d *decoder) next() byte {
	if d.space(); d.at < len(d.data) {
		return d.data[d.at]
	}
	return 0
}

func (d *decoder) value() (goja.Value, error) {
	switch c := d.next(); c {
	case '{':
		return d.nested((*decoder).object)
	case '[':
		return d.nested((*decoder).array)
	case '"':
		return d.text()
	case 't':
		return d.word("true", d.rt.ToValue(true))
	case 'f':
		return d.word("false", d.rt.ToValue(false))
	case 'n':
		return d.word("null", goja.Null())
	}
	return d.number()
}

func (d *decoder) nested(read func(*decoder) (goja.Value, error)) (goja.Value, error) {
	if d.depth++; d.depth > maxDepth {
		return nil, errDeep
	}
	d.at++
	v, err := read(d)
	d.depth--
	return v, err
}

func (d *decoder) word(w string, v goja.Value) (goja.Value, error) {
	if end := d.at + len(w); end <= len(d.data) && string(d.data[d.at:end]) == w {
		d.at = end
		return v, nil
	}
	return nil, errJSON
}

func (d *decoder) object() (goja.Value, error) {
	o := d.rt.NewObject()
	if d.next() == '}' {
		d.at++
		return o, nil
	}
	for {
		if d.next() != '"' {
			return nil, errJSON
		}
		key, err := d.string()
		if err != nil || d.next() != ':' {
			return nil, errJSON
		}
		d.at++
		d.space()
		from := d.at
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		if err := o.DefineDataProperty(key, v, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE); err != nil {
			return nil, err
		}
		if d.member != nil && d.depth == 1 {
			d.member(key, v, from, d.at)
		}
		switch d.next() {
		case ',':
			d.at++
		case '}':
			d.at++
			return o, nil
		default:
			return nil, errJSON
		}
	}
}

func (d *decoder) array() (goja.Value, error) {
	var items []any
	if d.next() == ']' {
		d.at++
		return d.rt.NewArray(), nil
	}
	for {
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		items = append(items, v)
		switch d.next() {
		case ',':
			d.at++
		case ']':
			d.at++
			return d.rt.NewArray(items...), nil
		default:
			return nil, errJSON
		}
	}
}

func (d *decoder) number() (goja.Value, error) {
	from, whole := d.at, true
	for d.at < len(d.data) {
		switch c := d.data[d.at]; {
		case c >= '0' && c <= '9', c == '-' && d.at == from:
		case c == '.', c == 'e', c == 'E', c == '+', c == '-':
			whole = false
		default:
			return d.parsed(from, whole)
		}
		d.at++
	}
	return d.parsed(from, whole)
}

func (d *decoder) parsed(from int, whole bool) (goja.Value, error) {
	digits := string(d.data[from:d.at])
	if !validNumber(digits) {
		return nil, errJSON
	}
	if whole && len(digits) < 16 && digits != "-0" {
		n, err := strconv.ParseInt(digits, 10, 64)
		return d.rt.ToValue(n), err
	}
	f, err := strconv.ParseFloat(digits, 64)
	if errors.Is(err, strconv.ErrRange) { // infinite, as JSON.parse has it
		err = nil
	}
	return d.rt.ToValue(f), err
}

// validNumber refuses what ParseFloat takes and JSON does not.
func validNumber(s string) bool {
	if s != "" && s[0] == '-' {
		s = s[1:]
	}
	if s == "" || s[0] < '0' || s[0] > '9' || len(s) > 1 && s[0] == '0' && s[1] >= '0' && s[1] <= '9' {
		return false
	}
	for i := range len(s) {
		if s[i] == '.' && (i+1 == len(s) || s[i+1] < '0' || s[i+1] > '9') {
			return false
		}
	}
	return true
}

func (d *decoder) text() (goja.Value, error) {
	if s, ok := d.plain(); ok {
		return d.rt.ToValue(s), nil
	}
	units, err := d.units()
	if err != nil {
		return nil, err
	}
	return goja.StringFromUTF16(units), nil
}

func (d *decoder) string() (string, error) {
	if s, ok := d.plain(); ok {
		return s, nil
	}
	units, err := d.units()
	return string(utf16.Decode(units)), err
}

// plain reads a string without escapes.
func (d *decoder) plain() (string, bool) {
	for i := d.at + 1; i < len(d.data); i++ {
		switch c := d.data[i]; {
		case c == '"':
			s := string(d.data[d.at+1 : i])
			if !utf8.ValidString(s) {
				return "", false
			}
			d.at = i + 1
			return s, true
		case c == '\\', c < ' ':
			return "", false
		}
	}
	return "", false
}

// units reads any string as UTF-16, in which a lone surrogate keeps its value.
func (d *decoder) units() ([]uint16, error) {
	var out []uint16
	for d.at++; d.at < len(d.data); {
		switch c := d.data[d.at]; {
		case c == '"':
			d.at++
			return out, nil
		case c < ' ':
			return nil, errJSON
		case c != '\\':
			r, size := utf8.DecodeRune(d.data[d.at:])
			out = utf16.AppendRune(out, r)
			d.at += size
		default:
			u, err := d.escape()
			if err != nil {
				return nil, err
			}
			out = append(out, u)
		}
	}
	return nil, errJSON
}

var escapes = map[byte]uint16{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (d *decoder) escape() (uint16, error) {
	if d.at+1 >= len(d.data) {
		return 0, errJSON
	}
	c := d.data[d.at+1]
	if c != 'u' {
		u, ok := escapes[c]
		if !ok {
			return 0, errJSON
		}
		d.at += 2
		return u, nil
	}
	if d.at+6 > len(d.data) {
		return 0, errJSON
	}
	n, err := strconv.ParseUint(string(d.data[d.at+2:d.at+6]), 16, 16)
	if err != nil {
		return 0, errJSON
	}
	d.at += 6
	return uint16(n), nil
}
