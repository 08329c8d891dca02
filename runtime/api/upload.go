package api

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"weft/runtime/files"
	"weft/runtime/problem"
	"weft/runtime/request"
)

// Uploads that can be resumed speak tus 1.0 (https://tus.io/protocols/resumable-upload):
// the core protocol with creation, creation-with-upload, termination and expiration.
const (
	tusVersion    = "1.0.0"
	pieceType     = "application/offset+octet-stream"
	uploadsPath   = base + "/files/uploads"
	maxUploadMeta = 8 << 10
)

// beginUpload makes an upload of a length known before; its bytes may begin in
// the same request.
func beginUpload(x *exchange) error {
	if err := x.speakTus(); err != nil {
		return err
	}
	length, err := x.tusNumber("Upload-Length")
	if err != nil {
		return err
	}
	if x.r.ContentLength != 0 {
		if err := request.CheckMediaType(x.r.Header, pieceType); err != nil {
			return err
		}
	}
	u, err := x.announced()
	if err != nil {
		return err
	}
	p, err := x.s.o.Files.BeginPartial(x.ctx, u, length)
	if err != nil {
		return err
	}
	if x.r.ContentLength != 0 && p.Offset == 0 {
		if _, err := x.append(p, 0); err != nil {
			return err
		}
	}
	x.Header().Set("Location", uploadsPath+"/"+p.ID)
	return x.showUpload(http.StatusCreated, p)
}

// announced reads what a client says about the file to come.
func (x *exchange) announced() (files.Upload, error) {
	u, err := x.upcoming()
	if err != nil {
		return u, err
	}
	meta, err := tusMetadata(x.r.Header.Get("Upload-Metadata"))
	if err != nil {
		return u, err
	}
	u.Name, u.MediaType = cmp.Or(meta["filename"], meta["name"]), cmp.Or(meta["filetype"], meta["type"])
	return u, nil
}

// tusMetadata reads "key base64,key base64".
func tusMetadata(text string) (map[string]string, error) {
	meta := map[string]string{}
	if text == "" {
		return meta, nil
	}
	if len(text) > maxUploadMeta {
		return nil, malformed("upload_metadata", nil)
	}
	for pair := range strings.SplitSeq(text, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		raw, err := base64.StdEncoding.DecodeString(value)
		if key == "" || err != nil {
			return nil, malformed("upload_metadata", nil)
		}
		meta[key] = string(raw)
	}
	return meta, nil
}

// getUpload tells how far an upload is, and which file it became. HEAD tells
// it in headers alone.
func getUpload(x *exchange) error {
	p, err := x.upload()
	if err != nil {
		return err
	}
	return x.showUpload(http.StatusOK, p)
}

// patchUpload takes the bytes from Upload-Offset on.
func patchUpload(x *exchange) error {
	p, err := x.upload()
	if err != nil {
		return err
	}
	if err := request.CheckMediaType(x.r.Header, pieceType); err != nil {
		return err
	}
	offset, err := x.tusNumber("Upload-Offset")
	if err != nil {
		return err
	}
	f, err := x.append(p, offset)
	if err != nil {
		return err
	}
	if f != nil {
		x.Header().Set("Location", base+"/files/"+f.ID)
	}
	x.uploadHeaders(p)
	return x.empty()
}

// deleteUpload ends an upload. A file that it became stays.
func deleteUpload(x *exchange) error {
	p, err := x.upload()
	if err != nil {
		return err
	}
	if err := x.s.o.Files.CancelPartial(x.ctx, p); err != nil {
		return err
	}
	return x.empty()
}

// upload finds the caller's upload that the path names.
func (x *exchange) upload() (*files.PartialUpload, error) {
	if err := x.speakTus(); err != nil {
		return nil, err
	}
	return x.s.o.Files.FindPartial(x.ctx, x.vars()["id"], x.actor.UserID)
}

func (x *exchange) append(p *files.PartialUpload, offset int64) (*files.File, error) {
	if offset == p.Offset && x.r.ContentLength > p.Length-offset {
		return nil, problem.New(problem.TooLarge, "upload_beyond", map[string]any{"length": p.Length})
	}
	f, err := x.s.o.Files.AppendPartial(x.ctx, p, offset, x.r.Body)
	x.Header().Set("Upload-Offset", strconv.FormatInt(p.Offset, 10))
	return f, bodyProblem(err, p.Length)
}

// speakTus answers in the protocol's version, and refuses another one. Who
// names none is taken to mean this one.
func (x *exchange) speakTus() error {
	x.Header().Set("Tus-Resumable", tusVersion)
	if v := x.r.Header.Get("Tus-Resumable"); v != "" && v != tusVersion {
		x.Header().Set("Tus-Version", tusVersion)
		return problem.New(problem.Stale, "tus_version", map[string]any{"version": tusVersion})
	}
	return nil
}

func (x *exchange) tusNumber(header string) (int64, error) {
	n, err := strconv.ParseInt(x.r.Header.Get(header), 10, 64)
	if err != nil || n < 0 {
		return 0, malformed("upload_number", map[string]any{"header": header})
	}
	return n, nil
}

func (x *exchange) uploadHeaders(p *files.PartialUpload) {
	h := x.Header()
	h.Set("Upload-Offset", strconv.FormatInt(p.Offset, 10))
	h.Set("Upload-Length", strconv.FormatInt(p.Length, 10))
	h.Set("Upload-Expires", p.Expires.UTC().Format(http.TimeFormat))
}

func (x *exchange) showUpload(status int, p *files.PartialUpload) error {
	body := map[string]any{"id": p.ID, "name": p.Upload.Name, "length": p.Length, "offset": p.Offset, "expires": p.Expires.UTC()}
	if p.File != "" {
		f, err := x.s.o.Files.FinishedFile(x.ctx, p)
		if err != nil {
			return err
		}
		body["file"] = fileBody(f)
	}
	x.uploadHeaders(p)
	return x.json(status, body)
}
