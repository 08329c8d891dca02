package transfer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"weft/runtime/problem"
)

// spool writes the given files below Dir, in a folder of the import's own and
// under numbers, never under their own names (S-17), and flushes them: what was
// accepted can be gone on with after a crash.
func (s *Service) spool(id string, inputs []Input) ([]input, error) {
	if len(inputs) == 0 {
		return nil, problem.Of(problem.Invalid, problem.At("/file", "required"))
	}
	if len(inputs) > maxFiles {
		return nil, tooLarge("files", maxFiles)
	}
	if err := os.MkdirAll(filepath.Join(s.Dir, id), 0o700); err != nil {
		return nil, fmt.Errorf("keep import files: %w", err)
	}
	list := make([]input, len(inputs))
	for i, in := range inputs {
		list[i] = input{Name: filepath.Base(filepath.ToSlash(in.Name)), Path: id + "/" + strconv.Itoa(i)}
		sum := sha256.New()
		size, err := writeInput(s.inputPath(list[i]), io.TeeReader(in.Reader, sum))
		if err != nil {
			return nil, err
		}
		list[i].Size, list[i].SHA256 = size, hex.EncodeToString(sum.Sum(nil))
	}
	return list, nil
}

func writeInput(path string, r io.Reader) (size int64, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, fmt.Errorf("keep import files: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	size, err = io.Copy(f, io.LimitReader(r, maxFileBytes+1))
	if err != nil {
		return 0, fmt.Errorf("keep import files: %w", err)
	}
	if size > maxFileBytes {
		return 0, tooLarge("bytes", maxFileBytes)
	}
	if err := f.Sync(); err != nil {
		return 0, fmt.Errorf("keep import files: %w", err)
	}
	return size, nil
}

// discard removes the files of an import that has ended.
func (s *Service) discard(id string) {
	if err := os.RemoveAll(filepath.Join(s.Dir, id)); err != nil {
		s.Logger.Warn("import files stay behind", "import", id, "error", err)
	}
}
