// Package house puts the rooms of weft together over one store, from the
// ground up, and ends them again. The command and the tests of the whole
// start the same house.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
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
	"weft/runtime/startstop"
	"weft/runtime/store"
	"weft/runtime/store/lease"
	"weft/runtime/transfer"
	"weft/templates"
)

// Options of a House; Store, Zone and Now must be given.
type Options struct {
	Store store.Store
	// Files and Imports are the folders of attachments and of unfinished imports.
	Files, Imports string
	// Storage holds attachments in place of the folder Files.
	Storage files.Storage
	// Quota is how many bytes all attachments together may have; 0: no limit.
	Quota int64
	// UserQuota is how many of one user no record may use yet; 0: no limit.
	UserQuota int64
	// Zone is the organisation's time zone.
	Zone *time.Location
	Now  func() time.Time
	// AdminPassword of the user admin, if it has to be made; "" makes one up.
	AdminPassword string
	// MaxUpload is the greatest attachment in bytes; 0 is the API's default.
	MaxUpload int64
	// Backup writes an archive of everything; nil: there is no such route.
	Backup  func(ctx context.Context, w http.ResponseWriter) error
	Version string
	Logger  *slog.Logger
}

// App is a running weft without its listener.
type App struct {
	Store      store.Store
	Leases     *lease.Keeper
	Current    *model.Current
	Access     *access.Service
	Records    *record.Service
	Recomputer *record.Recomputer // working; a test that wants to see its steps stops it
	Files      *files.Service
	Builder    *builder.Builder
	Transfer   *transfer.Service
	Live       *live.Hub
	Gallery    *gallery.Gallery
	API        *api.Server
	// Generated is the password of a user admin that was made just now, if it was made up.
	Generated string

	follower *startstop.Periodic // loads what other processes publish
}

// Open builds the rooms, loads the definitions in force and sees that there is
// a user admin.
func Open(ctx context.Context, o Options) (*App, error) {
	h := &App{Store: o.Store, Current: &model.Current{}, Leases: lease.New(lease.Options{Store: o.Store})}
	h.Builder = builder.New(builder.Options{
		Store: o.Store, Current: h.Current, Collections: Collections, Leases: h.Leases, Now: o.Now,
	})
	if err := h.Builder.Load(ctx); err != nil {
		return nil, fmt.Errorf("definitions: %w", err)
	}
	h.rooms(o)
	var err error
	if _, h.Generated, err = h.Access.EnsureAdmin(ctx, o.AdminPassword); err != nil {
		return nil, fmt.Errorf("user admin: %w", err)
	}
	h.API, err = api.New(api.Options{
		Store: o.Store, Leases: h.Leases, Current: h.Current, Records: h.Records, Access: h.Access, Files: h.Files, Transfer: h.Transfer,
		Live: h.Live, Gallery: h.Gallery, Builder: h.builderRoutes, Backup: o.Backup, MaxUpload: o.MaxUpload,
		Version: o.Version, Logger: o.Logger,
	})
	if err != nil {
		return nil, err
	}
	h.follower = h.Builder.Follower(o.Logger)
	h.Recomputer.Start()
	h.follower.Start()
	return h, nil
}

// rooms makes what stands between the definitions and the API.
func (h *App) rooms(o Options) {
	h.Access = access.New(access.Options{Store: o.Store, Current: h.Current, Now: o.Now, Zone: o.Zone})
	h.Files = files.New(files.Options{Store: o.Store, Dir: o.Files, Storage: o.Storage, Quota: o.Quota, UserQuota: o.UserQuota, Now: o.Now})
	h.Records = record.New(record.Options{
		Store: o.Store, Current: h.Current, Authority: h.Access, Files: h.Files, Now: o.Now, Zone: o.Zone,
		Refresh: h.Builder.Refresh, Leases: h.Leases,
	})
	h.Recomputer = record.NewRecomputer(h.Records, o.Logger)
	h.Transfer = transfer.New(transfer.Options{
		Store: o.Store, Records: h.Records, Access: h.Access, Current: h.Current, Now: o.Now, Zone: o.Zone,
		Dir: o.Imports, Logger: o.Logger,
	})
	h.Live = live.New(live.Options{Store: o.Store, Records: h.Records, Authority: h.Access, Current: h.Current, Logger: o.Logger})
	h.Gallery = gallery.New(gallery.Options{
		Templates: templates.FS, Builder: h.Builder, Transfer: h.Transfer,
		Load: func(ctx context.Context, by *access.Actor, entity string, rows []map[string]any) (int, error) {
			l := &templates.Loader{Records: h.Records, Files: h.Files, By: by, At: o.Now(), Zone: o.Zone}
			return l.Load(ctx, entity, rows)
		},
	})
}

// builderRoutes mounts the design-time routes beside the API's.
func (h *App) builderRoutes(r *mux.Router) {
	h.Builder.Routes(r, builder.Deps{Caller: api.Caller, Problem: api.WriteProblem, Install: h.installPackage})
}

// installPackage installs an uploaded package as a whole.
func (h *App) installPackage(ctx context.Context, login string, p *builder.Package, o builder.InstallOptions, sampleData bool) (int64, int, error) {
	by, err := h.Access.ActorOf(ctx, login)
	if err != nil {
		return 0, 0, err
	}
	return h.Gallery.InstallPackage(ctx, by, p, gallery.InstallOptions{InstallOptions: o, SampleData: sampleData})
}

// Collections are the store collections of every room under a model.
func Collections(m *model.Model) []store.Collection {
	list := record.Collections(m)
	list = append(list, access.Collections()...)
	list = append(list, files.Collections()...)
	list = append(list, transfer.Collections()...)
	list = append(list, lease.Collections()...)
	return append(list, builder.Collections()...)
}

// Close ends what runs in the background; the store stays open.
func (h *App) Close() error {
	h.follower.Stop()
	h.Recomputer.Stop()
	return errors.Join(h.Transfer.Close(), h.API.Close(), h.Files.Close())
}
