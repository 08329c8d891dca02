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

// maxOnceBody is the greatest body of a request that is done once; the handlers
// have smaller limits of their own.
const maxOnceBody = 16 << 20

// answerOnce does a request whose room keeps no answers itself (tokens, templates,
// definitions) one time under its Idempotency-Key: the answer is kept behind
// the change, and given again to whoever sends the same key and body.
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
	// Answers may hold secrets that are shown once, so the store sees neither
	// the key nor the answer: who has no key cannot open it.
	sealed := sha256.Sum256([]byte("row\x00" + key))
	c := record.Call{Actor: rc.actor, Key: "sealed:" + hex.EncodeToString(sealed[:]), Digest: rc.digest()}
	kept, err := rc.s.o.Records.Replay(rc.ctx, c)
	if err != nil {
		return err
	}
	if kept == nil {
		release, err := rc.waitForDuplicate(c)
		if err != nil {
			return err
		}
		defer release()
		if kept, err = rc.s.o.Records.Replay(rc.ctx, c); err != nil {
			return err
		}
		if kept == nil {
			if kept, err = rc.runOnce(handle, c, key); err != nil || kept == nil {
				return err
			}
		}
	}
	return rc.replay(kept, key)
}

// waitForDuplicate lets calls with one idempotency key wait for each other, whichever
// process they came to. When that of another process ended with it, the next
// one goes ahead.
func (rc *requestContext) waitForDuplicate(c record.Call) (release func(), err error) {
	l, err := rc.s.o.Leases.Wait(rc.ctx, "once:"+rc.actor.UserID+":"+c.Key)
	if err != nil {
		return nil, err
	}
	kept, stop := l.Keep(rc.ctx)
	rc.ctx = kept
	return func() {
		stop()
		_ = l.Release(context.WithoutCancel(kept)) // what cannot be given back ends by itself
	}, nil
}

// readBodyAhead reads the body, so that it can be compared, and gives it back.
func (rc *requestContext) readBodyAhead() error {
	body, err := io.ReadAll(http.MaxBytesReader(rc, rc.r.Body, maxOnceBody))
	if err != nil {
		return request.Incomplete(err)
	}
	rc.body, rc.r.Body = string(body), io.NopCloser(bytes.NewReader(body))
	return nil
}

// runOnce calls the handler and keeps a good answer; a refusal goes out as it
// is, and nil is returned.
func (rc *requestContext) runOnce(handle func(*requestContext) error, c record.Call, key string) (*record.Result, error) {
	out, held := rc.ResponseWriter, &bufferedResponse{ResponseWriter: rc.ResponseWriter, status: http.StatusOK}
	rc.ResponseWriter = held
	err := handle(rc)
	rc.ResponseWriter = out
	if err != nil {
		return nil, err
	}
	if held.status >= http.StatusBadRequest {
		out.WriteHeader(held.status)
		_, _ = out.Write(held.body.Bytes())
		return nil, nil
	}
	rc.status = 0
	box, err := answerCipher(key)
	if err != nil {
		return nil, err
	}
	// The nonce is fixed: one key seals one answer.
	answer, err := json.Marshal(box.Seal(nil, make([]byte, box.NonceSize()), held.body.Bytes(), nil))
	if err != nil {
		return nil, fmt.Errorf("keep answer: %w", err)
	}
	return rc.s.o.Records.KeepAnswer(rc.ctx, c, &record.Result{Rev: int64(held.status), Record: answer})
}

func (rc *requestContext) replay(kept *record.Result, key string) error {
	box, err := answerCipher(key)
	if err != nil {
		return err
	}
	var text []byte
	if err := json.Unmarshal(kept.Record, &text); err != nil {
		return fmt.Errorf("kept answer: %w", err)
	}
	body, err := box.Open(nil, make([]byte, box.NonceSize()), text, nil)
	if err != nil {
		return fmt.Errorf("kept answer: %w", err)
	}
	if len(body) == 0 {
		rc.WriteHeader(int(kept.Rev))
		return nil
	}
	return rc.bytes(int(kept.Rev), body)
}

func answerCipher(key string) (cipher.AEAD, error) {
	secret := sha256.Sum256([]byte("answer\x00" + key))
	block, err := aes.NewCipher(secret[:])
	if err != nil {
		return nil, fmt.Errorf("kept answer: %w", err)
	}
	return cipher.NewGCM(block)
}

// bufferedResponse holds an answer back until it is kept.
type bufferedResponse struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (h *bufferedResponse) WriteHeader(status int) { h.status = status }

func (h *bufferedResponse) Write(b []byte) (int, error) { return h.body.Write(b) }
