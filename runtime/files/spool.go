package files

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// spoolMemory is how much of a piece is kept in memory; more goes into a file,
// so that many concurrent slow uploads do not fill the memory.
const spoolMemory = 128 << 10

// spool holds one piece of an upload until it is sent. It is reused for the
// next one, and closed at the end.
type spool struct {
	mem      bytes.Buffer
	file     *os.File // already unlinked, in the system's folder for temporary files
	size     int64    // bytes
	writeErr error    // why it could not be written
}

// fill reads the next piece, at most max bytes; last when the source is at its
// end. What came before an error of the source is kept.
func (s *spool) fill(r io.Reader, max int64) (last bool, err error) {
	if err := s.empty(); err != nil {
		return false, err
	}
	_, err = io.CopyN(s, r, max)
	if s.writeErr != nil {
		return false, diskProblem(s.writeErr)
	}
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	return false, err
}

func (s *spool) empty() error {
	s.mem.Reset()
	s.size = 0
	if s.file == nil {
		return nil
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return diskProblem(err)
	}
	return diskProblem(s.file.Truncate(0))
}

// Write adds to the piece.
func (s *spool) Write(p []byte) (int, error) {
	n, err := s.write(p)
	s.size += int64(n)
	s.writeErr = err
	return n, err
}

func (s *spool) write(p []byte) (int, error) {
	if s.size+int64(len(p)) <= spoolMemory {
		return s.mem.Write(p)
	}
	if s.file == nil {
		file, err := os.CreateTemp("", "weft-upload-*")
		if err != nil {
			return 0, err
		}
		s.file = file
		if err := os.Remove(file.Name()); err != nil {
			return 0, err
		}
	}
	if s.mem.Len() > 0 {
		if _, err := s.mem.WriteTo(s.file); err != nil {
			return 0, err
		}
	}
	return s.file.Write(p)
}

// body reads the piece from its start; it can be called repeatedly.
func (s *spool) body() io.ReadSeeker {
	if s.size > int64(s.mem.Len()) {
		return io.NewSectionReader(s.file, 0, s.size)
	}
	return bytes.NewReader(s.mem.Bytes())
}

// close closes the file.
func (s *spool) close() {
	if s.file != nil {
		_ = s.file.Close() // the unlinked file is gone then
	}
}
