package main

import (
	"context"
	"errors"
	"fmt"
)

// storageClaim decides whether a copy may own the attachment storage of its
// target. Storage belongs to one database: the sweep of another one would remove
// its files as unreferenced.
type storageClaim struct {
	to *location
	// of is the location that is copied, whose storage the copy may share; nil for a backup.
	of *location
	// take permits it whichever database owns the storage.
	take bool
}

// check fails when the storage is another database's and may not be taken;
// others tells that it is one that may. It changes nothing.
func (c storageClaim) check(ctx context.Context) (others bool, err error) {
	owner, err := c.to.files.StorageOwner(ctx)
	if err != nil || owner == "" {
		return false, err
	}
	name, err := c.to.files.DatabaseName(ctx)
	if err != nil || name == owner {
		return false, err
	}
	if c.take {
		return true, nil
	}
	if c.of != nil {
		if name, err = c.of.files.DatabaseName(ctx); err != nil || name == owner {
			return true, err
		}
	}
	return false, finalError{fmt.Errorf("the attachments in %s are those of another database; take a folder, or a bucket or prefix, that is empty, "+
		"or give --take-storage when that database is not used any more", c.to.filesAt)}
}

// claim gives the copy a name of its own and makes it the owner of the storage;
// took names storage that another database owned, or the copied one.
func (c storageClaim) claim(ctx context.Context) (took string, err error) {
	others, err := c.check(ctx)
	if err != nil {
		return "", err
	}
	if others || c.of != nil && c.of.filesAt == c.to.filesAt {
		took = c.to.filesAt
	}
	return took, c.to.files.TakeOwnership(ctx)
}

// takeoverNotice says what follows when storage was taken over.
func takeoverNotice(took string) string {
	if took == "" {
		return ""
	}
	return fmt.Sprintf("\nthe attachments in %s belong to the new database now; the one they belonged to must not be used any more", took)
}

// renameDatabase gives the database in a data folder that was unpacked a name of its own.
func (m *Main) renameDatabase(ctx context.Context, dir string) error {
	p, err := m.openLocation(ctx, dir, "")
	if err != nil {
		return err
	}
	return errors.Join(p.files.TakeOwnership(ctx), p.Close())
}
