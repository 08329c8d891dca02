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

// once does a request whose room keeps no answers itself (tokens, templates,
// definitions) one time under its Idempotency-Key: the answer is kept behind
// the change, and given again to whoever sends the same key and body.
func (x *exchange) once(handle func(*exchange) error) error {
	key, err := x.idempotencyKey()
	if err != nil {
		return err
	}
	if key == "" {
		return handle(x)
	}
	if err := x.readAhead(); err != nil {
		return err
	}
	// Answers may hold secrets that are shown once, so the store sees neither
	// the key nor the answer: who has no key cannot open it.
	sealed := sha256.Sum256([]byte("row\x00" + key))
	c := record.Call{Actor: x.actor, Key: "sealed:" + hex.EncodeToString(sealed[:]), Digest: x.digest()}
	kept, err := x.s.o.Records.Replay(x.ctx, c)
	if err != nil {
		return err
	}
	if kept == nil {
		leave, err := x.twin(c)
		if err != nil {
			return err
		}
		defer leave()
		if kept, err = x.s.o.Records.Replay(x.ctx, c); err != nil {
			return err
		}
		if kept == nil {
			if kept, err = x.doOnce(handle, c, key); err != nil || kept == nil {
				return err
			}
		}
	}
	return x.answerAgain(kept, key)
}

// twin lets calls with one idempotency key wait for each other, whichever
// process they came to. When that of another process ended with it, the next
// one goes ahead.
func (x *exchange) twin(c record.Call) (leave func(), err error) {
	l, err := x.s.o.Leases.Wait(x.ctx, "once:"+x.actor.UserID+":"+c.Key)
	if err != nil {
		return nil, err
	}
	kept, stop := l.Keep(x.ctx)
	x.ctx = kept
	return func() {
		stop()
		_ = l.Release(context.WithoutCancel(kept)) // what cannot be given back ends by itself
	}, nil
}

// readAhead reads the body, so that it can be compared, and gives it back.
func (x *exchange) readAhead() error {
	body, err := io.ReadAll(http.MaxBytesReader(x, x.r.Body, maxOnceBody))
	if err != nil {
		return request.Incomplete(err)
	}
	x.raw, x.r.Body = string(body), io.NopCloser(bytes.NewReader(body))
	return nil
}

// doOnce calls the handler and keeps a good answer; a refusal goes out as it
// is, and nil is returned.
func (x *exchange) doOnce(handle func(*exchange) error, c record.Call, key string) (*record.Result, error) {
	out, held := x.ResponseWriter, &heldAnswer{ResponseWriter: x.ResponseWriter, status: http.StatusOK}
	x.ResponseWriter = held
	err := handle(x)
	x.ResponseWriter = out
	if err != nil {
		return nil, err
	}
	if held.status >= http.StatusBadRequest {
		out.WriteHeader(held.status)
		_, _ = out.Write(held.body.Bytes())
		return nil, nil
	}
	x.status = 0
	box, err := boxOf(key)
	if err != nil {
		return nil, err
	}
	// The nonce is fixed: one key seals one answer.
	answer, err := json.Marshal(box.Seal(nil, make([]byte, box.NonceSize()), held.body.Bytes(), nil))
	if err != nil {
		return nil, fmt.Errorf("keep answer: %w", err)
	}
	return x.s.o.Records.KeepAnswer(x.ctx, c, &record.Result{Rev: int64(held.status), Record: answer})
}

func (x *exchange) answerAgain(kept *record.Result, key string) error {
	box, err := boxOf(key)
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
		x.WriteHeader(int(kept.Rev))
		return nil
	}
	return x.bytes(int(kept.Rev), body)
}

func boxOf(key string) (cipher.AEAD, error) {
	secret := sha256.Sum256([]byte("answer\x00" + key))
	block, err := aes.NewCipher(secret[:])
	if err != nil {
		return nil, fmt.Errorf("kept answer: %w", err)
	}
	return cipher.NewGCM(block)
}

// heldAnswer holds an answer back until it is kept.
type heldAnswer struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (h *heldAnswer) WriteHeader(status int) { h.status = status }

func (h *heldAnswer) Write(b []byte) (int, error) { return h.body.Write(b) }
