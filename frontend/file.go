package frontend

import (
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// App serves the files and pages of a built web app.
type App struct {
	files fs.FS
	pages pages
}

// New reads the pages of a built web app.
func New(files fs.FS) (*App, error) {
	p, err := readPages(files)
	if err != nil {
		return nil, err
	}
	return &App{files: files, pages: p}, nil
}

// encodings are the compressed forms that the build makes, the smallest first.
var encodings = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

// HasFile tells whether a path names a file of the app, in any form.
func (a *App) HasFile(urlPath string) bool {
	name, ok := fileName(urlPath)
	if !ok {
		return false
	}
	for _, suffix := range []string{"", encodings[0].suffix} {
		if info, err := fs.Stat(a.files, name+suffix); err == nil && !info.IsDir() {
			return true
		}
	}
	return false
}

// fileName is the file of a path; pages are not among the files.
func fileName(urlPath string) (string, bool) {
	name := strings.TrimPrefix(path.Clean(urlPath), "/")
	return name, fs.ValidPath(name) && name != appPage && name != lightPage && name != "."
}

// ServeFile answers with a file, compressed as the browser allows.
func (a *App) ServeFile(w http.ResponseWriter, r *http.Request) error {
	name, ok := fileName(r.URL.Path)
	if !ok {
		return fmt.Errorf("web app: no file %q", r.URL.Path)
	}
	h := w.Header()
	h.Set("Content-Type", mediaType(name))
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	for _, e := range encodings {
		if f, err := a.files.Open(name + e.suffix); err == nil && accepts(r, e.name) {
			defer f.Close()
			h.Set("Content-Encoding", e.name)
			return serveContent(w, r, f)
		}
	}
	if f, err := a.files.Open(name); err == nil {
		defer f.Close()
		return serveContent(w, r, f)
	}
	return a.servePlain(w, name)
}

func serveContent(w http.ResponseWriter, r *http.Request, f fs.File) error {
	content, ok := f.(io.ReadSeeker)
	if !ok {
		return fmt.Errorf("web app: %T cannot seek", f)
	}
	http.ServeContent(w, r, "", time.Time{}, content)
	return nil
}

// servePlain decompresses a file for a client that reads no compressed form, since
// the program holds only those.
func (a *App) servePlain(w http.ResponseWriter, name string) error {
	f, err := a.files.Open(name + ".gz")
	if err != nil {
		return fmt.Errorf("web app: %w", err)
	}
	defer f.Close()
	plain, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("web app: %s: %w", name, err)
	}
	_, err = io.Copy(w, plain)
	return err
}

// mediaType by the name alone: the machine's own tables differ.
func mediaType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	case ".webmanifest":
		return "application/manifest+json"
	default:
		if t := mime.TypeByExtension(ext); t != "" {
			return t
		}
		return "application/octet-stream"
	}
}

// accepts reads Accept-Encoding: a name without q=0.
func accepts(r *http.Request, encoding string) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			return strings.ReplaceAll(weight, " ", "") != "q=0"
		}
	}
	return false
}
