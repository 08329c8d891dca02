package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"weft/cmd/internal/app"
	"weft/frontend"
	"weft/runtime/access"
	"weft/runtime/files"
	"weft/runtime/store"
	"weft/runtime/store/migrate"
)

// adminLogin is the user that every data folder has.
const adminLogin = "admin"

// node is weft in this process over one database.
type node struct {
	*app.App
	database store.Store
	log      *slog.Logger
}

// nodeOptions are the settings of an instance.
type nodeOptions struct {
	// open opens the database.
	open          func(context.Context) (store.Store, error)
	files         string // folder of attachments, unless they go to storage
	storage       files.Storage
	quota         int64          // bytes of all attachments; 0 for no limit
	userQuota     int64          // and of those of one user that no record uses yet
	maxUpload     int64          // bytes of the largest attachment; 0 for the default
	proxies       []netip.Prefix // whose forwarding headers are believed
	openEgress    []netip.Prefix // inside, and may be called
	writeQuota    int64          // bytes of changes per user and minute; 0 for the default
	adminPassword string
	log           *slog.Logger
	// wrap wraps the store; tests inject faults there.
	wrap func(store.Store) store.Store
}

// openNode opens the database and the app over it.
func openNode(ctx context.Context, o nodeOptions) (*node, error) {
	db, err := o.open(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkFinished(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	in := &node{database: db, log: o.log}
	st := db
	if o.wrap != nil {
		st = o.wrap(db)
	}
	webApp, err := frontend.Built()
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	in.App, err = app.Open(ctx, app.Options{
		Store: st, Files: o.files, Storage: o.storage, Quota: o.quota, UserQuota: o.userQuota, MaxUpload: o.maxUpload, TrustedProxies: o.proxies, EgressOpen: o.openEgress, WriteQuota: o.writeQuota, Now: time.Now,
		AdminPassword: o.adminPassword, Backup: in.backup, WebApp: webApp, Version: Version, Logger: o.log,
	})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return in, nil
}

// adminSession is a session of admin, for commands of this machine.
type adminSession struct {
	token string
	end   func()
}

// adminSession signs admin in without a password.
func (n *node) adminSession(ctx context.Context) (*adminSession, error) {
	actor, err := n.Access.ActorOf(ctx, adminLogin)
	if err != nil {
		return nil, fmt.Errorf("user %s: %w", adminLogin, err)
	}
	token, err := n.Access.OpenSession(ctx, actor, access.SignInOrigin{Agent: "weft command"})
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	session, err := n.Access.Authenticate(ctx, token)
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	return &adminSession{token, func() { _ = n.Access.SignOut(context.WithoutCancel(ctx), session) }}, nil
}

// Close ends what runs in the background and closes the database.
func (n *node) Close() error { return errors.Join(n.App.Close(), n.database.Close()) }

// backup writes an archive of a snapshot of the database and of the files.
func (n *node) backup(ctx context.Context, w http.ResponseWriter) error {
	st, ok := n.database.(migrate.Store)
	if !ok {
		return errors.New("backup: this database cannot be read as a whole")
	}
	return writeArchive(ctx, w, st, n.Files)
}
