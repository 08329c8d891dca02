// Package apitest starts the whole of weft in a test: the embedded store, every
// room and the HTTP API behind a listener on this machine, and speaks to it as
// any client would.
package apitest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
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
	"weft/schemas"
	"weft/templates"
)

// AdminPassword is the password of the user admin.
const AdminPassword = "apitest-admin-1"

// Options of Start; the zero value is an empty weft.
type Options struct {
	// Install names shipped templates to install, their roles confirmed.
	Install []string
	// SampleData adds their sample records.
	SampleData bool
	// Definitions are JSON documents to publish, of any kind.
	Definitions []string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Zone is the organisation's; nil means Asia/Shanghai.
	Zone *time.Location
	// Wrap stands between the rooms and the store, for tests that put faults there.
	Wrap func(store.Store) store.Store
	// Unchecked leaves answers unchecked against the OpenAPI document.
	Unchecked bool
	// MaxUpload is that of api.Options.
	MaxUpload int64
}

// App is a running weft.
type App struct {
	URL string // http://127.0.0.1:…, without a slash at the end
	// Admin is the token of a session of the user admin.
	Admin string

	Store    store.Store
	Current  *model.Current
	Access   *access.Service
	Records  *record.Service
	Renewer  *record.Renewer // working; a test that wants to see its steps stops it
	Files    *files.Service
	Builder  *builder.Builder
	Transfer *transfer.Service
	Live     *live.Hub
	API      *api.Server
	Server   *httptest.Server
	Client   *http.Client

	checking sync.Mutex
	checkers map[int64]*checker
}

// Start starts weft in a folder of its own; the test's cleanup ends it.
func Start(t testing.TB, o Options) *App {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	dir := t.TempDir()
	db, err := sqlite.Open(ctx, filepath.Join(dir, "weft.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	a := &App{Store: db, Current: &model.Current{}, checkers: map[int64]*checker{}}
	if o.Wrap != nil {
		a.Store = o.Wrap(db)
	}
	if err := a.build(ctx, dir, o); err != nil {
		t.Fatal(err)
	}
	a.Renewer.Start()
	a.Server = httptest.NewServer(a.API)
	a.URL = a.Server.URL
	t.Cleanup(func() {
		a.API.Drain()
		a.Server.Close()
		a.Renewer.Stop()
		if err := errors.Join(a.Transfer.Close(), a.API.Close(), a.Files.Close()); err != nil {
			t.Error(err)
		}
	})
	a.Client = a.Server.Client()
	if !o.Unchecked {
		a.Client = &http.Client{Transport: &checkedTransport{app: a, t: t, next: a.Server.Client().Transport}}
	}
	a.prepare(ctx, t, o)
	return a
}

// build puts the rooms together, from the ground up.
func (a *App) build(ctx context.Context, dir string, o Options) error {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Zone == nil {
		o.Zone = time.FixedZone("Asia/Shanghai", 8*60*60)
	}
	a.Builder = builder.New(builder.Options{Store: a.Store, Current: a.Current, Collections: Collections, Now: o.Now})
	if err := a.Builder.Load(ctx); err != nil {
		return err
	}
	a.Access = access.New(access.Options{Store: a.Store, Current: a.Current, Now: o.Now, Zone: o.Zone})
	a.Files = files.New(files.Options{Store: a.Store, Dir: filepath.Join(dir, "files"), Now: o.Now})
	a.Records = record.New(record.Options{
		Store: a.Store, Current: a.Current, Authority: a.Access, Files: a.Files, Now: o.Now, Zone: o.Zone,
	})
	a.Renewer = record.NewRenewer(a.Records, nil)
	a.Transfer = transfer.New(transfer.Options{
		Store: a.Store, Records: a.Records, Access: a.Access, Current: a.Current, Now: o.Now, Zone: o.Zone,
		Dir: filepath.Join(dir, "imports"),
	})
	a.Live = live.New(live.Options{Store: a.Store, Records: a.Records, Authority: a.Access, Current: a.Current})
	if _, _, err := a.Access.EnsureAdmin(ctx, AdminPassword); err != nil {
		return err
	}
	shelf := gallery.New(gallery.Options{
		Templates: templates.FS, Builder: a.Builder, Transfer: a.Transfer,
		Load: func(ctx context.Context, by *access.Actor, entity string, rows []map[string]any) (int, error) {
			l := &templates.Loader{Records: a.Records, Files: a.Files, By: by, At: o.Now(), Zone: o.Zone}
			return l.Load(ctx, entity, rows)
		},
	})
	var err error
	a.API, err = api.New(api.Options{
		Store: a.Store, Current: a.Current, Records: a.Records, Access: a.Access, Files: a.Files,
		Transfer: a.Transfer, Live: a.Live, Gallery: shelf,
		Builder: func(r *mux.Router) {
			a.Builder.Routes(r, builder.Deps{Caller: api.Caller, Problem: api.WriteProblem})
		}, MaxUpload: o.MaxUpload,
		Version: "test", Logger: slog.New(slog.DiscardHandler),
	})
	return err
}

// Collections are the collections of every room.
func Collections(m *model.Model) []store.Collection {
	list := record.Collections(m)
	list = append(list, access.Collections()...)
	list = append(list, files.Collections()...)
	list = append(list, transfer.Collections()...)
	return append(list, builder.Collections()...)
}

// prepare signs admin in and publishes what the test wants.
func (a *App) prepare(ctx context.Context, t testing.TB, o Options) {
	t.Helper()
	a.Admin = a.Token(t, "admin")
	for _, name := range o.Install {
		a.Do(t, a.Admin, "POST", "/templates/"+name+"/install",
			map[string]any{"confirmRoles": true, "sampleData": o.SampleData}).Want(t, http.StatusOK)
	}
	if len(o.Definitions) == 0 {
		return
	}
	set := a.Current.Model().Set.Clone()
	for _, text := range o.Definitions {
		d, problems := schemas.Decode([]byte(text))
		if len(problems) > 0 {
			t.Fatalf("definition: %v\n%s", problems, text)
		}
		set.Add(d)
	}
	if _, err := a.Builder.Publish(ctx, "admin", set); err != nil {
		t.Fatal(err)
	}
}
