package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A storage belongs to one database: the sweep would take the bytes of another
// one's files for lost. So the database has a name, which lies in the storage
// under ownerKey from its first sweep on.
const ownerKey = "owner"

// ErrOtherOwner says that the storage belongs to another database; nothing that
// lies in it may be removed.
var ErrOtherOwner = errors.New("files: the storage belongs to another database of weft; each needs a folder, or a bucket or prefix, of its own")

// ClaimOwnership makes the storage this database's; ErrOtherOwner when it is another one's.
func (s *Service) ClaimOwnership(ctx context.Context) error {
	name, err := s.ensureName(ctx)
	if err != nil {
		return fmt.Errorf("owner of the storage: %w", err)
	}
	owner, err := s.StorageOwner(ctx)
	if err == nil && owner == "" {
		if err = s.writeOwner(ctx, name); err == nil {
			owner, err = s.StorageOwner(ctx) // another one may have been at it too
		}
	}
	if err == nil && owner != name {
		return ErrOtherOwner
	}
	return err
}

// TakeOwnership gives the database a new name and makes the storage its own, whosever it
// was: a copy is another database than the one it was copied of, which from then
// on removes nothing there.
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

// StorageOwner is the name of the database that the storage belongs to; "" when it is
// nobody's yet.
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
