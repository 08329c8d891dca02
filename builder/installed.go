package builder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"weft/runtime/store"
	"weft/schemas"
)

// Installed is a package as it was installed: which definitions belong to it,
// and the files that are not definitions.
type Installed struct {
	ID      string    `json:"id"`
	Rev     int64     `json:"rev"`
	Version string    `json:"version"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	// Definitions holds the digest of each definition as the package had it, by
	// kind/key: a definition with another digest was changed here.
	Definitions map[string]string          `json:"definitions"`
	Mappings    map[string]json.RawMessage `json:"mappings,omitempty"`
	Scenarios   map[string]json.RawMessage `json:"scenarios,omitempty"`
	Samples     []savedSample              `json:"samples,omitempty"`
	Readme      string                     `json:"readme,omitempty"`
	// SampleData tells that the sample records were wanted: their role assignments
	// are made when they are confirmed.
	SampleData bool `json:"sample_data,omitempty"`
}

// savedSample is a Sample with its name.
type savedSample struct {
	Name string `json:"name"`
	Sample
}

// Packages lists the installed packages in the order of their keys.
func (b *Builder) Packages(ctx context.Context) ([]Installed, error) {
	list, err := packages.Find(ctx, b.store, store.Find{Limit: maxFiles})
	if err != nil {
		return nil, fmt.Errorf("builder: %w", err)
	}
	return list, nil
}

// installed finds a package; Rev 0 when it is not installed.
func (b *Builder) installed(ctx context.Context, key string) (Installed, error) {
	p, err := packages.Get(ctx, b.store, key)
	if errors.Is(err, store.ErrNotFound) {
		return Installed{}, nil
	}
	if err != nil {
		return Installed{}, fmt.Errorf("builder: %w", err)
	}
	return p, nil
}

// installedRow makes the row of a package that replaces before.
func (b *Builder) installedRow(by string, p *Package, before Installed, own *ownership, o InstallOptions) (store.Op, error) {
	row := Installed{
		ID: p.Manifest.Key, Rev: before.Rev, Version: p.Manifest.Version, By: by, At: b.now(),
		Definitions: map[string]string{}, Mappings: p.Mappings, Scenarios: p.Scenarios, Readme: p.Readme,
		SampleData: before.SampleData || o.SampleData,
	}
	for _, s := range p.Samples {
		row.Samples = append(row.Samples, savedSample{Name: s.Name, Sample: s})
	}
	for _, d := range p.Set.All() {
		sum, err := digest(d)
		if err != nil {
			return store.Op{}, err
		}
		if before.Definitions[name(d)] != "" || !o.keeps(d) && !own.belongs(name(d)) {
			row.Definitions[name(d)] = sum
		}
	}
	return packages.Put(row)
}

// Export gives an installed package with the current definitions and its other
// files; problem not_found when there is none.
func (b *Builder) Export(ctx context.Context, key string) (*Package, error) {
	row, err := b.installed(ctx, key)
	if err != nil {
		return nil, err
	}
	published := b.Published()
	manifest, ok := published.Get(schemas.KindTemplate, key)
	if row.Rev == 0 || !ok {
		return nil, noPackage(key)
	}
	waiting, err := b.withheldBy(ctx, key)
	if err != nil {
		return nil, err
	}
	p := &Package{
		Manifest: manifest.(*schemas.Template), Set: &schemas.Set{},
		Mappings: row.Mappings, Scenarios: row.Scenarios, Readme: row.Readme,
	}
	for _, s := range row.Samples {
		s.Sample.Name = s.Name
		p.Samples = append(p.Samples, s.Sample)
	}
	for _, d := range published.All() {
		if _, own := row.Definitions[name(d)]; own {
			p.Set.Add(d)
		}
	}
	for _, w := range waiting {
		p.Set.Add(w)
	}
	return p, nil
}
