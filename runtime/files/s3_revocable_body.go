package files

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// bodyRevoker revokes a request's body when the request is over. A transport
// may go on reading it for a while, even when the next try already sends the
// same bytes, or when the buffer has been reused.
type bodyRevoker struct{ next http.RoundTripper }

// RoundTrip sends the request.
func (o bodyRevoker) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return o.next.RoundTrip(req)
	}
	body := &revocableBody{body: req.Body}
	req = req.Clone(req.Context())
	req.Body, req.GetBody = body, nil
	res, err := o.next.RoundTrip(req)
	if err != nil {
		body.revoke()
		return nil, err
	}
	res.Body = &responseBody{res.Body, body}
	return res, nil
}

var errRequestOver = errors.New("s3: the request is over")

type revocableBody struct {
	mu   sync.Mutex
	body io.ReadCloser
	over bool
}

func (b *revocableBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over {
		return 0, errRequestOver
	}
	return b.body.Read(p)
}

// Close is called by the transport when it needs no more.
func (b *revocableBody) Close() error {
	b.revoke()
	return nil
}

func (b *revocableBody) revoke() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.over {
		b.over = true
		_ = b.body.Close() // a reader in memory
	}
}

// responseBody is the answer to a request with a body; the request is over when
// it has been read.
type responseBody struct {
	io.ReadCloser
	sent *revocableBody
}

func (a *responseBody) Close() error {
	a.sent.revoke()
	return a.ReadCloser.Close()
}
