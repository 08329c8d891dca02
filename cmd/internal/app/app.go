// Package app assembles all services of weft over one store and starts and stops
// them. The command and the tests of the whole product use it.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/gorilla/mux"

	"weft/builder"
	"weft/builder/gallery"
	"weft/frontend"
	"weft/runtime/access"
	"weft/runtime/api"
	"weft/runtime/assign"
	"weft/runtime/comment"
	"weft/runtime/egress"
	"weft/runtime/files"
	"weft/runtime/hook"
	"weft/runtime/incident"
	"weft/runtime/intake"
	"weft/runtime/job"
	"weft/runtime/live"
	"weft/runtime/model"
	"weft/runtime/notify"
	"weft/runtime/personal"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/script"
	"weft/runtime/settings"
	"weft/runtime/startstop"
	"weft/runtime/store"
	"weft/runtime/store/lease"
	"weft/runtime/transfer"
	"weft/runtime/trigger"
	"weft/templates"
)

// Options of an App; Store and Now must be given.
type Options struct {
	Store store.Store
	// Files is the folder of attachments.
	Files string
	// Storage keeps attachments instead of the folder Files.
	Storage files.Storage
	// Quota limits the bytes of all attachments; 0 means no limit.
	Quota int64
	// UserQuota limits the bytes of one user's files that no record uses; 0 means no limit.
	UserQuota int64
	// First are the settings of the organisation that the first start stores.
	First settings.Settings
	Now   func() time.Time
	// AdminPassword is for the user admin, if it must be created; "" means a random one.
	AdminPassword string
	// MaxUpload is the largest attachment in bytes; 0 is the API's default.
	MaxUpload int64
	// EgressOpen lists networks inside that triggers and scripts may call all the same.
	EgressOpen []netip.Prefix
	// TrustedProxies and WriteQuota are those of api.Options.
	TrustedProxies []netip.Prefix
	WriteQuota     int64
	// Backup writes an archive of everything; nil removes the route.
	Backup  func(ctx context.Context, w http.ResponseWriter) error
	Version string
	// WebApp is nil in a program that was built without it.
	WebApp *frontend.App
	Logger *slog.Logger
	// ScriptRunner starts a runner of scripts; nil means this binary.
	ScriptRunner []string
}

// App is weft without its listener.
type App struct {
	Store      store.Store
	Leases     *lease.Keeper
	Current    *model.Current
	Settings   *settings.Service
	Access     *access.Service
	Jobs       *job.Queue // running
	Incidents  *incident.Service
	Records    *record.Service
	Reads      *read.Service
	Recomputer *record.Recomputer // running; a test that steps through it stops it first
	Files      *files.Service
	Builder    *builder.Builder
	Scripts    *script.Pool
	Hooks      *hook.Service
	Triggers   *trigger.Service
	Scheduler  *job.Scheduler
	Transfer   *transfer.Service
	Assign     *assign.Service
	Live       *live.Hub
	Intake     *intake.Service
	Notify     *notify.Service
	Comments   *comment.Service
	Personal   *personal.Service
	Egress     *egress.Client
	Gallery    *gallery.Gallery
	API        *api.Server
	// Generated is the random password of a user admin that Open created, else "".
	Generated string

	now       func() time.Time
	followers []*startstop.Periodic // of what other processes publish and set
}

// Open assembles the services, loads the current definitions and ensures that
// there is a user admin.
func Open(ctx context.Context, o Options) (*App, error) {
	a := &App{now: o.Now, Store: o.Store, Current: &model.Current{}, Leases: lease.New(lease.Options{Store: o.Store})}
	var err error
	if a.Settings, err = settings.Open(ctx, settings.Options{Store: o.Store, First: o.First, Now: o.Now, Changed: a.settingsChanged}); err != nil {
		return nil, err
	}
	a.Builder = builder.New(builder.Options{
		Store: o.Store, Current: a.Current, Collections: Collections, Leases: a.Leases, Now: o.Now, Zone: a.Settings.Zone,
	})
	if err := a.Builder.Load(ctx); err != nil {
		return nil, fmt.Errorf("definitions: %w", err)
	}
	a.newServices(o)
	if err := a.Settings.RenewHolidays(ctx); err != nil {
		return nil, err
	}
	if _, a.Generated, err = a.Access.EnsureAdmin(ctx, o.AdminPassword); err != nil {
		return nil, fmt.Errorf("user admin: %w", err)
	}
	a.API, err = api.New(api.Options{
		Store: o.Store, Leases: a.Leases, Current: a.Current, Settings: a.Settings, Records: a.Records, Reads: a.Reads, Access: a.Access, Files: a.Files, Transfer: a.Transfer,
		Intake: a.Intake, Triggers: a.Triggers, Scripts: a.Hooks, Assign: a.Assign, Notify: a.Notify, Comments: a.Comments, Personal: a.Personal, Jobs: a.Jobs, Incidents: a.Incidents, Live: a.Live, Gallery: shippedTemplates{a.Gallery}, Builder: a.builderRoutes, Backup: o.Backup, MaxUpload: o.MaxUpload, TrustedProxies: o.TrustedProxies, WriteQuota: o.WriteQuota,
		WebApp: o.WebApp, Version: o.Version, Logger: o.Logger,
	})
	if err != nil {
		return nil, err
	}
	a.Recomputer.Start()
	a.Jobs.Start()
	a.followers = []*startstop.Periodic{a.Builder.Follower(o.Logger), a.Settings.Follower(o.Logger), a.Triggers.Follower(o.Logger), a.Scheduler.Periodic}
	for _, f := range a.followers {
		f.Start()
	}
	return a, nil
}

// newServices makes the services between the definitions and the API.
func (a *App) newServices(o Options) {
	a.Access = access.New(access.Options{
		Store: o.Store, Current: a.Current, Now: o.Now, Zone: a.Settings.Zone, FirstWeekday: a.Settings.FirstWeekday,
		Unconfirmed: a.Builder.Unconfirmed,
	})
	a.Files = files.New(files.Options{Store: o.Store, Dir: o.Files, Storage: o.Storage, Quota: o.Quota, UserQuota: o.UserQuota, Now: o.Now})
	a.Reads = read.New(read.Options{Store: o.Store, Authority: a.Access, Now: o.Now, Zone: a.Settings.Zone, Calendar: a.Settings.Calendar})
	a.Incidents = incident.New(incident.Options{Store: o.Store, Now: o.Now, Told: a.tellAdmins})
	a.Jobs = job.NewQueue(job.Options{Store: o.Store, Leases: a.Leases, Now: o.Now, Logger: o.Logger, Failed: a.jobFailed})
	effect := &trigger.Effect{Store: o.Store, Zone: a.Settings.Zone, WeekOffset: a.weekOffset, Calendar: a.Settings.Calendar}
	a.Egress = egress.New(egress.Options{Open: o.EgressOpen})
	a.Scripts = script.NewPool(script.Options{Command: o.ScriptRunner, Logger: o.Logger})
	a.Hooks = hook.New(hook.Options{
		Store: o.Store, Current: a.Current, Pool: a.Scripts, Access: a.Access, Reads: a.Reads, Incidents: a.Incidents, Now: o.Now, Zone: a.Settings.Zone, Logger: o.Logger, Egress: a.Egress,
	})
	a.Records = record.New(record.Options{
		Hooks: []record.Hook{a.Hooks},
		Store: o.Store, Current: a.Current, Authority: a.Access, Files: a.Files, Now: o.Now, Zone: a.Settings.Zone, Calendar: a.Settings.Calendar, SettingsRevision: a.settingsRevision,
		Refresh: a.Builder.Refresh, Leases: a.Leases, Effects: []record.Effect{endAccess{a.Access}, a.Hooks, effect, assign.Overrides{Store: o.Store}, comment.Merged{Store: o.Store}}, Committed: a.Jobs.Committed,
	})
	a.Recomputer = record.NewRecomputer(a.Records, o.Logger)
	a.Assign = assign.New(assign.Options{
		Store: o.Store, Current: a.Current, Access: a.Access, Records: a.Records, Reads: a.Reads, Now: o.Now, Zone: a.Settings.Zone,
	})
	a.Transfer = transfer.New(transfer.Options{
		Store: o.Store, Records: a.Records, Reads: a.Reads, Access: a.Access, Current: a.Current, Now: o.Now, Zone: a.Settings.Zone,
		Leases: a.Leases, Files: a.Files, Logger: o.Logger,
	})
	a.Notify = notify.New(notify.Options{Store: o.Store, Reads: a.Reads, Now: o.Now})
	a.Comments = comment.New(comment.Options{Store: o.Store, Reads: a.Reads, Directory: a.Access, Notifier: mentionNotifier{a.Notify}, Now: o.Now})
	a.Personal = personal.New(o.Store, a.Reads, a.Access, o.Now)
	a.newTriggers(o, effect)
	a.Intake = intake.New(intake.Options{Webhooks: webhooks{a.Triggers}, Committed: a.Jobs.Committed, Store: o.Store, Current: a.Current, Records: a.Records, Authority: a.Access, Now: o.Now, Logger: o.Logger})
	a.Jobs.Register(a.Intake.Kind())
	a.Jobs.Register(a.Hooks.Kind(a.Records))
	a.Live = live.New(live.Options{Store: o.Store, Reads: a.Reads, Authority: a.Access, Current: a.Current, Logger: o.Logger, Inbox: notify.Collection})
	a.Gallery = gallery.New(gallery.Options{
		Templates: templates.FS, Builder: a.Builder, Transfer: a.Transfer, Delete: a.deleteRecords,
		Loader: func(by *access.Actor) gallery.Loader {
			return &templates.Loader{Records: a.Records, Reads: a.Reads, Files: a.Files, By: by, At: o.Now(), Zone: a.Settings.Zone()}
		},
	})
}

// builderRoutes mounts the design-time routes.
func (a *App) builderRoutes(r *mux.Router) {
	a.Builder.Routes(r, builder.RouteOptions{Caller: api.Caller, Problem: api.WriteProblem, Packages: packageInstaller{a}, Rules: ruleTrier{a}})
}

// Collections are the store collections of all services under a model.
func Collections(m *model.Model) []store.Collection {
	list := record.Collections(m)
	list = append(list, access.Collections()...)
	list = append(list, files.Collections()...)
	list = append(list, transfer.Collections()...)
	list = append(list, assign.Collections()...)
	list = append(list, trigger.Collections()...)
	list = append(list, lease.Collections()...)
	list = append(list, job.Collections()...)
	list = append(list, incident.Collections()...)
	list = append(list, settings.Collections()...)
	list = append(list, intake.Collections()...)
	list = append(list, notify.Collections()...)
	list = append(list, comment.Collections()...)
	list = append(list, personal.Collections()...)
	return append(list, builder.Collections()...)
}

// Close stops the background work; the store stays open.
func (a *App) Close() error {
	for _, f := range a.followers {
		f.Stop()
	}
	a.Jobs.Stop()
	a.Recomputer.Stop()
	return errors.Join(a.Transfer.Close(), a.Scripts.Close(), a.API.Close(), a.Files.Close())
}

// Followed returns when the background has followed what was published before the call.
func (a *App) Followed(ctx context.Context) error {
	for _, f := range a.followers {
		if err := f.Await(ctx); err != nil {
			return err
		}
	}
	return nil
}
