package files

import (
	"context"
	"fmt"
	"net/url"
	"time"
)

// presignedLifetime is how long a presigned address is valid: time to begin a
// download, not to pass the address on.
const presignedLifetime = 2 * time.Minute

// presigner is a Storage that can redirect readers to the bytes.
type presigner interface {
	// presignedURL makes a short-lived address for reading the bytes under a
	// key, with the type and disposition given; "" when redirects are off.
	presignedURL(ctx context.Context, key, mediaType, disposition string) (string, error)
}

// PresignedURL makes an address at which a file can be read for two minutes,
// with the media type and Content-Disposition given; both are signed. It is ""
// when downloads go through weft. The caller must check before that the user
// may read the file; the address is a secret and must never be logged.
func (s *Service) PresignedURL(ctx context.Context, f File, mediaType, disposition string) (string, error) {
	if l, ok := s.storage.(presigner); ok {
		return l.presignedURL(ctx, f.ID, mediaType, disposition)
	}
	return "", nil
}

func (b *Bucket) presignedURL(ctx context.Context, key, mediaType, disposition string) (string, error) {
	if !b.o.Redirect {
		return "", nil
	}
	u, err := b.signer.PresignedGetObject(ctx, b.o.Bucket, b.name(key), presignedLifetime, url.Values{
		"response-content-type":        {mediaType},
		"response-content-disposition": {disposition},
		"response-cache-control":       {"private, no-store"},
	})
	if err != nil {
		return "", fmt.Errorf("sign an address for %s: %w", key, err)
	}
	return u.String(), nil
}
