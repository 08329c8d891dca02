package files

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// ownBodies takes a request's body back when the request is over. A transport
// may go on reading it for a while, also when the next try has begun to send
// the same bytes, or they were overwritten by others.
type ownBodies struct{ next http.RoundTripper }

// RoundTrip sends the request.
func (o ownBodies) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return o.next.RoundTrip(req)
	}
	body := &ownBody{body: req.Body}
	req = req.Clone(req.Context())
	req.Body, req.GetBody = body, nil
	res, err := o.next.RoundTrip(req)
	if err != nil {
		body.takeBack()
		return nil, err
	}
	res.Body = &answerBody{res.Body, body}
	return res, nil
}

var errTakenBack = errors.New("s3: the request is over")

type ownBody struct {
	mu   sync.Mutex
	body io.ReadCloser
	over bool
}

func (b *ownBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over {
		return 0, errTakenBack
	}
	return b.body.Read(p)
}

// Close is the transport's word that it needs no more.
func (b *ownBody) Close() error {
	b.takeBack()
	return nil
}

func (b *ownBody) takeBack() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.over {
		b.over = true
		_ = b.body.Close() // it is a reader in memory
	}
}

// answerBody is the answer to a request with a body; the request is over when
// it has been read.
type answerBody struct {
	io.ReadCloser
	sent *ownBody
}

func (a *answerBody) Close() error {
	a.sent.takeBack()
	return a.ReadCloser.Close()
}
