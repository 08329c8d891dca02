package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"weft/cmd/house"
	"weft/runtime/access"
	"weft/runtime/store"
	"weft/runtime/store/sqlite"
)

// adminLogin is the user that every data folder has.
const adminLogin = "admin"

// instance is weft over one data folder.
type instance struct {
	*house.House
	database *sqlite.Store
	log      *slog.Logger
}

// instanceOptions are the settings of an instance.
type instanceOptions struct {
	database, files, imports string
	adminPassword            string
	synchronous              string
	zone                     *time.Location
	log                      *slog.Logger
	// wrap stands between the rooms and the store; tests put faults there.
	wrap func(store.Store) store.Store
}

// openInstance opens the database and the house over it.
func openInstance(ctx context.Context, o instanceOptions) (*instance, error) {
	db, err := sqlite.Open(ctx, o.database, sqlite.Options{Synchronous: o.synchronous, Logger: o.log})
	if err != nil {
		return nil, err
	}
	in := &instance{database: db, log: o.log}
	var st store.Store = db
	if o.wrap != nil {
		st = o.wrap(db)
	}
	in.House, err = house.Open(ctx, house.Options{
		Store: st, Files: o.files, Imports: o.imports, Zone: o.zone, Now: time.Now,
		AdminPassword: o.adminPassword, Backup: in.backup, Version: Version, Logger: o.log,
	})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return in, nil
}

// adminSession signs admin in without a password, for commands of this machine.
func (in *instance) adminSession(ctx context.Context) (token string, end func(), err error) {
	actor, err := in.Access.ActorOf(ctx, adminLogin)
	if err != nil {
		return "", nil, fmt.Errorf("user %s: %w", adminLogin, err)
	}
	token, err = in.Access.OpenSession(ctx, actor, access.Client{Agent: "weft command"})
	if err != nil {
		return "", nil, fmt.Errorf("session: %w", err)
	}
	session, err := in.Access.Authenticate(ctx, token)
	if err != nil {
		return "", nil, fmt.Errorf("session: %w", err)
	}
	return token, func() { _ = in.Access.SignOut(context.WithoutCancel(ctx), session) }, nil
}

// Close ends what runs in the background and closes the database.
func (in *instance) Close() error { return errors.Join(in.House.Close(), in.database.Close()) }

// backup writes an archive of a snapshot of the database and of the files.
func (in *instance) backup(ctx context.Context, w http.ResponseWriter) error {
	dir, err := os.MkdirTemp("", "weft-backup-")
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer os.RemoveAll(dir)
	snapshot := filepath.Join(dir, databaseName)
	if err := in.database.Backup(ctx, snapshot); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return writeArchive(w, snapshot, in.Files.Dir())
}
