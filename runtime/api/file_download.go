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
func downloadFile(x *exchange) error {
	f, err := x.visibleFile()
	if err != nil {
		return err
	}
	media, disposition := downloadType(f.MediaType), files.Disposition(f.Name)
	if x.r.URL.Query().Get("inline") == "1" && slices.Contains(showable, f.MediaType) {
		disposition = "inline" + strings.TrimPrefix(disposition, "attachment")
	} else if x.r.Method == http.MethodGet {
		link, err := x.s.o.Files.PresignedURL(x.ctx, *f, media, disposition)
		if err != nil {
			return err
		}
		if link != "" {
			return x.sendTo(link)
		}
	}
	in, err := x.s.o.Files.OpenBytes(x.ctx, *f)
	if errors.Is(err, files.ErrNotStored) {
		return problem.Wrap(problem.NotFound, err)
	}
	if err != nil {
		return err
	}
	defer in.Close()
	x.Header().Set("Content-Disposition", disposition)
	return x.content(in, media, f.SHA256)
}

// thumbnailFile gives a small picture of a file to whoever may have the file.
func thumbnailFile(x *exchange) error {
	f, err := x.visibleFile()
	if err != nil {
		return err
	}
	size := x.r.URL.Query().Get("size")
	if size == "" {
		size = "small"
	}
	in, media, err := x.s.o.Files.Thumbnail(x.ctx, *f, size)
	if err != nil {
		return err
	}
	defer in.Close()
	x.Header().Set("Content-Disposition", "inline")
	return x.content(in, media, f.SHA256+"-"+size)
}

// content answers bytes that somebody else made: whole, in ranges, or not at
// all to who has them already. Nothing in them can run here (S-19).
func (x *exchange) content(in io.ReadSeeker, media, tag string) error {
	h := x.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if media == "application/pdf" { // browsers show no PDF in a sandbox; it is none of our pages anyway
		h.Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'")
	}
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-cache") // the rights are asked each time
	h.Set("Etag", `"`+tag+`"`)
	http.ServeContent(x, x.r, "", time.Time{}, in)
	return nil
}

// sendTo answers with the address of the bytes in the bucket, which is a
// secret for as long as it lives (S-34).
func (x *exchange) sendTo(link string) error {
	h := x.Header()
	h.Set("Location", link)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	x.WriteHeader(http.StatusFound)
	return nil
}

// visibleFile finds the file that the path names, if it is there for the caller.
func (x *exchange) visibleFile() (*files.File, error) {
	found, err := x.s.o.Files.Lookup(x.ctx, []string{x.vars()["id"]})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, problem.New(problem.NotFound, "", nil)
	}
	return &found[0], x.mayDownload(&found[0])
}

func (x *exchange) mayDownload(f *files.File) error {
	if !f.Linked() {
		if x.actor.Admin || f.By == x.actor.UserID {
			return nil
		}
		return problem.New(problem.NotFound, "", nil)
	}
	return x.seesFile(f)
}

// seesFile asks the record that a file is linked to: whoever may read, on that
// row, one of the fields that hold the file may read the file.
func (x *exchange) seesFile(f *files.File) error {
	fields, err := x.fileFields(f.Entity)
	if err != nil {
		return err
	}
	if len(fields) == 0 {
		return problem.New(problem.NotFound, "", nil)
	}
	body, _, err := x.s.o.Records.Get(x.ctx, record.Call{Actor: x.actor, Source: "api"}, f.Entity, f.Record, fields, nil)
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
func (x *exchange) fileFields(entity string) ([]string, error) {
	rights, err := x.s.o.Access.Rights(x.ctx, x.actor)
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

// harmless are the types that browsers show without running anything in them;
// everything else is just bytes (S-19).
var harmless = []string{
	"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/heic", "image/avif",
	"application/pdf", "text/plain", "text/csv", "audio/mpeg", "audio/wave", "video/mp4", "video/webm",
	"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
}

// showable are those that may be shown in place when the request asks for it.
var showable = []string{"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif", "application/pdf"}

func downloadType(media string) string {
	if slices.Contains(harmless, media) || strings.HasPrefix(media, "application/vnd.openxmlformats-officedocument.") {
		if strings.HasPrefix(media, "text/") {
			return media + "; charset=utf-8"
		}
		return media
	}
	return "application/octet-stream"
}
