package main

import (
	"context"
	"errors"
	"fmt"
)

// heritage decides whether a copy may have the storage of its target, which
// belongs to one database: the sweep would take the bytes of another one's files
// for lost.
type heritage struct {
	to *place
	// of is the place that is copied; the storage may be its. nil for a backup.
	of *place
	// take is the permission to have it whosever it is.
	take bool
}

// check fails when the storage is another database's and may not be taken;
// others tells that it is one that may. It changes nothing.
func (h heritage) check(ctx context.Context) (others bool, err error) {
	owner, err := h.to.files.StorageOwner(ctx)
	if err != nil || owner == "" {
		return false, err
	}
	name, err := h.to.files.DatabaseName(ctx)
	if err != nil || name == owner {
		return false, err
	}
	if h.take {
		return true, nil
	}
	if h.of != nil {
		if name, err = h.of.files.DatabaseName(ctx); err != nil || name == owner {
			return true, err
		}
	}
	return false, finalError{fmt.Errorf("the attachments in %s are those of another database; take a folder, or a bucket or prefix, that is empty, "+
		"or give --take-storage when that database is not used any more", h.to.filesAt)}
}

// enter gives the copy a name of its own and makes the storage its own; took
// names one that was another database's until then, or that of what is copied.
func (h heritage) enter(ctx context.Context) (took string, err error) {
	others, err := h.check(ctx)
	if err != nil {
		return "", err
	}
	if others || h.of != nil && h.of.filesAt == h.to.filesAt {
		took = h.to.filesAt
	}
	return took, h.to.files.TakeOwnership(ctx)
}

// tookOver says of a storage that was taken over what follows from it.
func tookOver(took string) string {
	if took == "" {
		return ""
	}
	return fmt.Sprintf("\nthe attachments in %s belong to the new database now; the one they belonged to must not be used any more", took)
}

// nameAnew gives the database in a data folder that was unpacked a name of its own.
func (m *Main) nameAnew(ctx context.Context, dir string) error {
	p, err := m.openPlace(ctx, dir, "")
	if err != nil {
		return err
	}
	return errors.Join(p.files.TakeOwnership(ctx), p.Close())
}
