package files

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
)

// uploadKeyCollection remembers uploads by idempotency key for a day; id: <user id>:<key>.
const uploadKeyCollection = "weft_upload"

var uploadAt = query.Path{Field: "at", Kind: query.Instant}

// uploadRow is what is remembered: the file, and what tells another body apart.
type uploadRow struct {
	ID     string `json:"id"`
	Rev    int64  `json:"rev"`
	File   string `json:"file"`
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	At     string `json:"at"`
}

// storeOnce is Receive under a key. The file's document is committed together
// with the key, so that of two uploads at once one finds the other.
func (s *Service) storeOnce(ctx context.Context, u Upload, r io.Reader) (*File, error) {
	before, err := s.earlierUpload(ctx, u)
	if err != nil {
		return nil, err
	}
	if before == nil {
		f, err := s.storeWithinQuota(ctx, u, r)
		if err != nil {
			return nil, err
		}
		taken, err := s.commitOnce(ctx, u, f)
		if err != nil {
			return nil, err
		}
		if !taken {
			return f, nil
		}
		if before, err = s.earlierUpload(ctx, u); err != nil {
			return nil, err
		}
		return s.matchEarlier(ctx, before, f)
	}
	f, err := s.storeBytes(ctx, u, r)
	if err != nil {
		return nil, err
	}
	// Bytes that stay are nobody's, and are swept.
	_ = s.storage.Remove(context.WithoutCancel(ctx), f.ID)
	return s.matchEarlier(ctx, before, f)
}

// commitOnce commits the file with its key; taken when another upload was first.
func (s *Service) commitOnce(ctx context.Context, u Upload, f *File) (taken bool, err error) {
	row := uploadRow{ID: uploadKeyID(u), Rev: 1, File: f.ID, Name: f.Name, SHA256: f.SHA256, At: stamp(s.now())}
	body, err := json.Marshal(row)
	if err != nil {
		return false, fmt.Errorf("encode upload: %w", err)
	}
	err = s.commitFile(ctx, f, store.Op{Kind: store.Insert, Collection: uploadKeyCollection, Doc: store.Doc{ID: row.ID, Rev: 1, Body: body}})
	var unique *store.UniqueError
	if errors.As(err, &unique) && unique.Collection == uploadKeyCollection {
		return true, nil
	}
	return false, err
}

func uploadKeyID(u Upload) string { return u.By + ":" + u.Key }

// earlierUpload finds an earlier upload under the same key; nil without one.
func (s *Service) earlierUpload(ctx context.Context, u Upload) (*uploadRow, error) {
	d, err := s.db.Get(ctx, uploadKeyCollection, uploadKeyID(u))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil //nolint:nilnil // there is nothing to tell
	}
	if err != nil {
		return nil, fmt.Errorf("look up upload: %w", err)
	}
	before := new(uploadRow)
	if err := json.Unmarshal(d.Body, before); err != nil {
		return nil, fmt.Errorf("decode upload %s: %w", d.ID, err)
	}
	return before, nil
}

// matchEarlier is the file of an earlier upload, if what was sent now is the same. The
// names are compared as they are kept, the bytes too.
func (s *Service) matchEarlier(ctx context.Context, before *uploadRow, now *File) (*File, error) {
	if before == nil || before.SHA256 != now.SHA256 || before.Name != now.Name {
		return nil, problem.New(problem.Conflict, "idempotency_mismatch", nil)
	}
	found, err := s.Lookup(ctx, []string{before.File})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, problem.New(problem.Conflict, "upload_swept", nil)
	}
	return &found[0], nil
}

// forgetUploads drops keys older than a day.
func (s *Service) forgetUploads(ctx context.Context, before time.Time) error {
	return s.forgetBefore(ctx, uploadKeyCollection, uploadAt, before)
}
