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

// PutOnce is Put under an idempotency key: the same bytes and name under the
// same key of the same user are the same file, however often they are sent
// other ones are a conflict. The key is committed with the file.
func (s *Service) PutOnce(ctx context.Context, key, by, name, mediaType string, r io.Reader, max int64) (*File, error) {
	f, err := s.receive(ctx, by, name, mediaType, r, max)
	if err != nil {
		return nil, err
	}
	u := upload{ID: by + ":" + key, Rev: 1, File: f.ID, Name: f.Name, SHA256: f.SHA256, At: stamp(s.now())}
	body, err := json.Marshal(u)
	if err != nil {
		return nil, fmt.Errorf("encode upload: %w", err)
	}
	err = s.keep(ctx, f, store.Op{Kind: store.Insert, Collection: uploadCollection, Doc: store.Doc{ID: u.ID, Rev: 1, Body: body}})
	var taken *store.UniqueError
	if errors.As(err, &taken) && taken.Collection == uploadCollection {
		return s.sentBefore(ctx, u)
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// sentBefore finds the file of an earlier upload under the same key.
func (s *Service) sentBefore(ctx context.Context, now upload) (*File, error) {
	d, err := s.store.Get(ctx, uploadCollection, now.ID)
	if err != nil {
		return nil, fmt.Errorf("look up upload: %w", err)
	}
	var before upload
	if err := json.Unmarshal(d.Body, &before); err != nil {
		return nil, fmt.Errorf("decode upload %s: %w", d.ID, err)
	}
	if before.SHA256 != now.SHA256 || before.Name != now.Name {
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
	for {
		docs, err := s.store.Find(ctx, uploadCollection, store.Find{
			Where: query.Cmp{Path: uploadAt, Op: query.Lt, Value: stamp(before)}, Limit: sweepPage, Bare: true,
		})
		if err != nil {
			return fmt.Errorf("find old uploads: %w", err)
		}
		if len(docs) == 0 {
			return nil
		}
		b := &store.Batch{}
		for _, d := range docs {
			b.Ops = append(b.Ops, store.Op{Kind: store.Delete, Collection: uploadCollection, Doc: store.Doc{ID: d.ID}})
		}
		if err := s.store.Commit(ctx, b); err != nil {
			return fmt.Errorf("forget old uploads: %w", err)
		}
	}
}
