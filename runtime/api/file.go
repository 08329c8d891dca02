package api

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"weft/runtime/files"
	"weft/runtime/problem"
)

// formOverhead is how many bytes a form may take beside its file.
const formOverhead = 64 << 10

// uploadFile takes multipart/form-data with exactly one file part and answers
// what was stored. It streams: nothing but a window of the file is in memory.
// Nothing but this parser makes an upload (S-18).
func uploadFile(x *exchange) error {
	if !hasType(x.r.Header, []string{"multipart/form-data"}) || x.r.Header.Get("Content-Encoding") != "" {
		return problem.New(problem.MediaType, "content_type", map[string]any{"want": "multipart/form-data"})
	}
	u, err := x.upcoming()
	if err != nil {
		return err
	}
	if x.r.ContentLength > u.Max+formOverhead {
		return problem.New(problem.TooLarge, "upload_too_large", map[string]any{"max": u.Max})
	}
	parts, err := x.r.MultipartReader()
	if err != nil {
		return &problem.Error{Code: problem.Malformed, Key: "body_incomplete", Err: err}
	}
	part, err := parts.NextPart()
	if err != nil || part.FileName() == "" {
		return &problem.Error{Code: problem.Malformed, Key: "multipart_file", Err: err}
	}
	u.Name, u.MediaType = rawFileName(part), part.Header.Get("Content-Type")
	f, err := x.s.o.Files.Receive(x.ctx, u, part)
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return &problem.Error{Code: problem.Malformed, Key: "body_incomplete", Err: err}
		}
		return err
	}
	if _, err := parts.NextPart(); !errors.Is(err, io.EOF) {
		// Refused requests leave nothing behind (S-08). Under a key the file may
		// be that of an earlier, good upload: then the sweep decides.
		if u.Key == "" {
			if err := x.s.o.Files.Discard(x.ctx, f); err != nil {
				return err
			}
		}
		return malformed("multipart_file", nil)
	}
	x.Header().Set("Location", base+"/files/"+f.ID)
	return x.json(http.StatusCreated, fileBody(f))
}

// rawFileName is the name as sent; files.CleanName makes it harmless.
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
