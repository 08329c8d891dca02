package main

import (
	"context"
	"errors"
	"fmt"

	"weft/runtime/store"
	"weft/runtime/store/lease"
	"weft/runtime/store/migrate"
)

type migrateCmd struct {
	From      string `help:"Where the data is: a data folder, mongodb://…, or mongodb for the one of --mongodb-uri." placeholder:"LOCATION" required:""`
	To        string `help:"Where it goes, an empty location of the same kinds." placeholder:"LOCATION" required:""`
	Files     string `help:"Where attachments go: a data folder, s3://KEY:SECRET@host/bucket/prefix, or s3 for the bucket of --s3-…; the data folder if left out." placeholder:"LOCATION"`
	FromFiles string `help:"Where attachments are; the data folder if left out." placeholder:"LOCATION"`

	TakeStorage bool `help:"Take over attachment storage that belongs to a third database, which must not be used any more."`
}

// Run copies everything and compares both sides. It may be cut off at any
// point and run again.
func (c *migrateCmd) Run(ctx context.Context, m *Main) (err error) {
	if m.cli.Server != "" {
		return usageError{errors.New("migrate works on stores that no server uses; it does not take --server")}
	}
	_, source, err := m.resolve(c.From)
	if err != nil {
		return fmt.Errorf("--from: %w", err)
	}
	_, target, err := m.resolve(c.To)
	if err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	if source == target {
		return usageError{errors.New("--from and --to are the same")}
	}
	if c.To == "mongodb" || isMongo(c.To) {
		if err := m.takeTargetFolder(); err != nil {
			return err
		}
	}
	from, err := c.openSource(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := m.openLocation(ctx, c.To, c.Files)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	v := &migration{m: m, from: from, to: to, take: c.TakeStorage}
	defer m.progressDone()
	report, err := v.run(ctx)
	if err != nil {
		return v.explain(err)
	}
	return report.print(m)
}

// takeTargetFolder takes the data folder that belongs to a target in MongoDB. A
// server would refuse one with an embedded database.
func (m *Main) takeTargetFolder() error {
	if hasDatabase(m.cli.Data) {
		return usageError{fmt.Errorf("the data folder %s holds an embedded database; give --data a folder of its own, for the files of the database in MongoDB", m.cli.Data)}
	}
	return m.takeFolder(false)
}

// finalError is one that a repeated command meets again until its cause is removed.
type finalError struct{ error }

// explain adds what happened to both sides.
func (v *migration) explain(err error) error {
	again := ", and the same command goes on where it stopped"
	var final finalError
	if errors.As(err, &final) {
		again = ""
	}
	return fmt.Errorf("%w; nothing was changed in %s%s", err, v.from.name, again)
}

// openSource opens what is copied from; nobody may be writing to it.
func (c *migrateCmd) openSource(ctx context.Context, m *Main) (*location, error) {
	if c.From != "mongodb" && !isMongo(c.From) && !hasDatabase(c.From) {
		return nil, fmt.Errorf("there is no database in %s", c.From)
	}
	p, err := m.openLocation(ctx, c.From, c.FromFiles)
	if err != nil {
		return nil, err
	}
	if p.leasesAtOpen, err = checkUnused(ctx, p.store, lease.Life); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", p.name, err), p.Close())
	}
	return p, nil
}

// migration is one run of a migration.
type migration struct {
	m        *Main
	from, to *location
	defs     []store.Collection
	loader   *migrate.Loader
	total    int  // documents that came over in this run
	take     bool // the storage, whichever database owns it
}

// run copies what is not there yet, compares, and mends what the source has
// changed since it was copied. Only a target that is equal becomes whole.
func (v *migration) run(ctx context.Context) (*migrationReport, error) {
	var err error
	if v.defs, err = migrate.Definitions(ctx, v.from.store, transientCollections()); err != nil {
		return nil, err
	}
	if len(v.defs) == 0 {
		return nil, finalError{errors.New("there are no records of weft")}
	}
	own := storageClaim{to: v.to, of: v.from, take: v.take}
	if _, err := own.check(ctx); err != nil {
		return nil, err
	}
	if v.loader, err = migrate.Begin(ctx, v.to.store, v.from.name, v.defs); err != nil {
		return nil, explainBegin(err)
	}
	err = v.loader.Copy(ctx, v.from.store, v.defs, func(collection string, n int) {
		v.total += n
		v.m.progress("%d documents copied, at %s", v.total, collection)
	})
	if err != nil {
		return nil, err
	}
	files, err := v.copyFiles(ctx)
	if err != nil {
		return nil, err
	}
	differences, err := v.compare(ctx)
	if err != nil {
		return nil, err
	}
	report := &migrationReport{From: v.from.name, To: v.to.name, Collections: differences, Files: *files}
	if !report.equal() {
		return report, nil
	}
	if err := v.from.checkStillUnused(ctx); err != nil {
		return nil, err
	}
	if report.Took, err = own.claim(ctx); err != nil {
		return nil, err
	}
	return report, v.loader.Finish(ctx)
}

// compare sums both sides up. Where they differ the source has been changed
// while it was copied: what is different is copied again, once.
func (v *migration) compare(ctx context.Context) ([]migrate.Difference, error) {
	v.m.progress("comparing both sides")
	list, err := migrate.Compare(ctx, v.from.store, v.to.store, v.defs)
	if err != nil {
		return nil, err
	}
	repaired := false
	for _, d := range list {
		if d.Equal() {
			continue
		}
		repaired = true
		if err := v.loader.Repair(ctx, v.from.store, d.Collection); err != nil {
			return nil, err
		}
	}
	if !repaired {
		return list, nil
	}
	return migrate.Compare(ctx, v.from.store, v.to.store, v.defs)
}

// explainBegin says what to do about a target that cannot be used.
func explainBegin(err error) error {
	var other *migrate.OtherSourceError
	var taken *migrate.NotEmptyError
	switch {
	case errors.As(err, &other):
		return finalError{fmt.Errorf("%w; finish that one, or give an empty target", err)}
	case errors.As(err, &taken):
		return finalError{fmt.Errorf("%w; give an empty data folder or a database that is not there yet", err)}
	}
	return err
}
