// Package apptest starts the whole of weft in a test, with a store, all services
// and the HTTP API on a local listener, and sends requests to it.
package apptest

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"weft/cmd/internal/app"
	"weft/frontend"
	"weft/runtime/files"
	"weft/runtime/files/anyfiles"
	"weft/runtime/settings"
	"weft/runtime/store"
	"weft/runtime/store/storetest/anystore"
	"weft/schemas"
)

// AdminPassword is the password of the user admin.
const AdminPassword = "apitest-admin-1"

// Options of Start; the zero value is an empty weft.
type Options struct {
	// Install names shipped templates to install with confirmed roles.
	Install []string
	// SampleData adds their sample records.
	SampleData bool
	// Definitions are JSON documents to publish, of any kind.
	Definitions []string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// First are the organisation's settings; empty ones are settings.Defaults.
	First settings.Settings
	// Wrap wraps the store, for tests that inject faults.
	Wrap func(store.Store) store.Store
	// Storage keeps the bytes of attachments; nil means that of the environment.
	Storage files.Storage
	// ScriptRunner starts a runner of scripts; see scripttest.Command.
	ScriptRunner []string
	// Unchecked skips the check of answers against the OpenAPI document.
	Unchecked bool
	// MaxUpload is that of api.Options.
	MaxUpload int64
	// TrustedProxies and WriteQuota are those of api.Options.
	TrustedProxies []netip.Prefix
	WriteQuota     int64
	// Logger is that of api.Options; nil means nothing is logged.
	Logger *slog.Logger
	// EgressOpen is that of app.Options.
	EgressOpen []netip.Prefix
	// WebApp is that of api.Options.
	WebApp *frontend.App
}

// App is a running weft.
type App struct {
	URL string // http://127.0.0.1:…, without a slash at the end
	// Admin is the token of a session of the user admin.
	Admin string

	*app.App
	Server *httptest.Server
	Client *http.Client

	checking sync.Mutex
	checkers map[int64]*checker
}

// Start starts weft in a temporary folder and stops it when the test ends.
func Start(t testing.TB, o Options) *App {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	dir := t.TempDir()
	a := &App{checkers: map[int64]*checker{}}
	var err error
	if a.App, err = open(ctx, t, dir, o); err != nil {
		t.Fatal(err)
	}
	a.Server = httptest.NewServer(a.API)
	a.URL = a.Server.URL
	t.Cleanup(func() {
		a.API.Drain()
		a.Server.Close()
		if err := a.App.Close(); err != nil {
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

func open(ctx context.Context, t testing.TB, dir string, o Options) (*app.App, error) {
	t.Helper()
	h := app.Options{
		Store: anystore.Open(t), Now: o.Now, First: o.First,
		AdminPassword: AdminPassword, MaxUpload: o.MaxUpload, TrustedProxies: o.TrustedProxies, WriteQuota: o.WriteQuota, WebApp: o.WebApp, EgressOpen: o.EgressOpen, Version: "test", Logger: cmp.Or(o.Logger, slog.New(slog.DiscardHandler)),
		ScriptRunner: o.ScriptRunner,
	}
	if h.Storage = o.Storage; h.Storage == nil {
		h.Storage = anyfiles.Open(t)
	}
	if o.Wrap != nil {
		h.Store = o.Wrap(h.Store)
	}
	if h.Now == nil {
		h.Now = time.Now
	}
	return app.Open(ctx, h)
}

// prepare signs admin in and publishes the definitions of the options.
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
