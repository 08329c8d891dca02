package api

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"weft/runtime/record"
	"weft/runtime/request"
)

// maxIdempotentBody is the largest body of a request with an idempotency key; handlers
// have smaller limits of their own.
const maxIdempotentBody = 16 << 20

// answerOnce handles a request at most once per Idempotency-Key, for services
// that keep no answers themselves (tokens, templates, definitions). The answer is
// stored after the change and repeated for the same key and body.
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
	// Answers may hold secrets, so the store gets neither the key nor the plain
	// answer: only the key decrypts it.
	keyHash := sha256.Sum256([]byte("row\x00" + key))
	c := record.Call{Actor: rc.actor, Key: "sealed:" + hex.EncodeToString(keyHash[:]), Digest: rc.digest()}
	stored, err := rc.s.o.Records.Replay(rc.ctx, c)
	if err != nil {
		return err
	}
	if stored == nil {
		release, err := rc.waitForDuplicate(c)
		if err != nil {
			return err
		}
		defer release()
		if stored, err = rc.s.o.Records.Replay(rc.ctx, c); err != nil {
			return err
		}
		if stored == nil {
			if stored, err = rc.runOnce(handle, c, key); err != nil || stored == nil {
				return err
			}
		}
	}
	return rc.replay(stored, key)
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
	body, err := io.ReadAll(http.MaxBytesReader(rc, rc.r.Body, maxIdempotentBody))
	if err != nil {
		return request.Incomplete(err)
	}
	rc.body, rc.r.Body = string(body), io.NopCloser(bytes.NewReader(body))
	return nil
}

// runOnce calls the handler and stores a successful answer. A refusal is sent at
// once, and the result is nil.
func (rc *requestContext) runOnce(handle func(*requestContext) error, c record.Call, key string) (*record.Result, error) {
	out, buffered := rc.ResponseWriter, &bufferedResponse{ResponseWriter: rc.ResponseWriter, status: http.StatusOK}
	rc.ResponseWriter = buffered
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
	aead, err := answerCipher(key)
	if err != nil {
		return nil, err
	}
	// A fixed nonce is safe here: each key encrypts one answer.
	answer, err := json.Marshal(aead.Seal(nil, make([]byte, aead.NonceSize()), buffered.body.Bytes(), nil))
	if err != nil {
		return nil, fmt.Errorf("store answer: %w", err)
	}
	return rc.s.o.Records.KeepAnswer(rc.ctx, c, &record.Result{Rev: int64(buffered.status), Record: answer})
}

func (rc *requestContext) replay(stored *record.Result, key string) error {
	aead, err := answerCipher(key)
	if err != nil {
		return err
	}
	var text []byte
	if err := json.Unmarshal(stored.Record, &text); err != nil {
		return fmt.Errorf("stored answer: %w", err)
	}
	body, err := aead.Open(nil, make([]byte, aead.NonceSize()), text, nil)
	if err != nil {
		return fmt.Errorf("stored answer: %w", err)
	}
	if len(body) == 0 {
		rc.WriteHeader(int(stored.Rev))
		return nil
	}
	return rc.bytes(int(stored.Rev), body)
}

func answerCipher(key string) (cipher.AEAD, error) {
	secret := sha256.Sum256([]byte("answer\x00" + key))
	block, err := aes.NewCipher(secret[:])
	if err != nil {
		return nil, fmt.Errorf("stored answer: %w", err)
	}
	return cipher.NewGCM(block)
}

// bufferedResponse keeps an answer in memory until it is stored.
type bufferedResponse struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (b *bufferedResponse) WriteHeader(status int) { b.status = status }

func (b *bufferedResponse) Write(data []byte) (int, error) { return b.body.Write(data) }
