package files

import (
	"bytes"
	"context"
	"crypto/md5" // S3's ETag and body check; no security rests on it
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"weft/runtime/problem"
)

const (
	// partSize is the size of all parts but the last; S3 accepts none below 5
	// MiB.
	partSize = 16 << 20
	maxParts = 10_000
	// cleanupTimeout bounds the cleaning up after an upload that failed.
	cleanupTimeout = 2 * time.Second
	// maxCompleteTime is how long the server may take to join the parts of a
	// file.
	maxCompleteTime = 5 * time.Minute
)

// plainObject are the options of stored objects: nothing that would make a
// browser show them, should they be read without weft. Over plain HTTP the
// client would send its own signed chunks instead of the given hash, which not
// every server accepts.
var plainObject = minio.PutObjectOptions{ContentType: "application/octet-stream", ContentDisposition: "attachment", DisableContentSha256: true}

// Put sends small files in one request and larger ones in parts. Each body goes
// with its MD5 and SHA-256, which the server checks; the server's answer is
// checked against them in turn. Nothing is found under the key before all of it
// is stored.
func (b *Bucket) Put(ctx context.Context, key string, r io.Reader) error {
	if err := b.ensureBucket(ctx); err != nil {
		return err
	}
	next := new(spool)
	defer next.close()
	p, err := b.readPart(next, r)
	if err != nil {
		return err
	}
	if !p.last {
		return b.putParts(ctx, key, next, p, r)
	}
	tag, err := b.send(ctx, p, func(ctx context.Context, body io.Reader) (string, error) {
		info, err := b.client.PutObject(ctx, b.o.Bucket, b.name(key), body, p.size, p.md5Base64(), p.sha256Hex(), plainObject)
		return info.ETag, err
	})
	if err == nil && !p.matchesETag(tag) {
		err = b.verifyContent(ctx, key, p.sha256, p.size)
	}
	if err != nil {
		b.cleanUp(ctx, key, "")
		return fmt.Errorf("store %s: %w", key, err)
	}
	return nil
}

// part is one body with its hashes.
type part struct {
	body        io.ReadSeeker
	size        int64
	md5, sha256 []byte
	last        bool
}

// readPart reads the next part.
func (b *Bucket) readPart(into *spool, r io.Reader) (part, error) {
	m, h := md5.New(), sha256.New()
	last, err := into.fill(io.TeeReader(r, io.MultiWriter(m, h)), partSize)
	return part{into.body(), into.size, m.Sum(nil), h.Sum(nil), last}, err
}

func (p part) md5Base64() string { return base64.StdEncoding.EncodeToString(p.md5) }
func (p part) sha256Hex() string { return hex.EncodeToString(p.sha256) }

// matchesETag tells whether a server's tag proves that it has this body. Some
// servers write it in capitals.
func (p part) matchesETag(tag string) bool { return strings.EqualFold(tag, hex.EncodeToString(p.md5)) }

// putParts sends the first part and all that follow.
func (b *Bucket) putParts(ctx context.Context, key string, next *spool, first part, r io.Reader) error {
	id, err := b.beginMultipart(ctx, key)
	if err != nil {
		return err
	}
	if err := b.sendParts(ctx, key, id, next, first, r); err != nil {
		b.cleanUp(ctx, key, id)
		return fmt.Errorf("store %s: %w", key, err)
	}
	return nil
}

func (b *Bucket) beginMultipart(ctx context.Context, key string) (id string, err error) {
	ctx, w := b.server.guard(ctx)
	defer w.stop()
	id, err = b.client.NewMultipartUpload(ctx, b.o.Bucket, b.name(key), plainObject)
	return id, s3Problem(ctx, err)
}

func (b *Bucket) sendParts(ctx context.Context, key, id string, next *spool, p part, r io.Reader) (err error) {
	var sent []minio.CompletePart
	whole, size, sure := sha256.New(), int64(0), true
	if _, err := io.Copy(whole, p.body); err != nil {
		return diskProblem(err)
	}
	for n := 1; p.size > 0; n++ {
		if n > maxParts {
			return problem.New(problem.TooLarge, "upload_too_large", map[string]any{"max": int64(maxParts) * partSize})
		}
		tag, err := b.send(ctx, p, func(ctx context.Context, body io.Reader) (string, error) {
			there, err := b.client.PutObjectPart(ctx, b.o.Bucket, b.name(key), id, n, body, p.size,
				minio.PutObjectPartOptions{Md5Base64: p.md5Base64(), Sha256Hex: p.sha256Hex(), DisableContentSha256: true})
			return there.ETag, err
		})
		if err != nil {
			return err
		}
		sent = append(sent, minio.CompletePart{PartNumber: n, ETag: tag})
		sure = sure && p.matchesETag(tag)
		size += p.size
		if p.last {
			break
		}
		if p, err = b.readPart(next, io.TeeReader(r, whole)); err != nil {
			return err
		}
	}
	if err := b.completeMultipart(ctx, key, id, sent); err != nil {
		return err
	}
	if !sure {
		return b.verifyContent(ctx, key, whole.Sum(nil), size)
	}
	return b.verifySize(ctx, key, size)
}

// verifySize checks how much is stored, where the tag of every part was
// checked.
func (b *Bucket) verifySize(ctx context.Context, key string, size int64) error {
	in, err := b.Open(ctx, key)
	if err != nil {
		return err
	}
	defer in.Close()
	if there, err := in.Seek(0, io.SeekEnd); err != nil || there != size {
		return b.differenceProblem(key, errors.Join(err, fmt.Errorf("%d of %d bytes are there", there, size)))
	}
	return nil
}

// completeMultipart joins the parts into one object.
func (b *Bucket) completeMultipart(ctx context.Context, key, id string, parts []minio.CompletePart) error {
	ctx, w := b.server.guard(ctx)
	defer w.stop()
	w.maxStall = maxCompleteTime
	_, err := b.client.CompleteMultipartUpload(ctx, b.o.Bucket, b.name(key), id, parts, minio.PutObjectOptions{})
	return s3Problem(ctx, err)
}

// send sends one body under a stallGuard.
func (b *Bucket) send(ctx context.Context, p part, call func(context.Context, io.Reader) (string, error)) (tag string, err error) {
	ctx, w := b.server.guard(ctx)
	defer w.stop()
	tag, err = call(ctx, &progressReader{p.body, w})
	return tag, s3Problem(ctx, err)
}

// progressReader reports every read as progress. It can be sent again.
type progressReader struct {
	io.ReadSeeker
	w *stallGuard
}

func (s *progressReader) Read(p []byte) (int, error) {
	s.w.progress()
	return s.ReadSeeker.Read(p)
}

// verifyContent reads back what the server stored, where its tag does not prove
// it: an encrypting bucket's tags are no MD5.
func (b *Bucket) verifyContent(ctx context.Context, key string, sum []byte, size int64) error {
	in, err := b.Open(ctx, key)
	if err != nil {
		return err
	}
	defer in.Close()
	there := sha256.New()
	n, err := io.Copy(there, in)
	if err != nil {
		return err
	}
	if n != size || !bytes.Equal(there.Sum(nil), sum) {
		return b.differenceProblem(key, fmt.Errorf("%d bytes were sent, %d other ones are there", size, n))
	}
	return nil
}

func (b *Bucket) differenceProblem(key string, err error) error {
	return &problem.Error{Code: problem.Unavailable, Key: "files_unavailable", RetryAfter: 2 * time.Second, Err: fmt.Errorf("s3 kept something else under %s: %w", key, err)}
}

// cleanUp removes what a failed Put may have stored. What it cannot reach is
// swept later.
func (b *Bucket) cleanUp(ctx context.Context, key, id string) {
	if b.server.lastFailed.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	if id != "" {
		_ = b.client.AbortMultipartUpload(ctx, b.o.Bucket, b.name(key), id)
	}
	_ = b.client.RemoveObject(ctx, b.o.Bucket, b.name(key), minio.RemoveObjectOptions{})
}
