package api

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"weft/runtime/files"
	"weft/runtime/problem"
	"weft/runtime/request"
)

// Uploads that can be resumed speak tus 1.0 (https://tus.io/protocols/resumable-upload):
// the core protocol with creation, creation-with-upload, termination and expiration.
const (
	tusVersion    = "1.0.0"
	tusExtensions = "creation,creation-with-upload,termination,expiration"
	tusChunkType  = "application/offset+octet-stream"
	uploadsPath   = basePath + "/files/uploads"
	maxUploadMeta = 8 << 10
)

// uploadCapabilities answers what the server supports, to clients that may not
// have signed in yet.
func uploadCapabilities(rc *requestContext) error {
	h := rc.Header()
	h.Set("Tus-Resumable", tusVersion)
	h.Set("Tus-Version", tusVersion)
	h.Set("Tus-Extension", tusExtensions)
	h.Set("Tus-Max-Size", strconv.FormatInt(rc.s.o.MaxUpload, 10))
	return rc.empty()
}

// overrideMethod handles a POST to an upload as the method that the header
// X-HTTP-Method-Override names, for clients that can send no other.
func overrideMethod(rc *requestContext) error {
	switch rc.r.Header.Get("X-HTTP-Method-Override") {
	case http.MethodPatch:
		return patchUpload(rc)
	case http.MethodDelete:
		return deleteUpload(rc)
	case http.MethodGet, http.MethodHead:
		return getUpload(rc)
	}
	rc.Header().Set("Allow", "GET, HEAD, PATCH, DELETE, OPTIONS")
	return problem.New(problem.Method, "", nil)
}

// beginUpload creates an upload of known length; the same request may bring the
// first bytes.
func beginUpload(rc *requestContext) error {
	if err := rc.checkTusVersion(); err != nil {
		return err
	}
	length, err := rc.tusNumber("Upload-Length")
	if err != nil {
		return err
	}
	if rc.r.ContentLength != 0 {
		if err := request.CheckMediaType(rc.r.Header, tusChunkType); err != nil {
			return err
		}
	}
	u, err := rc.tusOptions()
	if err != nil {
		return err
	}
	p, err := rc.s.o.Files.BeginPartial(rc.ctx, u, length, rc.r.Header.Get("Upload-Metadata"))
	if err != nil {
		return err
	}
	if rc.r.ContentLength != 0 && p.Offset == 0 {
		if _, err := rc.append(p, 0); err != nil {
			return err
		}
	}
	rc.Header().Set("Location", uploadsPath+"/"+p.ID)
	return rc.answerUpload(http.StatusCreated, p)
}

// tusOptions adds what Upload-Metadata says to the options of the upload.
func (rc *requestContext) tusOptions() (files.Upload, error) {
	u, err := rc.uploadOptions()
	if err != nil {
		return u, err
	}
	meta, err := tusMetadata(rc.r.Header.Get("Upload-Metadata"))
	if err != nil {
		return u, err
	}
	u.Name, u.MediaType = cmp.Or(meta["filename"], meta["name"]), cmp.Or(meta["filetype"], meta["type"])
	return u, checkFileName(u.Name)
}

// checkFileName refuses names in another encoding: they would be stored as
// something else than was sent.
func checkFileName(name string) error {
	if !utf8.ValidString(name) {
		return malformed("file_name_utf8", nil)
	}
	return nil
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
		if _, twice := meta[key]; twice || key == "" || err != nil {
			return nil, malformed("upload_metadata", nil)
		}
		meta[key] = string(raw)
	}
	return meta, nil
}

// getUpload tells how far an upload is, and which file it became. HEAD answers
// the headers alone.
func getUpload(rc *requestContext) error {
	p, err := rc.upload()
	if err != nil {
		return err
	}
	return rc.answerUpload(http.StatusOK, p)
}

// patchUpload appends the bytes from Upload-Offset on.
func patchUpload(rc *requestContext) error {
	p, err := rc.upload()
	if err != nil {
		return err
	}
	if err := request.CheckMediaType(rc.r.Header, tusChunkType); err != nil {
		return err
	}
	offset, err := rc.tusNumber("Upload-Offset")
	if err != nil {
		return err
	}
	f, err := rc.append(p, offset)
	if err != nil {
		return err
	}
	if f != nil {
		rc.Header().Set("Location", basePath+"/files/"+f.ID)
	}
	rc.uploadHeaders(p)
	return rc.empty()
}

// deleteUpload ends an upload. A finished file is kept.
func deleteUpload(rc *requestContext) error {
	p, err := rc.upload()
	if err != nil {
		return err
	}
	return rc.done(rc.s.o.Files.CancelPartial(rc.ctx, p))
}

// upload finds the caller's upload that the path names.
func (rc *requestContext) upload() (*files.PartialUpload, error) {
	if err := rc.checkTusVersion(); err != nil {
		return nil, err
	}
	return rc.s.o.Files.FindPartial(rc.ctx, rc.vars()["id"], rc.actor.UserID)
}

func (rc *requestContext) append(p *files.PartialUpload, offset int64) (*files.File, error) {
	if offset == p.Offset && rc.r.ContentLength > p.Length-offset {
		return nil, problem.New(problem.TooLarge, "upload_beyond", map[string]any{"length": p.Length})
	}
	f, err := rc.s.o.Files.AppendPartial(rc.ctx, p, offset, rc.r.Body)
	rc.Header().Set("Upload-Offset", strconv.FormatInt(p.Offset, 10))
	return f, bodyProblem(err, p.Length)
}

// checkTusVersion sets the protocol version of the answer and refuses requests
// for another one. Requests that name none are accepted.
func (rc *requestContext) checkTusVersion() error {
	rc.Header().Set("Tus-Resumable", tusVersion)
	if v := rc.r.Header.Get("Tus-Resumable"); v != "" && v != tusVersion {
		rc.Header().Set("Tus-Version", tusVersion)
		return problem.New(problem.Stale, "tus_version", map[string]any{"version": tusVersion})
	}
	return nil
}

func (rc *requestContext) tusNumber(header string) (int64, error) {
	n, err := strconv.ParseInt(rc.r.Header.Get(header), 10, 64)
	if err != nil || n < 0 {
		return 0, malformed("upload_number", map[string]any{"header": header})
	}
	return n, nil
}

func (rc *requestContext) uploadHeaders(p *files.PartialUpload) {
	h := rc.Header()
	h.Set("Upload-Offset", strconv.FormatInt(p.Offset, 10))
	h.Set("Upload-Length", strconv.FormatInt(p.Length, 10))
	h.Set("Upload-Expires", p.Expires.UTC().Format(http.TimeFormat))
	h.Set("Cache-Control", "no-store")
	if p.Metadata != "" {
		h.Set("Upload-Metadata", p.Metadata)
	}
}

func (rc *requestContext) answerUpload(status int, p *files.PartialUpload) error {
	body := map[string]any{"id": p.ID, "name": p.Upload.Name, "length": p.Length, "offset": p.Offset, "expires": p.Expires.UTC()}
	if p.File != "" {
		f, err := rc.s.o.Files.FinishedFile(rc.ctx, p)
		if err != nil {
			return err
		}
		body["file"] = fileBody(f)
	}
	rc.uploadHeaders(p)
	return rc.json(status, body)
}
