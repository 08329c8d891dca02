package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/minio/minio-go/v7"
)

// Open asks for the size; bytes are fetched when they are read, from the
// current offset. Reading ends with ctx.
func (b *Bucket) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	if err := b.ensureBucket(ctx); err != nil {
		return nil, err
	}
	call, w := b.server.guard(ctx)
	defer w.stop()
	info, err := b.client.StatObject(call, b.o.Bucket, b.name(key), minio.StatObjectOptions{})
	if err != nil {
		return nil, s3Problem(call, b.missingKeyOrBucket(call, err))
	}
	return &object{b: b, ctx: ctx, key: key, size: info.Size}, nil
}

// missingKeyOrBucket: the answer to a HEAD has no body that says whether the
// object or the whole bucket is missing; if the bucket is, no file counts as
// gone.
func (b *Bucket) missingKeyOrBucket(ctx context.Context, err error) error {
	var answer minio.ErrorResponse
	if !errors.As(err, &answer) || answer.StatusCode != http.StatusNotFound {
		return err
	}
	found, err := b.client.BucketExists(ctx, b.o.Bucket)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("there is no bucket %s", b.o.Bucket)
	}
	answer.Code = "NoSuchKey"
	return answer
}

// object reads the bytes under a key.
type object struct {
	b    *Bucket
	ctx  context.Context // of the call that opened it
	key  string
	size int64
	at   int64

	body io.ReadCloser
	w    *stallGuard
	call context.Context
}

// Read fetches from the current offset to the end.
func (o *object) Read(p []byte) (int, error) {
	if o.at >= o.size {
		return 0, io.EOF
	}
	if o.body == nil {
		if err := o.fetch(); err != nil {
			return 0, err
		}
	}
	o.w.progress()
	o.w.idle.Store(false)
	n, err := o.body.Read(p)
	o.w.idle.Store(true)
	o.at += int64(n)
	if errors.Is(err, io.EOF) && o.at < o.size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return n, s3Problem(o.call, fmt.Errorf("read %s: %w", o.key, err))
	}
	return n, err
}

func (o *object) fetch() error {
	opts := minio.GetObjectOptions{}
	if o.at > 0 {
		if err := opts.SetRange(o.at, 0); err != nil {
			return fmt.Errorf("read %s: %w", o.key, err)
		}
	}
	o.call, o.w = o.b.server.guard(o.ctx)
	body, _, _, err := o.b.client.GetObject(o.call, o.b.o.Bucket, o.b.name(o.key), opts)
	if err != nil {
		o.w.stop()
		return s3Problem(o.call, fmt.Errorf("read %s: %w", o.key, err))
	}
	o.body = body
	return nil
}

// Seek sets the offset; nothing is fetched yet.
func (o *object) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += o.at
	case io.SeekEnd:
		offset += o.size
	}
	if offset < 0 {
		return 0, fmt.Errorf("read %s: a place before the start", o.key)
	}
	if offset != o.at {
		if err := o.Close(); err != nil {
			return 0, err
		}
		o.at = offset
	}
	return offset, nil
}

// Close ends the fetching.
func (o *object) Close() error {
	if o.body == nil {
		return nil
	}
	o.w.stop()
	err := o.body.Close()
	o.body = nil
	return err
}
