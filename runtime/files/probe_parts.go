package files

import (
	"context"
	"fmt"
)

// probeParts begins a multipart upload under a key, lists unfinished ones and
// ends it: what large files and their sweep need.
func (b *Bucket) probeParts(ctx context.Context, key string) []ProbeStep {
	id, err := b.beginMultipart(ctx, key)
	list := []ProbeStep{{"begin upload", err}, {"list uploads", b.probeUnfinished(ctx, key)}}
	if err != nil {
		return list
	}
	ctx, w := b.server.guard(ctx)
	defer w.stop()
	if err = b.client.AbortMultipartUpload(ctx, b.o.Bucket, b.name(key), id); err != nil {
		err = s3Problem(ctx, fmt.Errorf("end an unfinished upload: %w", err))
	}
	return append(list, ProbeStep{"end upload", err})
}

// probeUnfinished lists unfinished uploads as the sweep does. It does not check
// that this one is listed: some servers list only those of an exact key.
func (b *Bucket) probeUnfinished(ctx context.Context, key string) error {
	call, w := b.server.guard(ctx)
	defer w.stop()
	if _, err := b.client.ListMultipartUploads(call, b.o.Bucket, b.name(key), "", "", "", 1); err != nil {
		return s3Problem(call, fmt.Errorf("list unfinished uploads: %w", err))
	}
	return nil
}
