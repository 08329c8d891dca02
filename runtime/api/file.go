package api

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"weft/runtime/files"
	"weft/runtime/problem"
	"weft/runtime/request"
)

// formOverhead is how many bytes a form may have in addition to its file.
const formOverhead = 64 << 10

// uploadFile takes multipart/form-data with exactly one file part and answers
// what was stored. It streams: only a window of the file is in memory.
func uploadFile(rc *requestContext) error {
	if err := request.CheckMediaType(rc.r.Header, "multipart/form-data"); err != nil {
		return err
	}
	u, err := rc.uploadOptions()
	if err != nil {
		return err
	}
	if rc.r.ContentLength > u.MaxSize+formOverhead {
		return problem.New(problem.TooLarge, "upload_too_large", map[string]any{"max": u.MaxSize})
	}
	// Content-Length may be missing, and a form may have large fields before its file.
	rc.r.Body = http.MaxBytesReader(rc, rc.r.Body, u.MaxSize+formOverhead)
	parts, err := rc.r.MultipartReader()
	if err != nil {
		return &problem.Error{Code: problem.Malformed, Key: "body_incomplete", Err: err}
	}
	part, err := parts.NextPart()
	if err != nil || part.FileName() == "" {
		return formProblem(err, u.MaxSize)
	}
	u.Name, u.MediaType = rawFileName(part), part.Header.Get("Content-Type")
	if err := checkFileName(u.Name); err != nil {
		return err
	}
	f, err := rc.s.o.Files.Store(rc.ctx, u, part)
	if err != nil {
		return bodyProblem(err, u.MaxSize)
	}
	if _, err := parts.NextPart(); !errors.Is(err, io.EOF) {
		// A refused request stores nothing. Under an idempotency key the file may be
		// that of an earlier, successful upload: then the sweep decides.
		if u.Key == "" {
			if err := rc.s.o.Files.DeleteUnlinked(rc.ctx, f); err != nil {
				return err
			}
		}
		return formProblem(err, u.MaxSize)
	}
	rc.Header().Set("Location", basePath+"/files/"+f.ID)
	return rc.json(http.StatusCreated, fileBody(f))
}

// formProblem is the refusal of a form that is not exactly one file.
func formProblem(err error, max int64) error {
	if err := bodyProblem(err, max); problem.As(err) != nil {
		return err
	}
	return &problem.Error{Code: problem.Malformed, Key: "multipart_file", Err: err}
}

// bodyProblem is the problem of a request body that ended early or was too
// large. Errors of the storage stay as they are: its connection may end early too.
func bodyProblem(err error, max int64) error {
	var limit *http.MaxBytesError
	switch {
	case problem.As(err) != nil:
		return err
	case errors.As(err, &limit):
		return problem.New(problem.TooLarge, "upload_too_large", map[string]any{"max": max})
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &problem.Error{Code: problem.Malformed, Key: "body_incomplete", Err: err}
	}
	return err
}

// rawFileName is the name as sent, path included; files.CleanName makes it safe.
func rawFileName(p *multipart.Part) string {
	_, params, err := mime.ParseMediaType(p.Header.Get("Content-Disposition"))
	if err != nil {
		return p.FileName()
	}
	return params["filename"]
}

func fileBody(f *files.File) map[string]any {
	return map[string]any{"id": f.ID, "name": f.Name, "media_type": f.MediaType, "size": f.Size, "sha256": f.SHA256, "at": f.At.UTC()}
}
