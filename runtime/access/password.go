package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"weft/runtime/problem"
)

// Cost of a password hash: argon2id as OWASP asks at least. Old hashes with
// another cost are verified with theirs and replaced at the next sign-in.
const (
	hashMemory  = 19 * 1024 // KiB
	hashTime    = 2
	hashThreads = 1
	hashLength  = 32
	saltLength  = 16
	// maxHashMemory and maxHashTime bound what a stored hash may ask for.
	maxHashMemory = 256 * 1024
	maxHashTime   = 16
)

// Limits of a password that a person chooses.
const (
	minPassword = 8    // characters
	maxPassword = 1024 // bytes
)

// hasher makes and checks password hashes. It runs few at a time and lets few
// wait, so that a flood of sign-ins can eat neither memory nor all processors.
type hasher struct {
	slots   chan struct{}
	waiting atomic.Int64
	dummy   string
}

const maxWaiting = 64

func newHasher() *hasher {
	h := &hasher{slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
	// No password has this hash: its key is random. It costs what a real one costs.
	h.dummy = encodeHash(randomBytes(saltLength), randomBytes(hashLength))
	return h
}

func (h *hasher) acquire(ctx context.Context) error {
	if h.waiting.Add(1) > maxWaiting {
		h.waiting.Add(-1)
		return tooMany(time.Second)
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *hasher) release() { <-h.slots }

// hash makes a PHC string of a password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.acquire(ctx); err != nil {
		return "", err
	}
	defer h.release()
	salt := randomBytes(saltLength)
	return encodeHash(salt, argon2.IDKey(passwordBytes(password), salt, hashTime, hashMemory, hashThreads, hashLength)), nil
}

// verify compares a password with a PHC string; an empty one costs the same
// time and never fits. stale says that the hash should be replaced.
func (h *hasher) verify(ctx context.Context, password, phc string) (ok, stale bool, err error) {
	if err := h.acquire(ctx); err != nil {
		return false, false, err
	}
	defer h.release()
	known := phc != ""
	if !known {
		phc = h.dummy
	}
	p, err := decodeHash(phc)
	if err != nil {
		return false, false, err
	}
	got := argon2.IDKey(passwordBytes(password), p.salt, p.time, p.memory, p.threads, uint32(len(p.key)))
	same := subtle.ConstantTimeCompare(got, p.key) == 1
	stale = p.memory != hashMemory || p.time != hashTime || p.threads != hashThreads
	return same && known, stale, nil
}

// passwordBytes spells a password in one way: keyboards differ in how they
// compose a letter (RFC 8265 asks for NFC).
func passwordBytes(password string) []byte { return norm.NFC.Bytes([]byte(password)) }

type phcHash struct {
	memory, time uint32
	threads      uint8
	salt, key    []byte
}

func encodeHash(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashTime, hashThreads,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

func decodeHash(phc string) (phcHash, error) {
	var p phcHash
	var version int
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return p, fmt.Errorf("access: a stored password hash is not argon2id")
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return p, fmt.Errorf("access: a stored password hash has an unknown version")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.threads); err != nil ||
		p.memory < 8 || p.memory > maxHashMemory || p.time < 1 || p.time > maxHashTime || p.threads < 1 {
		return p, fmt.Errorf("access: a stored password hash has an unusable cost")
	}
	var err error
	if p.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return p, fmt.Errorf("access: a stored password hash has no salt: %w", err)
	}
	if p.key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(p.key) < 16 {
		return p, fmt.Errorf("access: a stored password hash has no key")
	}
	return p, nil
}

// checkPassword says what is wrong with a new password.
func checkPassword(password string) error {
	switch {
	case len([]rune(password)) < minPassword:
		return problem.Of(problem.Invalid, problem.At("/password", "too_short", "min", minPassword))
	case len(password) > maxPassword:
		return problem.Of(problem.Invalid, problem.At("/password", "too_long", "max", maxPassword))
	}
	return nil
}

func tooMany(after time.Duration) error {
	return &problem.Error{Code: problem.Rate, RetryAfter: after}
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return b
}
