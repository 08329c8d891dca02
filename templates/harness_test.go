package templates_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"weft/builder"
	"weft/runtime/access"
	"weft/runtime/files"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/runtime/store/sqlite"
	"weft/runtime/transfer"
	"weft/templates"
)

// house is the whole engine on the real store, with one template installed.
type house struct {
	t       *testing.T
	store   store.Store
	current *model.Current
	builder *builder.Builder
	access  *access.Service
	files   *files.Service
	records *record.Service
	zone    *time.Location
	pack    *builder.Package
}

func newHouse(t *testing.T, template string) *house {
	t.Helper()
	ctx := t.Context()
	db, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "weft.db"), sqlite.Options{Synchronous: "OFF"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, store: db, current: &model.Current{}, zone: zone}
	h.builder = builder.New(builder.Options{Store: db, Current: h.current, Collections: collections})
	if err := h.builder.Load(ctx); err != nil {
		t.Fatal(err)
	}
	h.access = access.New(access.Options{Store: db, Current: h.current, Now: time.Now, Zone: zone})
	h.files = files.New(files.Options{Store: db, Dir: t.TempDir()})
	t.Cleanup(func() { _ = h.files.Close() })
	h.records = record.New(record.Options{Store: db, Current: h.current, Authority: h.access, Files: h.files, Now: time.Now, Zone: zone})
	h.install(template)
	return h
}

func collections(m *model.Model) []store.Collection {
	list := append(record.Collections(m), access.Collections()...)
	list = append(list, files.Collections()...)
	list = append(list, transfer.Collections()...)
	return append(list, builder.Collections()...)
}

func (h *house) install(template string) {
	h.t.Helper()
	dir, err := fs.Sub(templates.FS, template)
	if err != nil {
		h.t.Fatal(err)
	}
	pack, problems := builder.ReadPackage(dir)
	if len(problems) > 0 {
		h.t.Fatal(problem.Of(problem.Invalid, problems...))
	}
	h.pack = pack
	if _, err := h.builder.Install(h.t.Context(), "admin", pack, builder.InstallOptions{ConfirmRoles: true}); err != nil {
		h.t.Fatal(err)
	}
}

// admin is the administrator, who may everything.
func (h *house) admin() *access.Actor { return &access.Actor{Login: "admin", Admin: true} }

func (h *house) loadSamples() int {
	h.t.Helper()
	loader := &templates.Loader{Records: h.records, Files: h.files, By: h.admin(), At: time.Now(), Zone: h.zone}
	made := 0
	for _, s := range h.pack.Samples {
		n, err := loader.Load(h.t.Context(), s.Entity, s.Rows)
		if err != nil {
			h.t.Fatal(err)
		}
		made += n
	}
	return made
}

// rows aggregates as actor.
func (h *house) rows(a *access.Actor, entity, query string) []map[string]any {
	h.t.Helper()
	var q record.AggregateQuery
	if err := json.Unmarshal([]byte(query), &q); err != nil {
		h.t.Fatal(err)
	}
	raws, err := h.records.Aggregate(h.t.Context(), record.Call{Actor: a, Door: "api"}, entity, q)
	if err != nil {
		h.t.Fatal(err)
	}
	out := make([]map[string]any, len(raws))
	for i, raw := range raws {
		if err := json.Unmarshal(raw, &out[i]); err != nil {
			h.t.Fatal(err)
		}
	}
	return out
}

func (h *house) actor(login string) *access.Actor {
	h.t.Helper()
	a, err := h.access.ActorOf(context.WithoutCancel(h.t.Context()), login)
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}
