package files

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"

	"weft/runtime/store"
)

// A storage belongs to one database: the sweep would take the bytes of another
// one's files for lost. So the database has a name, which lies in the storage
// under ownerKey from its first sweep on.
const (
	ownerKey        = "owner"
	ownerCollection = "weft_storage"
	ownerID         = "owner"
)

// ErrForeign says that the storage belongs to another database; nothing that
// lies in it without a document may be removed.
var ErrForeign = errors.New("files: the storage belongs to another database of weft; each needs a folder, or a bucket or prefix, of its own")

type ownerDoc struct {
	ID   string `json:"id"`
	Rev  int64  `json:"rev"`
	Name string `json:"name"`
}

// Claim makes the storage this database's; ErrForeign when it is another one's.
func (s *Service) Claim(ctx context.Context) error {
	name, err := s.ownName(ctx)
	if err != nil {
		return fmt.Errorf("owner of the storage: %w", err)
	}
	owner, err := s.owner(ctx)
	if errors.Is(err, ErrNoBytes) {
		if err = s.storage.Put(ctx, ownerKey, strings.NewReader(name)); err == nil {
			owner, err = s.owner(ctx) // another one may have been at it too
		}
	}
	switch {
	case err != nil:
		return fmt.Errorf("owner of the storage: %w", err)
	case owner != name:
		return ErrForeign
	}
	return nil
}

// owner is whose the storage is; ErrNoBytes when nobody's yet.
func (s *Service) owner(ctx context.Context) (string, error) {
	r, err := s.storage.Open(ctx, ownerKey)
	if err != nil {
		return "", err
	}
	defer r.Close()
	name, err := io.ReadAll(io.LimitReader(r, 100))
	return string(name), err
}

// ownName is the name of this database, made when it has none.
func (s *Service) ownName(ctx context.Context) (string, error) {
	var o ownerDoc
	d, err := s.store.Get(ctx, ownerCollection, ownerID)
	if err == nil {
		err = json.Unmarshal(d.Body, &o)
		return o.Name, err
	}
	if !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	o = ownerDoc{ID: ownerID, Rev: 1, Name: uuid.NewString()}
	body, err := json.Marshal(o)
	if err != nil {
		return "", err
	}
	err = s.store.Commit(ctx, &store.Batch{Ops: []store.Op{
		{Kind: store.Insert, Collection: ownerCollection, Doc: store.Doc{ID: ownerID, Rev: 1, Body: body}}}})
	var faster *store.UniqueError
	if errors.As(err, &faster) {
		return s.ownName(ctx)
	}
	return o.Name, err
}
