package files

import (
	"context"
	"errors"
	"io"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// uploadKeyCollection keeps the idempotency keys of uploads for a day; id: <user id>:<key>.
const uploadKeyCollection = "weft_upload"

var uploadAt = query.Path{Field: "at", Kind: query.Instant}

// uploadKey is the file stored under a key, and what tells a different request apart.
type uploadKey struct {
	ID     string `json:"id"`
	Rev    int64  `json:"rev"`
	File   string `json:"file"`
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	At     string `json:"at"`
}

var uploadKeyTable = table.New(uploadKeyCollection, func(r *uploadKey) (*string, *int64) { return &r.ID, &r.Rev })

func uploadKeyID(u Upload) string { return u.By + ":" + u.Key }

// storeOnce is Store under an idempotency key. The file's document is committed
// together with the key, so that of two concurrent uploads one finds the other.
func (s *Service) storeOnce(ctx context.Context, u Upload, r io.Reader) (*File, error) {
	earlier, err := s.earlierUpload(ctx, u)
	if err != nil {
		return nil, err
	}
	if earlier == nil {
		f, err := s.storeWithinQuota(ctx, u, r)
		if err != nil {
			return nil, err
		}
		op, err := uploadKeyTable.Put(uploadKey{ID: uploadKeyID(u), File: f.ID, Name: f.Name, SHA256: f.SHA256, At: formatInstant(s.now())})
		if err != nil {
			return nil, err
		}
		if err = s.commitFile(ctx, f, op); err == nil {
			return f, nil
		}
		if !store.LostRaceIn(err, uploadKeyCollection) {
			return nil, err
		}
		if earlier, err = s.earlierUpload(ctx, u); err != nil {
			return nil, err
		}
		return s.matchEarlier(ctx, earlier, f)
	}
	f, err := s.storeBytes(ctx, u, r)
	if err != nil {
		return nil, err
	}
	// Bytes that cannot be removed now are orphans, which are swept.
	_ = s.storage.Remove(context.WithoutCancel(ctx), f.ID)
	return s.matchEarlier(ctx, earlier, f)
}

// earlierUpload finds an upload under the same key; nil without one.
func (s *Service) earlierUpload(ctx context.Context, u Upload) (*uploadKey, error) {
	earlier, err := uploadKeyTable.Get(ctx, s.db, uploadKeyID(u))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil //nolint:nilnil // absence is the usual case here
	}
	return &earlier, err
}

// matchEarlier is the file of an earlier upload, if this one sent the same name
// and bytes, as they are stored.
func (s *Service) matchEarlier(ctx context.Context, earlier *uploadKey, now *File) (*File, error) {
	if earlier == nil || earlier.SHA256 != now.SHA256 || earlier.Name != now.Name {
		return nil, problem.New(problem.Conflict, "idempotency_mismatch", nil)
	}
	found, err := s.Lookup(ctx, []string{earlier.File})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, problem.New(problem.Conflict, "upload_swept", nil)
	}
	return &found[0], nil
}
