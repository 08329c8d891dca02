package script

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Frames between pool and runner: four bytes of length, one of the kind, then
// fields, each of them a varint of its length and its bytes.
const (
	// From the pool.
	frameProgram byte = 'P' // hash, key, code
	frameBegin   byte = 'B' // token, begin as JSON
	frameEvent   byte = 'E' // event
	frameAnswer  byte = 'A' // token, status, value: see answer
	// From the runner.
	frameHello byte = 'H' // isolation as JSON
	frameCall  byte = 'C' // token, module, function, arguments
	frameEnd   byte = 'V' // token, outcome as JSON, value, changes as JSON
)

// maxFrame is the greatest length of a frame.
const maxFrame = 8 << 20

var errFrame = errors.New("script: malformed frame")

// frame is one message; fields are read in the order in which they were added.
type frame struct {
	kind byte
	data []byte
}

func newFrame(kind byte, fields ...[]byte) frame {
	f := frame{kind: kind}
	for _, field := range fields {
		f.data = binary.AppendUvarint(f.data, uint64(len(field)))
		f.data = append(f.data, field...)
	}
	return f
}

// fields splits a frame into exactly n fields.
func (f frame) fields(n int) ([][]byte, error) {
	out := make([][]byte, 0, n)
	rest := f.data
	for range n {
		size, used := binary.Uvarint(rest)
		if used <= 0 || size > uint64(len(rest)-used) {
			return nil, errFrame
		}
		out = append(out, rest[used:used+int(size)])
		rest = rest[used+int(size):]
	}
	if len(rest) > 0 {
		return nil, errFrame
	}
	return out, nil
}

// append adds the frame to what is written at once.
func (f frame) append(to []byte) ([]byte, error) {
	if len(f.data) >= maxFrame {
		return to, fmt.Errorf("script: a frame of %d bytes", len(f.data))
	}
	to = binary.BigEndian.AppendUint32(to, uint32(len(f.data)+1))
	return append(append(to, f.kind), f.data...), nil
}

// write writes frames in one go.
func writeFrames(w io.Writer, frames ...frame) error {
	var out []byte
	for _, f := range frames {
		var err error
		if out, err = f.append(out); err != nil {
			return err
		}
	}
	_, err := w.Write(out)
	return err
}

// readFrame reads one frame; io.EOF when there is none.
func readFrame(r io.Reader) (frame, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n == 0 || n > maxFrame || n > math.MaxInt32 {
		return frame{}, errFrame
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return frame{}, err
	}
	return frame{kind: body[0], data: body[1:]}, nil
}
