package files

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"weft/runtime/files/picture"
	"weft/runtime/problem"
	"weft/runtime/store"
)

// Upload says what is known about a file before its bytes are read.
type Upload struct {
	// By is the user id of the uploader, Name what they call the file.
	By   string `json:"by"`
	Name string `json:"name"`
	// MediaType is what the uploader says it is; it only decides between types
	// that look alike in their bytes.
	MediaType string `json:"media_type,omitempty"`
	// MaxSize is the greatest size in bytes; it must be given.
	MaxSize int64 `json:"max"`
	// Accept are the media types that are accepted (see Accepts); none means any.
	Accept []string `json:"accept,omitempty"`
	// KeepMetadata keeps a picture with everything in it, its position included.
	// Without it pictures are cleaned, see picture.Clean.
	KeepMetadata bool `json:"as_sent,omitempty"`
	// Field is the field that the request named, as entity/field; "" for none.
	Field string `json:"field,omitempty"`
	// Key is an idempotency key: the same bytes and name under the same key of
	// the same user are the same file, however often they are sent; different
	// ones are a conflict. "" means every upload is a new file.
	Key string `json:"-"`
}

// Put is Store for an upload that needs no further options.
func (s *Service) Put(ctx context.Context, by, name, mediaType string, r io.Reader, maxSize int64) (*File, error) {
	return s.Store(ctx, Upload{By: by, Name: name, MediaType: mediaType, MaxSize: maxSize}, r)
}

// Store stores what r gives as a file that no record refers to yet. It returns
// when bytes and document are durable. Problems: too_large above u.MaxSize,
// media_type for one that is not accepted, invalid for an empty file or a
// damaged picture, storage_full, unavailable.
func (s *Service) Store(ctx context.Context, u Upload, r io.Reader) (*File, error) {
	if u.Key != "" {
		return s.storeOnce(ctx, u, r)
	}
	f, err := s.storeWithinQuota(ctx, u, r)
	if err != nil {
		return nil, err
	}
	if err := s.commitFile(ctx, f); err != nil {
		return nil, err
	}
	return f, nil
}

// storeWithinQuota is storeBytes that refuses what does not fit the quotas:
// before the first byte where they are used up, after the last one else.
func (s *Service) storeWithinQuota(ctx context.Context, u Upload, r io.Reader) (*File, error) {
	if err := s.checkQuota(ctx, u.By, 1); err != nil {
		return nil, err
	}
	f, err := s.storeBytes(ctx, u, r)
	if err != nil {
		return nil, err
	}
	if err := s.checkQuota(ctx, u.By, f.Size); err != nil {
		_ = s.storage.Remove(context.WithoutCancel(ctx), f.ID) // else it is swept
		return nil, err
	}
	return f, nil
}

// storeBytes stores the bytes; no document refers to them yet.
func (s *Service) storeBytes(ctx context.Context, u Upload, r io.Reader) (*File, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make a file id: %w", err)
	}
	f := &File{ID: id.String(), Name: CleanName(u.Name), By: u.By, At: s.now().UTC().Truncate(time.Millisecond)}
	f.UnlinkedSince = f.At
	head := bufio.NewReaderSize(&sizeLimitReader{r: &contextReader{ctx, r}, max: u.MaxSize}, 64<<10)
	start, err := head.Peek(sniffLen)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the upload: %w", err)
	}
	f.MediaType = mediaType(start, f.Name, u.MediaType)
	content, err := u.contentReader(f, head)
	if err != nil {
		return nil, err
	}
	body := &hashingReader{r: content, sum: sha256.New()}
	if err := s.storage.Put(ctx, f.ID, body); err != nil {
		return nil, err
	}
	f.Size, f.SHA256 = body.size, hex.EncodeToString(body.sum.Sum(nil))
	return f, nil
}

// contentReader is what is stored of an upload that begins with head: pictures
// are cleaned unless their metadata is to be kept, which it notes in f.
func (u Upload) contentReader(f *File, head *bufio.Reader) (io.Reader, error) {
	if !Accepts(u.Accept, f.MediaType) {
		return nil, problem.New(problem.MediaType, "upload_type", map[string]any{"media_type": f.MediaType, "accept": u.Accept})
	}
	if !u.KeepMetadata {
		return picture.Clean(f.MediaType, head), nil
	}
	f.HasMetadata = picture.Cleans(f.MediaType)
	return head, nil
}

// commitFile commits a new file's document, after further operations.
func (s *Service) commitFile(ctx context.Context, f *File, before ...store.Op) error {
	return s.commitReserved(ctx, f, 0, before...)
}

// commitReserved is commitFile where the quota counts so many bytes for the file already.
func (s *Service) commitReserved(ctx context.Context, f *File, reserved int64, before ...store.Op) error {
	op, err := fileTable.Put(*f)
	if err != nil {
		return err
	}
	if err := s.commit(ctx, f.Size-reserved, append(before, op)...); err != nil {
		// With an unknown outcome the bytes must stay: the document may be stored.
		// Bytes without a document are swept.
		if !errors.Is(err, store.ErrUnknown) {
			_ = s.storage.Remove(context.WithoutCancel(ctx), f.ID)
		}
		return fmt.Errorf("store file %s: %w", f.ID, err)
	}
	f.Rev = op.Doc.Rev
	return nil
}
