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
)

// downloadFile answers a file: to its uploader while no record uses it, else to
// callers who may read the record and the field that hold it. For others it is
// 404. It is sent as an attachment, unless ?inline=1 asks otherwise and browsers
// show the type without running anything in it.
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

// thumbnailFile answers a scaled-down picture to callers who may read the file.
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

// serveContent answers uploaded bytes: whole, in ranges, or 304. The headers keep
// browsers from running anything in them.
func (rc *requestContext) serveContent(in io.ReadSeeker, media, tag string) error {
	h := rc.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if media == "application/pdf" { // browsers show no PDF in a sandbox, and a PDF cannot script our pages
		h.Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'")
	}
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-cache") // rights are checked at every request
	h.Set("Etag", `"`+tag+`"`)
	http.ServeContent(rc, rc.r, "", time.Time{}, in)
	return nil
}

// redirect answers with the signed address of the bytes in the bucket. Whoever
// has it can read them while it is valid, so nothing may store it.
func (rc *requestContext) redirect(link string) error {
	h := rc.Header()
	h.Set("Location", link)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	rc.WriteHeader(http.StatusFound)
	return nil
}

// visibleFile finds the file that the path names, if the caller may read it.
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

// checkLinkedFile checks the rights on a file that a record uses: the caller must
// read, on that row, one of the fields that hold the file.
func (rc *requestContext) checkLinkedFile(f *files.File) error {
	fields, err := rc.fileFields(f.Entity)
	if err != nil {
		return err
	}
	if len(fields) == 0 {
		return problem.New(problem.NotFound, "", nil)
	}
	body, _, err := rc.s.o.Reads.Get(rc.ctx, rc.actor, f.Entity, f.Record, fields, nil)
	if err != nil {
		// Not found, so that a caller without the right does not learn of the file.
		if code := problem.CodeOf(err); code == problem.Invalid || code == problem.Forbidden || code == problem.NotFound {
			return problem.New(problem.NotFound, "", nil)
		}
		return err
	}
	var members map[string]json.RawMessage
	_ = json.Unmarshal(body, &members) // without members there is no file
	for _, field := range fields {
		var ids []string
		if raw := members[field]; raw != nil && json.Unmarshal(raw, &ids) == nil && slices.Contains(ids, f.ID) {
			return nil
		}
	}
	return problem.New(problem.NotFound, "", nil)
}

// fileFields are the file fields of an entity that the caller may read on some row.
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

// safeMediaTypes are the types that browsers show without running anything in
// them; all others are sent as application/octet-stream.
var safeMediaTypes = []string{
	"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/heic", "image/avif",
	"application/pdf", "text/plain", "text/csv", "audio/mpeg", "audio/wave", "video/mp4", "video/webm",
	"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
}

// inlineMediaTypes are those that ?inline=1 may show in place.
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
