package files

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// keepOnce commits the file's document together with its key, or finds the file
// of an earlier upload under that key.
func (s *Service) keepOnce(ctx context.Context, u Upload, f *File) (*File, error) {
	kept := upload{ID: u.By + ":" + u.Key, Rev: 1, File: f.ID, Name: f.Name, SHA256: f.SHA256, At: stamp(s.now())}
	body, err := json.Marshal(kept)
	if err != nil {
		return nil, fmt.Errorf("encode upload: %w", err)
	}
	err = s.keep(ctx, f, store.Op{Kind: store.Insert, Collection: uploadCollection, Doc: store.Doc{ID: kept.ID, Rev: 1, Body: body}})
	var taken *store.UniqueError
	if errors.As(err, &taken) && taken.Collection == uploadCollection {
		return s.sentBefore(ctx, kept)
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
