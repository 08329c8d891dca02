package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"weft/runtime/access"
	"weft/runtime/files"
	"weft/runtime/problem"
)

// inputLife is how long the files of an import are kept when it does not end.
const inputLife = 7 * 24 * time.Hour

// FileStore keeps the files of imports where every node can read them;
// files.Service is one.
type FileStore interface {
	PutTemporary(ctx context.Context, f files.TemporaryFile, r io.Reader, maxSize int64) (*files.TemporaryFile, error)
	OpenTemporary(ctx context.Context, id string) (io.ReadSeekCloser, error)
	DeleteTemporary(ctx context.Context, owner string) error
}

// input is one given file, kept until the import has ended.
type input struct {
	Name   string `json:"name"`
	File   string `json:"file"` // id of a temporary file
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256,omitempty"` // in hexadecimal
}

func inputOwner(id string) string { return "import/" + id }

// storeInputs stores the files of an import. They are durable when it returns,
// and their own names are never part of a path.
func (s *Service) storeInputs(ctx context.Context, id string, actor *access.Actor, inputs []Input) ([]input, error) {
	if len(inputs) == 0 {
		return nil, problem.Of(problem.Invalid, problem.At("/file", "required"))
	}
	if len(inputs) > maxFiles {
		return nil, tooLarge("files", maxFiles)
	}
	list := make([]input, len(inputs))
	for i, in := range inputs {
		name := filepath.Base(filepath.ToSlash(in.Name))
		f, err := s.Files.PutTemporary(ctx, files.TemporaryFile{Owner: inputOwner(id), Name: name, By: actor.UserID,
			Expires: s.Now().Add(inputLife)}, in.Reader, maxFileBytes)
		if p := asProblem(err); p != nil && p.Code == problem.TooLarge {
			return nil, tooLarge("bytes", maxFileBytes)
		}
		if err != nil {
			return nil, fmt.Errorf("store import file: %w", err)
		}
		list[i] = input{Name: name, File: f.ID, Size: f.Size, SHA256: f.SHA256}
	}
	return list, nil
}

// discard deletes the files of an import that has ended.
func (s *Service) discard(ctx context.Context, id string) {
	if err := s.Files.DeleteTemporary(ctx, inputOwner(id)); err != nil {
		s.Logger.Warn("import files stay until they expire", "import", id, "error", err)
	}
}

// localFile copies an input into a local file without a name, since the parts of
// a workbook are read in any order.
func (s *Service) localFile(ctx context.Context, in input) (*os.File, error) {
	r, err := s.Files.OpenTemporary(ctx, in.File)
	if errors.Is(err, files.ErrNotStored) {
		return nil, problem.New(problem.Invalid, "import_files_gone", map[string]any{"file": in.Name})
	}
	if err != nil {
		return nil, fmt.Errorf("read import file: %w", err)
	}
	defer r.Close()
	f, err := os.CreateTemp(s.Dir, "weft-import-")
	if err != nil {
		return nil, fmt.Errorf("read import file: %w", err)
	}
	if err = os.Remove(f.Name()); err == nil {
		_, err = io.Copy(f, r)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read import file: %w", err), f.Close())
	}
	return f, nil
}

// file is the local copy of an input, made at its first use.
func (t *task) file(ctx context.Context, in input) (*os.File, error) {
	if f := t.files[in.File]; f != nil {
		return f, nil
	}
	f, err := t.service.localFile(ctx, in)
	if err == nil {
		t.files[in.File] = f
	}
	return f, err
}

func (t *task) closeFiles() {
	for id, f := range t.files {
		_ = f.Close() // it was only read
		delete(t.files, id)
	}
}
