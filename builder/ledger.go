package builder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"weft/runtime/problem"
	"weft/runtime/store"
	"weft/schemas"
)

// Installed is a package as it was installed: what belongs to it, and what
// came along with its definitions.
type Installed struct {
	ID      string    `json:"id"`
	Rev     int64     `json:"rev"`
	Version string    `json:"version"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	// Definitions holds the digest of each definition as the package had it,
	// by kind/key, so that local changes can be told from the package's own.
	Definitions map[string]string          `json:"definitions"`
	Mappings    map[string]json.RawMessage `json:"mappings,omitempty"`
	Scenarios   map[string]json.RawMessage `json:"scenarios,omitempty"`
	Samples     []savedSample              `json:"samples,omitempty"`
	Readme      string                     `json:"readme,omitempty"`
}

// savedSample is a Sample with its name.
type savedSample struct {
	Name string `json:"name"`
	Sample
}

// Packages lists the installed packages in the order of their keys.
func (b *Builder) Packages(ctx context.Context) ([]Installed, error) {
	docs, err := b.store.Find(ctx, packageCollection, store.Find{Limit: maxFiles})
	if err != nil {
		return nil, fmt.Errorf("builder: packages: %w", err)
	}
	list := make([]Installed, 0, len(docs))
	for _, d := range docs {
		p, err := read[Installed](d)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// installed finds a package; Rev 0 when it is not installed.
func (b *Builder) installed(ctx context.Context, key string) (Installed, error) {
	d, err := b.store.Get(ctx, packageCollection, key)
	if errors.Is(err, store.ErrNotFound) {
		return Installed{}, nil
	}
	if err != nil {
		return Installed{}, fmt.Errorf("builder: package %s: %w", key, err)
	}
	return read[Installed](d)
}

// ledger makes the entry of a package that is being installed.
func (b *Builder) ledger(by string, p *Package, before Installed) (store.Op, error) {
	entry := Installed{
		ID: p.Manifest.Key, Rev: before.Rev + 1, Version: p.Manifest.Version, By: by, At: b.now().UTC(),
		Definitions: map[string]string{}, Mappings: p.Mappings, Scenarios: p.Scenarios, Readme: p.Readme,
	}
	for _, s := range p.Samples {
		entry.Samples = append(entry.Samples, savedSample{Name: s.Name, Sample: s})
	}
	for _, d := range p.Set.All() {
		sum, err := digest(d)
		if err != nil {
			return store.Op{}, err
		}
		entry.Definitions[name(d)] = sum
	}
	saved, err := doc(entry.ID, entry.Rev, entry)
	if err != nil {
		return store.Op{}, err
	}
	return replaceOp(packageCollection, saved, before.Rev), nil
}

// replaceOp inserts d, or replaces it at the revision before.
func replaceOp(collection string, d store.Doc, before int64) store.Op {
	if before == 0 {
		return store.Op{Kind: store.Insert, Collection: collection, Doc: d}
	}
	return store.Op{Kind: store.Replace, Collection: collection, Doc: d, OldRev: before}
}

// Export gives an installed package with the definitions as they are now, and
// with what came along with it; problem not_found when there is none.
func (b *Builder) Export(ctx context.Context, key string) (*Package, error) {
	entry, err := b.installed(ctx, key)
	if err != nil {
		return nil, err
	}
	present := b.present()
	manifest, ok := present.Get(schemas.KindTemplate, key)
	if entry.Rev == 0 || !ok {
		return nil, problem.New(problem.NotFound, "no_such_package", map[string]any{"key": key})
	}
	withheld, err := b.withheldBy(ctx, key)
	if err != nil {
		return nil, err
	}
	p := &Package{
		Manifest: manifest.(*schemas.Template), Set: &schemas.Set{},
		Mappings: entry.Mappings, Scenarios: entry.Scenarios, Readme: entry.Readme,
	}
	for _, s := range entry.Samples {
		s.Sample.Name = s.Name
		p.Samples = append(p.Samples, s.Sample)
	}
	for _, d := range present.All() {
		if _, own := entry.Definitions[name(d)]; own {
			p.Set.Add(d)
		}
	}
	for _, w := range withheld {
		p.Set.Add(w)
	}
	return p, nil
}
