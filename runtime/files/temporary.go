package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// temporaryCollection holds a document per temporary file; its id is also the
// storage key.
const temporaryCollection = "weft_temporary_file"

var temporaryOwner = query.Path{Field: "owner", Kind: query.Key}

// TemporaryFile is the input of a longer piece of work, such as an import, which
// any node can go on with. It is stored as it was sent and no record can link it.
type TemporaryFile struct {
	ID  string `json:"id"`
	Rev int64  `json:"rev"`
	// Owner names the piece of work, such as "import/<id>".
	Owner  string `json:"owner"`
	Name   string `json:"name"`
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // hex
	By     string `json:"by"`     // user id
	// Expires is when Sweep deletes the file if its owner did not.
	Expires time.Time `json:"expires"`
}

// MarshalJSON writes Expires in stored form.
func (f TemporaryFile) MarshalJSON() ([]byte, error) {
	type plain TemporaryFile
	return json.Marshal(struct {
		plain
		Expires string `json:"expires"`
	}{plain(f), formatInstant(f.Expires)})
}

var temporaryTable = table.New(temporaryCollection, func(f *TemporaryFile) (*string, *int64) { return &f.ID, &f.Rev })

// PutTemporary stores what r gives, at most maxSize bytes, for f.Owner; Name, By
// and Expires are the caller's too, the rest is filled in. It returns when bytes
// and document are durable. Both quotas count it. Problems: too_large, invalid
// for an empty file, storage_full, unavailable.
func (s *Service) PutTemporary(ctx context.Context, f TemporaryFile, r io.Reader, maxSize int64) (*TemporaryFile, error) {
	if err := s.checkQuota(ctx, f.By, 1); err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make a file id: %w", err)
	}
	body := &hashingReader{r: &sizeLimitReader{r: &contextReader{ctx, r}, max: maxSize}, sum: sha256.New()}
	if err := s.storage.Put(ctx, id.String(), body); err != nil {
		return nil, err
	}
	f.ID, f.Rev, f.Name = id.String(), 0, CleanName(f.Name)
	f.Size, f.SHA256 = body.size, hex.EncodeToString(body.sum.Sum(nil))
	if err := s.commitTemporary(ctx, &f); err != nil {
		if !errors.Is(err, store.ErrUnknown) {
			_ = s.storage.Remove(context.WithoutCancel(ctx), f.ID) // else it is swept
		}
		return nil, err
	}
	return &f, nil
}

// commitTemporary commits the document. Concurrent calls do not see each other's
// files before, so the user's quota is checked again after it.
func (s *Service) commitTemporary(ctx context.Context, f *TemporaryFile) error {
	if err := s.checkQuota(ctx, f.By, f.Size); err != nil {
		return err
	}
	op, err := temporaryTable.Put(*f)
	if err != nil {
		return err
	}
	if err := s.commit(ctx, f.Size, op); err != nil {
		return fmt.Errorf("store temporary file: %w", err)
	}
	f.Rev = op.Doc.Rev
	if err := s.checkUserQuota(ctx, f.By, 0); err != nil {
		return errors.Join(err, s.commit(context.WithoutCancel(ctx), -f.Size, temporaryTable.Delete(*f)))
	}
	return nil
}

// TemporaryFiles are those of an owner, in the order in which they were put.
func (s *Service) TemporaryFiles(ctx context.Context, owner string) (list []TemporaryFile, err error) {
	for f, err := range temporaryTable.Each(ctx, s.db, ownedBy(owner)) {
		if err != nil {
			return nil, fmt.Errorf("find temporary files: %w", err)
		}
		list = append(list, f)
	}
	return list, nil
}

func ownedBy(owner string) query.Expr {
	return query.Cmp{Path: temporaryOwner, Op: query.Eq, Value: owner}
}

// OpenTemporary opens the bytes of a temporary file by its id, on any node;
// ErrNotStored when it was deleted or has expired.
func (s *Service) OpenTemporary(ctx context.Context, id string) (io.ReadSeekCloser, error) {
	return s.storage.Open(ctx, id)
}

// DeleteTemporary deletes the temporary files of an owner; none is no error.
func (s *Service) DeleteTemporary(ctx context.Context, owner string) error {
	return s.deleteTemporary(ctx, ownedBy(owner))
}

func (s *Service) deleteExpiredTemporary(ctx context.Context) error {
	return s.deleteTemporary(ctx, s.expired())
}

func (s *Service) deleteTemporary(ctx context.Context, where query.Expr) error {
	for f, err := range temporaryTable.Each(ctx, s.db, where) {
		if err != nil {
			return fmt.Errorf("find temporary files: %w", err)
		}
		err = s.commit(ctx, -f.Size, temporaryTable.Delete(f))
		if err != nil && !errors.Is(err, store.ErrConflict) { // another node may have deleted it
			return fmt.Errorf("delete temporary file %s: %w", f.ID, err)
		}
		if err := s.removeBytes(ctx, f.ID); err != nil {
			return err
		}
	}
	return nil
}
