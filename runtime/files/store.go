package files

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/google/uuid"

	"weft/runtime/store"
)

// Upload says what is known about a file before its bytes are read.
type Upload struct {
	// By is the user id of the uploader, Name what he calls the file.
	By   string `json:"by"`
	Name string `json:"name"`
	// MediaType is what the uploader says it is; it only decides between types
	// that look alike in their bytes.
	MediaType string `json:"media_type,omitempty"`
	// MaxSize is the greatest size in bytes; it must be given.
	MaxSize int64 `json:"max"`
	// Accept are the media types that are taken (see Accepts); none means any.
	Accept []string `json:"accept,omitempty"`
	// HasMetadata keeps a picture with everything in it, the position among it. Without
	// it pictures are cleaned, see picture.Clean.
	KeepMetadata bool `json:"as_sent,omitempty"`
	// Field is the field that the request named, as entity/field; "" for none.
	Field string `json:"field,omitempty"`
	// Key makes the upload one that is done once: the same bytes and name
	// under the same key of the same user are the same file, however often they
	// are sent; other ones are a conflict. "" means every upload is a new file.
	Key string `json:"-"`
}

// Put is Receive of an upload without more ado.
func (s *Service) Put(ctx context.Context, by, name, mediaType string, r io.Reader, max int64) (*File, error) {
	return s.Store(ctx, Upload{By: by, Name: name, MediaType: mediaType, MaxSize: max}, r)
}

// Store stores what r gives as a file that no record refers to yet. The answer
// comes when bytes and document are durable. Problems: too_large above u.Max,
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

// storeWithinQuota is receive within the quotas: what cannot fit is not received.
func (s *Service) storeWithinQuota(ctx context.Context, u Upload, r io.Reader) (*File, error) {
	if err := s.checkQuota(ctx, u.By, 1); err != nil {
		return nil, err
	}
	f, err := s.storeBytes(ctx, u, r)
	if err != nil {
		return nil, err
	}
	if err := s.checkQuota(ctx, u.By, f.Size); err != nil {
		_ = s.storage.Remove(context.WithoutCancel(ctx), f.ID)
		return nil, err
	}
	return f, nil
}

// storeBytes stores the bytes; nothing knows of them yet.
func (s *Service) storeBytes(ctx context.Context, u Upload, r io.Reader) (*File, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make a file id: %w", err)
	}
	f := &File{ID: id.String(), Rev: 1, Name: CleanName(u.Name), By: u.By, At: s.now().UTC().Truncate(time.Millisecond)}
	f.UnlinkedSince = f.At
	head := bufio.NewReaderSize(&sizeLimitReader{r: &contextReader{ctx, r}, max: u.MaxSize}, 64<<10)
	start, err := head.Peek(sniffLen)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the upload: %w", err)
	}
	f.MediaType = mediaType(start, f.Name, u.MediaType)
	in, err := u.contentReader(f, head)
	if err != nil {
		return nil, err
	}
	body := &hashingReader{r: in, sum: sha256.New()}
	if err := s.storage.Put(ctx, f.ID, body); err != nil {
		return nil, err
	}
	f.Size, f.SHA256 = body.size, hex.EncodeToString(body.sum.Sum(nil))
	return f, nil
}

// commitFile commits the file's document, and more with it.
func (s *Service) commitFile(ctx context.Context, f *File, more ...store.Op) error {
	return s.commitReserved(ctx, f, 0, more...)
}

// commitReserved is keep where room was kept for the file before.
func (s *Service) commitReserved(ctx context.Context, f *File, reserved int64, more ...store.Op) error {
	doc, err := encode(*f)
	if err != nil {
		return err
	}
	err = s.commit(ctx, f.Size-reserved, append(more, store.Op{Kind: store.Insert, Collection: Collection, Doc: doc})...)
	if err != nil {
		// With an unknown outcome the bytes must stay: the document may be there.
		// Bytes without a document are swept.
		if !errors.Is(err, store.ErrUnknown) {
			_ = s.storage.Remove(context.WithoutCancel(ctx), f.ID)
		}
		return fmt.Errorf("store file %s: %w", f.ID, err)
	}
	return nil
}

// hashingReader counts and sums what is stored.
type hashingReader struct {
	r    io.Reader
	size int64 // bytes
	sum  hash.Hash
}

func (m *hashingReader) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.size += int64(n)
	m.sum.Write(p[:n])
	return n, err
}

// contextReader stops reading when the caller is gone.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
