package files

import (
	"context"
	"fmt"
	"path"
	"time"

	"github.com/minio/minio-go/v7"
)

// Remove removes an object. In a bucket with versions it stays as an old
// version until the bucket's lifecycle rules remove it.
func (b *Bucket) Remove(ctx context.Context, key string) error {
	ctx, w := b.server.guard(ctx)
	defer w.stop()
	err := b.client.RemoveObject(ctx, b.o.Bucket, b.name(key), minio.RemoveObjectOptions{})
	if err != nil {
		return s3Problem(ctx, fmt.Errorf("remove %s: %w", key, err))
	}
	return nil
}

// List lists the objects whose names weft makes; it skips others.
func (b *Bucket) List(ctx context.Context, id string, each func(StoredObject) error) error {
	if err := b.ensureBucket(ctx); err != nil {
		return err
	}
	prefix := b.o.prefix()
	if id != "" {
		prefix = b.name(id)
	}
	call, w := b.server.guard(ctx)
	defer w.stop()
	for o := range b.client.ListObjectsIter(call, b.o.Bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		if o.Err != nil {
			return s3Problem(call, fmt.Errorf("list the bucket: %w", o.Err))
		}
		key := path.Base(o.Key)
		if o.Key != b.name(key) {
			continue
		}
		// The time that fn takes does not count as a stall.
		w.idle.Store(true)
		if err := each(StoredObject{Key: key, Size: o.Size, StoredAt: o.LastModified}); err != nil {
			return err
		}
		w.progress()
		w.idle.Store(false)
	}
	return listProblem(call)
}

// listProblem is the problem of a list that ended early, which the iterator
// does not report.
func listProblem(call context.Context) error {
	if cause := context.Cause(call); cause != nil {
		return s3Problem(call, fmt.Errorf("list the bucket: %w", cause))
	}
	return nil
}

// CleanIncomplete aborts multipart uploads that were begun before the time
// given and never finished. Those of other programs in a shared bucket go on.
func (b *Bucket) CleanIncomplete(ctx context.Context, before time.Time) (int, error) {
	if err := b.ensureBucket(ctx); err != nil {
		return 0, err
	}
	call, w := b.server.guard(ctx)
	defer w.stop()
	n := 0
	for u := range b.client.ListIncompleteUploads(call, b.o.Bucket, b.o.prefix(), true) {
		if u.Err != nil {
			return n, s3Problem(call, fmt.Errorf("list unfinished uploads: %w", u.Err))
		}
		w.progress()
		key := path.Base(u.Key)
		if u.Key != b.name(key) || !isObjectKey(key) || !u.Initiated.Before(before) {
			continue
		}
		if err := b.client.AbortMultipartUpload(call, b.o.Bucket, u.Key, u.UploadID); err != nil {
			return n, s3Problem(call, fmt.Errorf("end an unfinished upload: %w", err))
		}
		n++
	}
	return n, listProblem(call)
}
