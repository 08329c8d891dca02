package api

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"weft/runtime/files"
	"weft/runtime/problem"
	"weft/runtime/record"
)

// downloadFile gives a file to its uploader while it is unlinked, and to
// whoever may read the record and the field it stands in. To anybody else it
// is not there. It is offered for saving, unless it is asked for inline and is
// of a type that a browser shows without running anything in it.
func downloadFile(rc *requestContext) error {
	f, err := rc.visibleFile()
	if err != nil {
		return err
	}
	media, disposition := downloadType(f.MediaType), files.Disposition(f.Name)
	if rc.r.URL.Query().Get("inline") == "1" && slices.Contains(inlineMediaTypes, f.MediaType) {
		disposition = "inline" + strings.TrimPrefix(disposition, "attachment")
	} else if rc.r.Method == http.MethodGet {
		link, err := rc.s.o.Files.PresignedURL(rc.ctx, *f, media, disposition)
		if err != nil {
			return err
		}
		if link != "" {
			return rc.redirect(link)
		}
	}
	in, err := rc.s.o.Files.OpenBytes(rc.ctx, *f)
	if errors.Is(err, files.ErrNotStored) {
		return problem.Wrap(problem.NotFound, err)
	}
	if err != nil {
		return err
	}
	defer in.Close()
	rc.Header().Set("Content-Disposition", disposition)
	return rc.serveContent(in, media, f.SHA256)
}

// thumbnailFile gives a small picture of a file to whoever may have the file.
func thumbnailFile(rc *requestContext) error {
	f, err := rc.visibleFile()
	if err != nil {
		return err
	}
	size := rc.r.URL.Query().Get("size")
	if size == "" {
		size = "small"
	}
	in, media, err := rc.s.o.Files.Thumbnail(rc.ctx, *f, size)
	if err != nil {
		return err
	}
	defer in.Close()
	rc.Header().Set("Content-Disposition", "inline")
	return rc.serveContent(in, media, f.SHA256+"-"+size)
}

// serveContent answers bytes that somebody else made: whole, in ranges, or not at
// all to who has them already. Nothing in them can run here (S-19).
func (rc *requestContext) serveContent(in io.ReadSeeker, media, tag string) error {
	h := rc.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if media == "application/pdf" { // browsers show no PDF in a sandbox; it is none of our pages anyway
		h.Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'")
	}
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-cache") // the rights are asked each time
	h.Set("Etag", `"`+tag+`"`)
	http.ServeContent(rc, rc.r, "", time.Time{}, in)
	return nil
}

// redirect answers with the address of the bytes in the bucket, which is a
// secret for as long as it lives (S-34).
func (rc *requestContext) redirect(link string) error {
	h := rc.Header()
	h.Set("Location", link)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	rc.WriteHeader(http.StatusFound)
	return nil
}

// visibleFile finds the file that the path names, if it is there for the caller.
func (rc *requestContext) visibleFile() (*files.File, error) {
	found, err := rc.s.o.Files.Lookup(rc.ctx, []string{rc.vars()["id"]})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, problem.New(problem.NotFound, "", nil)
	}
	return &found[0], rc.checkDownload(&found[0])
}

func (rc *requestContext) checkDownload(f *files.File) error {
	if !f.Linked() {
		if rc.actor.Admin || f.By == rc.actor.UserID {
			return nil
		}
		return problem.New(problem.NotFound, "", nil)
	}
	return rc.checkLinkedFile(f)
}

// checkLinkedFile asks the record that a file is linked to: whoever may read, on that
// row, one of the fields that hold the file may read the file.
func (rc *requestContext) checkLinkedFile(f *files.File) error {
	fields, err := rc.fileFields(f.Entity)
	if err != nil {
		return err
	}
	if len(fields) == 0 {
		return problem.New(problem.NotFound, "", nil)
	}
	body, _, err := rc.s.o.Records.Get(rc.ctx, record.Call{Actor: rc.actor, Source: "api"}, f.Entity, f.Record, fields, nil)
	if err != nil {
		// An unreadable field is no reason to tell that the file exists (S-01).
		if code := problem.CodeOf(err); code == problem.Invalid || code == problem.Forbidden || code == problem.NotFound {
			return problem.New(problem.NotFound, "", nil)
		}
		return err
	}
	var members map[string]json.RawMessage
	_ = json.Unmarshal(body, &members) // what is no record holds no file
	for _, field := range fields {
		var ids []string
		if raw := members[field]; raw != nil && json.Unmarshal(raw, &ids) == nil && slices.Contains(ids, f.ID) {
			return nil
		}
	}
	return problem.New(problem.NotFound, "", nil)
}

// fileFields are the fields of files that the caller reads on some row.
func (rc *requestContext) fileFields(entity string) ([]string, error) {
	rights, err := rc.s.o.Access.Rights(rc.ctx, rc.actor)
	if err != nil {
		return nil, err
	}
	e := rights.Model.Entities[entity]
	if e == nil {
		return nil, nil
	}
	var keys []string
	for _, f := range e.Fields {
		if f.HoldsFiles() && rights.Readable(entity, f.Key) {
			keys = append(keys, f.Key)
		}
	}
	return keys, nil
}

// safeMediaTypes are the types that browsers show without running anything in them;
// everything else is just bytes (S-19).
var safeMediaTypes = []string{
	"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/heic", "image/avif",
	"application/pdf", "text/plain", "text/csv", "audio/mpeg", "audio/wave", "video/mp4", "video/webm",
	"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
}

// inlineMediaTypes are those that may be shown in place when the request asks for it.
var inlineMediaTypes = []string{"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif", "application/pdf"}

func downloadType(media string) string {
	if slices.Contains(safeMediaTypes, media) || strings.HasPrefix(media, "application/vnd.openxmlformats-officedocument.") {
		if strings.HasPrefix(media, "text/") {
			return media + "; charset=utf-8"
		}
		return media
	}
	return "application/octet-stream"
}
