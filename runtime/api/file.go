package api

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"time"

	"weft/runtime/files"
	"weft/runtime/problem"
)

// uploadFile takes multipart/form-data with exactly one file part and answers
// what was stored. It streams: nothing but a window of the file is in memory.
func uploadFile(x *exchange) error {
	media, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	if err != nil || media != "multipart/form-data" {
		return problem.New(problem.MediaType, "content_type", map[string]any{"want": "multipart/form-data"})
	}
	parts, err := x.r.MultipartReader()
	if err != nil {
		return &problem.Error{Code: problem.Malformed, Key: "body_incomplete", Err: err}
	}
	part, err := parts.NextPart()
	if err != nil || part.FileName() == "" {
		return &problem.Error{Code: problem.Malformed, Key: "multipart_file", Err: err}
	}
	f, err := x.put(part)
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return &problem.Error{Code: problem.Malformed, Key: "body_incomplete", Err: err}
		}
		return err
	}
	if _, err := parts.NextPart(); !errors.Is(err, io.EOF) {
		// Refused requests leave nothing behind (S-08). Under a key the file may
		// be that of an earlier, good upload: then the sweep decides.
		if x.r.Header.Get("Idempotency-Key") == "" {
			if err := x.s.o.Files.Discard(x.ctx, f); err != nil {
				return err
			}
		}
		return malformed("multipart_file", nil)
	}
	x.Header().Set("Location", base+"/files/"+f.ID)
	return x.json(http.StatusCreated, fileBody(f))
}

func (x *exchange) put(part *multipart.Part) (*files.File, error) {
	key, err := x.idempotencyKey()
	if err != nil {
		return nil, err
	}
	by, name, media := x.actor.UserID, rawFileName(part), part.Header.Get("Content-Type")
	if key == "" {
		return x.s.o.Files.Put(x.ctx, by, name, media, part, x.s.o.MaxUpload)
	}
	return x.s.o.Files.PutOnce(x.ctx, key, by, name, media, part, x.s.o.MaxUpload)
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

// downloadFile gives a file to its uploader while it is unlinked, and to
// whoever may read the record and the field it stands in. To anybody else it
// is not there.
func downloadFile(x *exchange) error {
	in, f, err := x.s.o.Files.Open(x.ctx, x.vars()["id"])
	if err != nil {
		return err
	}
	defer in.Close()
	if err := x.mayDownload(f); err != nil {
		return err
	}
	h := x.Header()
	h.Set("Content-Type", downloadType(f.MediaType))
	h.Set("Content-Disposition", files.Disposition(f.Name))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Etag", `"`+f.SHA256+`"`)
	http.ServeContent(x, x.r, "", time.Time{}, in)
	return nil
}

func (x *exchange) mayDownload(f *files.File) error {
	if !f.Linked() {
		if x.actor.Admin || f.By == x.actor.UserID {
			return nil
		}
		return problem.New(problem.NotFound, "", nil)
	}
	return x.seesFile(f.Entity, f.Record, f.Field, f.ID)
}

// harmless are the types that browsers show without running anything in them;
// everything else is just bytes (S-19).
var harmless = []string{
	"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/heic",
	"application/pdf", "text/plain", "text/csv", "audio/mpeg", "audio/wave", "video/mp4", "video/webm",
	"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
}

func downloadType(media string) string {
	if slices.Contains(harmless, media) || strings.HasPrefix(media, "application/vnd.openxmlformats-officedocument.") {
		if strings.HasPrefix(media, "text/") {
			return media + "; charset=utf-8"
		}
		return media
	}
	return "application/octet-stream"
}
