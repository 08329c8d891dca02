package files

import (
	"bytes"
	"context"
	"crypto/md5" // what S3 calls an ETag and checks bodies with; no secret rests on it
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"

	"weft/runtime/problem"
)

const (
	// partSize is the smallest that S3 takes, as that much lies in memory for
	// every upload that is under way.
	partSize = 5 << 20
	maxParts = 10_000
	// afterwards bounds the tidying up behind an upload that failed.
	afterwards = 2 * time.Second
	// joinMost is how long the server may put the parts of a file together.
	joinMost = 5 * time.Minute
)

// What a bucket is told about the bytes: nothing that would make a browser
// show them, should they ever be read past weft.
var plainObject = minio.PutObjectOptions{ContentType: "application/octet-stream", ContentDisposition: "attachment"}

var partBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Put sends small files at once and larger ones in parts. Each body goes with
// its MD5 and SHA-256, which the server checks; what it answers is checked
// against them in turn. Nothing is under the key before all of it is there.
func (b *Bucket) Put(ctx context.Context, key string, r io.Reader) error {
	if err := b.ready(ctx); err != nil {
		return err
	}
	buf := partBuffers.Get().(*bytes.Buffer)
	defer partBuffers.Put(buf)
	last, err := fill(buf, r)
	if err != nil {
		return err
	}
	if !last {
		return b.putParts(ctx, key, buf, r)
	}
	part := newPart(buf.Bytes())
	tag, err := b.send(ctx, func(ctx context.Context, body io.Reader) (string, error) {
		info, err := b.client.PutObject(ctx, b.o.Bucket, b.name(key), body, part.size(), part.md5Base64(), part.sha256Hex(), plainObject)
		return info.ETag, err
	}, part.body)
	if err == nil && !part.is(tag) {
		err = b.compare(ctx, key, part.sha256[:], part.size())
	}
	if err != nil {
		b.undo(ctx, key, "")
		return fmt.Errorf("store %s: %w", key, err)
	}
	return nil
}

// fill reads the next part; last when the source is at its end.
func fill(buf *bytes.Buffer, r io.Reader) (last bool, err error) {
	buf.Reset()
	n, err := io.CopyN(buf, r, partSize)
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	return n < partSize, err
}

// putParts sends the first part, which lies in buf, and all that follow.
func (b *Bucket) putParts(ctx context.Context, key string, buf *bytes.Buffer, r io.Reader) error {
	id, err := b.begin(ctx, key)
	if err != nil {
		return err
	}
	if err := b.sendParts(ctx, key, id, buf, r); err != nil {
		b.undo(ctx, key, id)
		return fmt.Errorf("store %s: %w", key, err)
	}
	return nil
}

func (b *Bucket) begin(ctx context.Context, key string) (id string, err error) {
	ctx, w := b.pulse.watch(ctx)
	defer w.stop()
	id, err = b.client.NewMultipartUpload(ctx, b.o.Bucket, b.name(key), plainObject)
	return id, s3Problem(ctx, err)
}

func (b *Bucket) sendParts(ctx context.Context, key, id string, buf *bytes.Buffer, r io.Reader) error {
	var sent []minio.CompletePart
	whole, size, sure := sha256.New(), int64(0), true
	for n, last := 1, false; ; n++ {
		if n > maxParts {
			return problem.New(problem.TooLarge, "upload_too_large", map[string]any{"max": int64(maxParts) * partSize})
		}
		part := newPart(buf.Bytes())
		tag, err := b.send(ctx, func(ctx context.Context, body io.Reader) (string, error) {
			p, err := b.client.PutObjectPart(ctx, b.o.Bucket, b.name(key), id, n, body, part.size(),
				minio.PutObjectPartOptions{Md5Base64: part.md5Base64(), Sha256Hex: part.sha256Hex()})
			return p.ETag, err
		}, part.body)
		if err != nil {
			return err
		}
		sent = append(sent, minio.CompletePart{PartNumber: n, ETag: tag})
		sure = sure && part.is(tag)
		whole.Write(part.body)
		size += part.size()
		if last {
			break
		}
		if last, err = fill(buf, r); err != nil {
			return err
		}
		if last && buf.Len() == 0 {
			break
		}
	}
	if err := b.join(ctx, key, id, sent); err != nil {
		return err
	}
	if !sure {
		return b.compare(ctx, key, whole.Sum(nil), size)
	}
	in, err := b.Open(ctx, key)
	if err != nil {
		return err
	}
	defer in.Close()
	if there, err := in.Seek(0, io.SeekEnd); err != nil || there != size {
		return b.differs(key, errors.Join(err, fmt.Errorf("%d of %d bytes are there", there, size)))
	}
	return nil
}

// join makes one object of the parts.
func (b *Bucket) join(ctx context.Context, key, id string, parts []minio.CompletePart) error {
	ctx, w := b.pulse.watch(ctx)
	defer w.stop()
	w.most = joinMost
	_, err := b.client.CompleteMultipartUpload(ctx, b.o.Bucket, b.name(key), id, parts, minio.PutObjectOptions{})
	return s3Problem(ctx, err)
}

// send sends one body, watched over.
func (b *Bucket) send(ctx context.Context, call func(context.Context, io.Reader) (string, error), body []byte) (tag string, err error) {
	ctx, w := b.pulse.watch(ctx)
	defer w.stop()
	tag, err = call(ctx, &stepping{bytes.NewReader(body), w})
	return tag, s3Problem(ctx, err)
}

// stepping is a body whose every read is a sign of life. It can be sent again.
type stepping struct {
	*bytes.Reader
	w *watch
}

func (s *stepping) Read(p []byte) (int, error) {
	s.w.step()
	return s.Reader.Read(p)
}

// compare reads back what the server says it has, where its answer does not
// prove it: an encrypting bucket gives tags that are no MD5.
func (b *Bucket) compare(ctx context.Context, key string, sum []byte, size int64) error {
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
		return b.differs(key, fmt.Errorf("%d bytes were sent, %d other ones are there", size, n))
	}
	return nil
}

func (b *Bucket) differs(key string, err error) error {
	return &problem.Error{Code: problem.Unavailable, Key: "files_unavailable", RetryAfter: 2 * time.Second, Err: fmt.Errorf("s3 kept something else under %s: %w", key, err)}
}

// undo takes away what a failed Put may have left. What it cannot reach is
// swept later.
func (b *Bucket) undo(ctx context.Context, key, id string) {
	if b.pulse.silent.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterwards)
	defer cancel()
	if id != "" {
		_ = b.client.AbortMultipartUpload(ctx, b.o.Bucket, b.name(key), id)
	}
	_ = b.client.RemoveObject(ctx, b.o.Bucket, b.name(key), minio.RemoveObjectOptions{})
}

// part is one body with its sums.
type part struct {
	body   []byte
	md5    [md5.Size]byte
	sha256 [sha256.Size]byte
}

func newPart(body []byte) part { return part{body, md5.Sum(body), sha256.Sum256(body)} }

func (p part) size() int64       { return int64(len(p.body)) }
func (p part) md5Base64() string { return base64.StdEncoding.EncodeToString(p.md5[:]) }
func (p part) sha256Hex() string { return hex.EncodeToString(p.sha256[:]) }

// is tells whether a server's tag proves that it has this body.
func (p part) is(tag string) bool { return tag == hex.EncodeToString(p.md5[:]) }
