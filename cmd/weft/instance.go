package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/gorilla/mux"

	"weft/builder"
	"weft/builder/gallery"
	"weft/runtime/access"
	"weft/runtime/api"
	"weft/runtime/files"
	"weft/runtime/live"
	"weft/runtime/model"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/runtime/store/sqlite"
	"weft/runtime/transfer"
	"weft/templates"
)

// adminLogin is the user that every data folder has.
const adminLogin = "admin"

// instance is weft, put together over one data folder.
type instance struct {
	store    *sqlite.Store
	current  *model.Current
	access   *access.Service
	records  *record.Service
	renewer  *record.Renewer
	files    *files.Service
	builder  *builder.Builder
	transfer *transfer.Service
	live     *live.Hub
	gallery  *gallery.Gallery
	handler  *api.Server
	log      *slog.Logger
	// generated is the password of a user admin that was made just now.
	generated string
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

// openInstance opens the store and builds the rooms over it, from the ground up.
func openInstance(ctx context.Context, o instanceOptions) (*instance, error) {
	db, err := sqlite.Open(ctx, o.database, sqlite.Options{Synchronous: o.synchronous, Logger: o.log})
	if err != nil {
		return nil, err
	}
	in := &instance{store: db, current: &model.Current{}, log: o.log}
	var st store.Store = db
	if o.wrap != nil {
		st = o.wrap(db)
	}
	if err := in.build(ctx, st, o); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return in, nil
}

func (in *instance) build(ctx context.Context, st store.Store, o instanceOptions) error {
	in.builder = builder.New(builder.Options{Store: st, Current: in.current, Collections: allCollections, Now: time.Now})
	if err := in.builder.Load(ctx); err != nil {
		return fmt.Errorf("definitions: %w", err)
	}
	in.access = access.New(access.Options{Store: st, Current: in.current, Now: time.Now, Zone: o.zone})
	in.files = files.New(files.Options{Store: st, Dir: o.files, Now: time.Now})
	in.records = record.New(record.Options{
		Store: st, Current: in.current, Authority: in.access, Files: in.files, Now: time.Now, Zone: o.zone,
	})
	in.renewer = record.NewRenewer(in.records, o.log)
	in.transfer = transfer.New(transfer.Options{
		Store: st, Records: in.records, Access: in.access, Current: in.current, Now: time.Now, Zone: o.zone, Dir: o.imports, Logger: o.log,
	})
	in.live = live.New(live.Options{Store: st, Records: in.records, Authority: in.access, Current: in.current})
	made, generated, err := in.access.EnsureAdmin(ctx, o.adminPassword)
	if err != nil {
		return fmt.Errorf("user %s: %w", adminLogin, err)
	}
	if made {
		in.generated = generated
	}
	in.gallery = gallery.New(gallery.Options{
		Templates: templates.FS, Builder: in.builder, Transfer: in.transfer,
		Load: func(ctx context.Context, by *access.Actor, entity string, rows []map[string]any) (int, error) {
			l := &templates.Loader{Records: in.records, Files: in.files, By: by, At: time.Now(), Zone: o.zone}
			return l.Load(ctx, entity, rows)
		},
	})
	in.handler, err = api.New(api.Options{
		Store: st, Current: in.current, Records: in.records, Access: in.access, Files: in.files, Transfer: in.transfer,
		Live: in.live, Gallery: in.gallery, Builder: in.builderRoutes, Backup: in.backup, Version: Version, Logger: o.log,
	})
	if err != nil {
		return err
	}
	in.renewer.Start()
	return nil
}

// builderRoutes mounts the design-time routes beside the API's.
func (in *instance) builderRoutes(r *mux.Router) {
	in.builder.Routes(r, builder.Deps{Caller: api.Caller, Problem: api.WriteProblem, Install: in.installPackage})
}

// installPackage installs an uploaded package as a whole.
func (in *instance) installPackage(ctx context.Context, login string, p *builder.Package, o builder.InstallOptions, sampleData bool) (int64, int, error) {
	by, err := in.access.ActorOf(ctx, login)
	if err != nil {
		return 0, 0, err
	}
	return in.gallery.InstallPackage(ctx, by, p, gallery.InstallOptions{InstallOptions: o, SampleData: sampleData})
}

// allCollections are the collections of every room.
func allCollections(m *model.Model) []store.Collection {
	list := record.Collections(m)
	list = append(list, access.Collections()...)
	list = append(list, files.Collections()...)
	list = append(list, transfer.Collections()...)
	return append(list, builder.Collections()...)
}

// adminSession signs admin in without a password, for commands of this machine.
func (in *instance) adminSession(ctx context.Context) (token string, end func(), err error) {
	actor, err := in.access.ActorOf(ctx, adminLogin)
	if err != nil {
		return "", nil, fmt.Errorf("user %s: %w", adminLogin, err)
	}
	token, err = in.access.OpenSession(ctx, actor, access.Client{Agent: "weft command"})
	if err != nil {
		return "", nil, fmt.Errorf("session: %w", err)
	}
	session, err := in.access.Authenticate(ctx, token)
	if err != nil {
		return "", nil, fmt.Errorf("session: %w", err)
	}
	return token, func() { _ = in.access.SignOut(context.WithoutCancel(ctx), session) }, nil
}

// Close ends what runs in the background and closes the store.
func (in *instance) Close() error {
	in.renewer.Stop()
	return errors.Join(in.transfer.Close(), in.handler.Close(), in.files.Close(), in.store.Close())
}

// backup writes an archive of a snapshot of the database and of the files.
func (in *instance) backup(ctx context.Context, w http.ResponseWriter) error {
	dir, err := os.MkdirTemp("", "weft-backup-")
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer os.RemoveAll(dir)
	snapshot := dir + "/" + databaseName
	if err := in.store.Backup(ctx, snapshot); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return writeArchive(w, snapshot, in.files.Dir())
}
