package api

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"weft/builder"
	"weft/runtime/record"
	"weft/runtime/request"
	"weft/runtime/store"
)

// idempotentCall is a request with an idempotency key whose answer is stored
// encrypted: answers may hold secrets, so the store gets neither the key nor the
// plain answer, and only the same user with the same key can decrypt it.
type idempotentCall struct {
	call record.Call
	aead cipher.AEAD
	// committed: the handler committed the answer together with its change.
	committed bool
}

func (rc *requestContext) newIdempotentCall(key string) (*idempotentCall, error) {
	user := rc.actor.UserID + "\x00" + rc.actor.TokenRole
	row, err := hkdf.Key(sha256.New, []byte(key), []byte(user), "weft idempotency row", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("idempotency key: %w", err)
	}
	secret, err := hkdf.Key(sha256.New, []byte(key), []byte(user), "weft idempotent answer", 32)
	if err != nil {
		return nil, fmt.Errorf("idempotency key: %w", err)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, fmt.Errorf("idempotency key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("idempotency key: %w", err)
	}
	c := record.Call{Actor: rc.actor, Key: "sealed:" + hex.EncodeToString(row), Digest: rc.digest()}
	return &idempotentCall{call: c, aead: aead}, nil
}

// result is an answer as it is stored.
func (c *idempotentCall) result(status int, body []byte) (*record.Result, error) {
	answer, err := json.Marshal(c.aead.Seal(nil, nil, body, []byte(c.call.Key)))
	if err != nil {
		return nil, fmt.Errorf("store answer: %w", err)
	}
	return &record.Result{Rev: int64(status), Record: answer}, nil
}

// answerOnce handles a request at most once per Idempotency-Key, for services
// that keep no answers themselves (tokens, templates, definitions). The answer is
// stored with the change (answerOps), or after it where a repeated request
// changes nothing more; it is repeated for the same key and body.
func (rc *requestContext) answerOnce(handle func(*requestContext) error) error {
	key, err := rc.idempotencyKey()
	if err != nil {
		return err
	}
	if key == "" {
		return handle(rc)
	}
	if err := rc.readBodyAhead(); err != nil {
		return err
	}
	c, err := rc.newIdempotentCall(key)
	if err != nil {
		return err
	}
	stored, err := rc.s.o.Records.Replay(rc.ctx, c.call)
	if err != nil {
		return err
	}
	if stored == nil {
		release, err := rc.waitForDuplicate(c.call)
		if err != nil {
			return err
		}
		defer release()
		if stored, err = rc.s.o.Records.Replay(rc.ctx, c.call); err != nil {
			return err
		}
		if stored == nil {
			if stored, err = rc.runOnce(handle, c); err != nil || stored == nil {
				return err
			}
		}
	}
	return rc.replay(stored, c)
}

// waitForDuplicate waits until no other request with this idempotency key runs,
// on any process. If the other process dies, its lease ends and this one goes on.
func (rc *requestContext) waitForDuplicate(c record.Call) (release func(), err error) {
	l, err := rc.s.o.Leases.Wait(rc.ctx, "once:"+rc.actor.UserID+":"+c.Key)
	if err != nil {
		return nil, err
	}
	ctx, stop := l.Keep(rc.ctx)
	rc.ctx = ctx
	return func() {
		stop()
		_ = l.Release(context.WithoutCancel(ctx)) // an unreleased lease expires
	}, nil
}

// readBodyAhead reads the body for the digest and lets handlers read it again.
func (rc *requestContext) readBodyAhead() error {
	limit := int64(request.MaxJSON)
	if rc.route.Packages {
		limit = builder.MaxPackageBody
	}
	body, err := io.ReadAll(http.MaxBytesReader(rc, rc.r.Body, limit))
	if err != nil {
		return request.Incomplete(err)
	}
	if err := rc.takeSlot(); err != nil {
		return err
	}
	rc.body, rc.r.Body = string(body), io.NopCloser(bytes.NewReader(body))
	return nil
}

// runOnce calls the handler and stores a successful answer. A refusal is sent at
// once, and the result is nil.
func (rc *requestContext) runOnce(handle func(*requestContext) error, c *idempotentCall) (*record.Result, error) {
	out, buffered := rc.ResponseWriter, &bufferedResponse{ResponseWriter: rc.ResponseWriter, status: http.StatusOK}
	rc.ResponseWriter, rc.idempotent = buffered, c
	err := handle(rc)
	rc.ResponseWriter = out
	if err != nil {
		return nil, err
	}
	if buffered.status >= http.StatusBadRequest {
		out.WriteHeader(buffered.status)
		_, _ = out.Write(buffered.body.Bytes())
		return nil, nil
	}
	rc.status = 0
	r, err := c.result(buffered.status, buffered.body.Bytes())
	if err != nil || c.committed {
		return r, err
	}
	return rc.s.o.Records.KeepAnswer(rc.ctx, c.call, r)
}

// answerOps are the operations that store an answer of JSON; a handler commits
// them in front of its change, so that both are stored or neither. None without
// an idempotency key.
func (rc *requestContext) answerOps(status int, answer any) ([]store.Op, error) {
	if rc.idempotent == nil {
		return nil, nil
	}
	b := getBuffer()
	defer putBuffer(b)
	if err := encodeJSON(b, answer); err != nil {
		return nil, err
	}
	r, err := rc.idempotent.result(status, b.Bytes())
	if err != nil {
		return nil, err
	}
	rc.idempotent.committed = true // an error of the commit is the handler's, too
	return []store.Op{rc.s.o.Records.AnswerOp(rc.idempotent.call, r)}, nil
}

func (rc *requestContext) replay(stored *record.Result, c *idempotentCall) error {
	var text []byte
	if err := json.Unmarshal(stored.Record, &text); err != nil {
		return fmt.Errorf("stored answer: %w", err)
	}
	body, err := c.aead.Open(nil, nil, text, []byte(c.call.Key))
	if err != nil {
		return fmt.Errorf("stored answer: %w", err)
	}
	if len(body) == 0 {
		rc.WriteHeader(int(stored.Rev))
		return nil
	}
	return rc.bytes(int(stored.Rev), body)
}

// bufferedResponse keeps an answer in memory until it is stored.
type bufferedResponse struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (b *bufferedResponse) WriteHeader(status int) { b.status = status }

func (b *bufferedResponse) Write(data []byte) (int, error) { return b.body.Write(data) }
