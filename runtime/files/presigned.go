package files

import (
	"context"
	"fmt"
	"net/url"
	"time"
)

// presignedLifetime is how long a presigned address is good: time to begin a download,
// not to pass the address on (S-34).
const presignedLifetime = 2 * time.Minute

// presigner is a Storage that can send readers to the bytes themselves.
type presigner interface {
	// presignedURL makes an address for reading the bytes under a key, for a short
	// while, as the type and under the disposition given; "" when it does not.
	presignedURL(ctx context.Context, key, mediaType, disposition string) (string, error)
}

// PresignedURL makes an address at which a file can be fetched for two minutes, by
// reading only, as the media type and with the Content-Disposition given; both
// are part of what is signed. It is "" when downloads go through weft. Whether
// the caller may read the file is to be asked before; the address is a secret
// and is never to be logged.
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
