package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// client calls the API: of a running server, or of the one in this process (see
// inProcessTransport). Commands do not know which.
type client struct {
	base  string // without a slash at the end
	token string
	http  *http.Client
	lang  string // of messages
}

// problemError is an answer of problem+json.
type problemError struct {
	Status int            `json:"status"`
	Code   string         `json:"code"`
	Title  string         `json:"title"`
	Detail string         `json:"detail"`
	Errors []problemEntry `json:"errors"`
}

// Error is one sentence with every field problem.
func (p *problemError) Error() string {
	text := p.Title
	if p.Detail != "" && p.Detail != p.Title {
		text = p.Detail
	}
	var parts []string
	for _, e := range p.Errors {
		parts = append(parts, strings.TrimSpace(e.Path+" "+e.Message))
	}
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	return text
}

// call sends body as JSON and decodes the answer into out (nil: ignored).
func (c *client) call(ctx context.Context, method, path string, body, out any) error {
	var r io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encode request: %w", err)
		}
		r = bytes.NewReader(text)
	}
	res, err := c.send(ctx, method, path, "application/json", r, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if out == nil {
		_, err = io.Copy(io.Discard, res.Body)
		return err
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("answer of %s %s: %w", method, path, err)
	}
	return nil
}

// send sends one request; an answer of 400 and above becomes an error.
func (c *client) send(ctx context.Context, method, path, mediaType string, body io.Reader, header http.Header) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+"/api/v1"+path, body)
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	maps.Copy(req.Header, header)
	if body != nil {
		req.Header.Set("Content-Type", mediaType)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	req.Header.Set("Accept-Language", cmp.Or(c.lang, "en"))
	res, err := c.http.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return nil, fmt.Errorf("the server at %s does not answer: %w", c.base, err)
	}
	if res.StatusCode < 400 {
		return res, nil
	}
	defer res.Body.Close()
	p := &problemError{Status: res.StatusCode, Title: res.Status}
	text, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	_ = json.Unmarshal(text, p) // not problem+json: the status line is all there is
	return nil, p
}

// inProcessTransport answers requests by calling a handler of this process.
type inProcessTransport struct{ handler http.Handler }

// RoundTrip runs the handler in a goroutine; bodies stream both ways.
func (t inProcessTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	pr, pw := io.Pipe()
	w := &pipeResponse{header: http.Header{}, body: pw, started: make(chan struct{})}
	req = req.Clone(req.Context())
	req.RemoteAddr = "127.0.0.1:0"
	req.RequestURI = req.URL.RequestURI()
	if req.Body == nil {
		req.Body = http.NoBody
	}
	go func() {
		defer func() {
			if recover() != nil { // http.ErrAbortHandler: the answer broke off
				w.WriteHeader(http.StatusInternalServerError)
				pw.CloseWithError(errors.New("the answer broke off"))
			}
		}()
		t.handler.ServeHTTP(w, req)
		w.WriteHeader(http.StatusOK)
		pw.Close()
	}()
	select {
	case <-w.started:
	case <-req.Context().Done():
		pr.Close()
		return nil, req.Context().Err()
	}
	return &http.Response{
		StatusCode: w.status, Status: fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.sent, Body: pr, ContentLength: -1, Request: req,
	}, nil
}

// pipeResponse is the http.ResponseWriter of inProcessTransport.
type pipeResponse struct {
	header, sent http.Header
	body         *io.PipeWriter
	status       int
	started      chan struct{}
}

func (w *pipeResponse) Header() http.Header { return w.header }

func (w *pipeResponse) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	w.status, w.sent = status, w.header.Clone()
	close(w.started)
}

func (w *pipeResponse) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}
