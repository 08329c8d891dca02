package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A storage belongs to one database: the sweep would remove the bytes of another
// one's files as orphans. So the name of the database is stored under ownerKey
// from its first sweep on.
const ownerKey = "owner"

// ErrOtherOwner says that the storage belongs to another database; nothing in
// it may be removed.
var ErrOtherOwner = errors.New("files: the storage belongs to another database of weft; each needs a folder, or a bucket or prefix, of its own")

// ClaimOwnership makes a storage without an owner this database's;
// ErrOtherOwner when it belongs to another one.
func (s *Service) ClaimOwnership(ctx context.Context) error {
	name, err := s.ensureName(ctx)
	if err != nil {
		return fmt.Errorf("owner of the storage: %w", err)
	}
	owner, err := s.StorageOwner(ctx)
	if err == nil && owner == "" {
		if err = s.writeOwner(ctx, name); err == nil {
			owner, err = s.StorageOwner(ctx) // another database may have written it too
		}
	}
	if err == nil && owner != name {
		return ErrOtherOwner
	}
	return err
}

// TakeOwnership gives the database a new name and makes the storage its own,
// whoever owned it: a copy is another database than its original, which from
// then on removes nothing there.
func (s *Service) TakeOwnership(ctx context.Context) error {
	name, err := s.replaceName(ctx)
	if err != nil {
		return fmt.Errorf("owner of the storage: %w", err)
	}
	return s.writeOwner(ctx, name)
}

func (s *Service) writeOwner(ctx context.Context, name string) error {
	if err := s.storage.Put(ctx, ownerKey, strings.NewReader(name)); err != nil {
		return fmt.Errorf("owner of the storage: %w", err)
	}
	return nil
}

// StorageOwner is the name of the database that the storage belongs to; "" when
// it has no owner yet.
func (s *Service) StorageOwner(ctx context.Context) (string, error) {
	r, err := s.storage.Open(ctx, ownerKey)
	if errors.Is(err, ErrNotStored) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("owner of the storage: %w", err)
	}
	defer r.Close()
	name, err := io.ReadAll(io.LimitReader(r, 100))
	if err != nil {
		return "", fmt.Errorf("owner of the storage: %w", err)
	}
	return string(name), nil
}
