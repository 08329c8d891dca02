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

// uploadCollection remembers uploads by idempotency key for a day; id: <user id>:<key>.
const uploadCollection = "weft_upload"

var uploadAt = query.Path{Field: "at", Kind: query.Instant}

// upload is what is remembered: the file, and what tells another body apart.
type upload struct {
	ID     string `json:"id"`
	Rev    int64  `json:"rev"`
	File   string `json:"file"`
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	At     string `json:"at"`
}

// receiveOnce is Receive under a key. The file's document is committed together
// with the key, so that of two uploads at once one finds the other.
func (s *Service) receiveOnce(ctx context.Context, u Upload, r io.Reader) (*File, error) {
	before, err := s.sentBefore(ctx, u)
	if err != nil {
		return nil, err
	}
	if before == nil {
		f, err := s.receiveWithin(ctx, u, r)
		if err != nil {
			return nil, err
		}
		taken, err := s.keepOnce(ctx, u, f)
		if err != nil {
			return nil, err
		}
		if !taken {
			return f, nil
		}
		if before, err = s.sentBefore(ctx, u); err != nil {
			return nil, err
		}
		return s.same(ctx, before, f)
	}
	f, err := s.receive(ctx, u, r)
	if err != nil {
		return nil, err
	}
	// Bytes that stay are nobody's, and are swept.
	_ = s.storage.Remove(context.WithoutCancel(ctx), f.ID)
	return s.same(ctx, before, f)
}

// keepOnce commits the file with its key; taken when another upload was first.
func (s *Service) keepOnce(ctx context.Context, u Upload, f *File) (taken bool, err error) {
	row := upload{ID: onceID(u), Rev: 1, File: f.ID, Name: f.Name, SHA256: f.SHA256, At: stamp(s.now())}
	body, err := json.Marshal(row)
	if err != nil {
		return false, fmt.Errorf("encode upload: %w", err)
	}
	err = s.keep(ctx, f, store.Op{Kind: store.Insert, Collection: uploadCollection, Doc: store.Doc{ID: row.ID, Rev: 1, Body: body}})
	var unique *store.UniqueError
	if errors.As(err, &unique) && unique.Collection == uploadCollection {
		return true, nil
	}
	return false, err
}

func onceID(u Upload) string { return u.By + ":" + u.Key }

// sentBefore finds an earlier upload under the same key; nil without one.
func (s *Service) sentBefore(ctx context.Context, u Upload) (*upload, error) {
	d, err := s.db.Get(ctx, uploadCollection, onceID(u))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil //nolint:nilnil // there is nothing to tell
	}
	if err != nil {
		return nil, fmt.Errorf("look up upload: %w", err)
	}
	before := new(upload)
	if err := json.Unmarshal(d.Body, before); err != nil {
		return nil, fmt.Errorf("decode upload %s: %w", d.ID, err)
	}
	return before, nil
}

// same is the file of an earlier upload, if what was sent now is the same. The
// names are compared as they are kept, the bytes too.
func (s *Service) same(ctx context.Context, before *upload, now *File) (*File, error) {
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
	return s.forgetBefore(ctx, uploadCollection, uploadAt, before)
}
