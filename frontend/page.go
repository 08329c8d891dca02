package frontend

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"strings"
)

// The two pages: the app for people who are signed in, and a small one for signing
// in and for public forms, which old phones open over slow networks.
const (
	appPage   = "index.html"
	lightPage = "light.html"
)

// Page is what a page is told by the server.
type Page struct {
	// Language of the reader, zh-CN or en.
	Language string
	// Theme is light, dark or system.
	Theme string
	// Organisation is the name to greet with.
	Organisation string
	// Version of the program; an open page tells its user when it changes.
	Version string
	// Embedders are the origins that may show the page in a frame; none by default.
	Embedders []string
}

// IsLight tells whether a path shows the small page, which needs no session.
func IsLight(path string) bool {
	return path == "/login" || strings.HasPrefix(path, "/f/") || strings.HasPrefix(path, "/s/")
}

// pages are the templates of the two pages.
type pages map[string][]byte

func readPages(files fs.FS) (pages, error) {
	p := pages{}
	for _, name := range []string{appPage, lightPage} {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("web app: %w", err)
		}
		p[name] = text
	}
	return p, nil
}

// ServePage answers with the page of a path.
func (a *App) ServePage(w http.ResponseWriter, r *http.Request, p Page) error {
	name := appPage
	if IsLight(r.URL.Path) {
		name = lightPage
	}
	nonce, err := newNonce()
	if err != nil {
		return err
	}
	text := a.pages[name]
	for mark, value := range map[string]string{
		"%LANGUAGE%": p.Language, "%THEME%": p.Theme, "%ORGANISATION%": p.Organisation, "%VERSION%": p.Version, "%NONCE%": nonce,
	} {
		text = bytes.ReplaceAll(text, []byte(mark), []byte(html.EscapeString(value)))
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", p.Language)
	h.Set("Content-Security-Policy", policy(nonce, p.Embedders))
	h.Set("Referrer-Policy", "same-origin")
	if len(p.Embedders) > 0 {
		h.Del("X-Frame-Options") // it knows no list; the policy has it
	}
	_, err = w.Write(text)
	return err
}

// policy allows the app's own files and styles with the nonce. Style attributes
// are allowed: they cannot load anything, and measured positions need them.
func policy(nonce string, embedders []string) string {
	ancestors := "'none'"
	if len(embedders) > 0 {
		ancestors = strings.Join(embedders, " ")
	}
	return "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + nonce + "'; style-src-attr 'unsafe-inline'; " +
		"img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; media-src 'self' blob:; frame-src 'self' blob:; worker-src 'self'; " +
		"manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors " + ancestors
}

func newNonce() (string, error) {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("nonce: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}
