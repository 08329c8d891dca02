package builder

import (
	"context"
	"errors"
	"fmt"
	"time"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/schemas"
)

// Version is one published set of definitions. It is never changed.
type Version struct {
	ID      string    `json:"id"`
	Rev     int64     `json:"rev"`
	Version int64     `json:"version"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	// Cause says how it came about: publish, install, confirm or rollback.
	Cause string `json:"cause"`
	// Of is the package, draft or version that the cause refers to.
	Of string `json:"of,omitempty"`
	// Changes are the definitions that differ from the version before.
	Changes []Change `json:"changes"`
	Note    string   `json:"note,omitempty"`
	// Conversions report what was converted, as it was found before publishing.
	Conversions []ConversionReport `json:"conversions,omitempty"`
}

// Change is one definition that was added, changed or removed, or that waits for
// packages and is now in force or no longer.
type Change struct {
	Kind schemas.Kind `json:"kind"`
	Key  string       `json:"key"`
	Op   string       `json:"op"` // added, changed, removed, in_force, out_of_force
}

// definitionRow is the document of a version's definitions.
type definitionRow struct {
	ID  string       `json:"id"`
	Rev int64        `json:"rev"`
	Set *schemas.Set `json:"set"`
	// Retained are fields whose values are out of sight; see evolution.
	Retained retainedFields `json:"retained,omitempty"`
}

// Versions lists published versions, newest first, at most limit of those
// older than before; before 0 starts with the newest.
func (b *Builder) Versions(ctx context.Context, before int64, limit int) ([]Version, error) {
	find := store.Find{IDDesc: true, Limit: limit}
	if before > 0 {
		find.After = &store.Position{ID: model.VersionID(before)}
	}
	list, err := versions.Find(ctx, b.store, find)
	if err != nil {
		return nil, fmt.Errorf("builder: %w", err)
	}
	return list, nil
}

// Definitions gives the set of a published version; problem not_found when
// there is none.
func (b *Builder) Definitions(ctx context.Context, version int64) (*schemas.Set, error) {
	v, err := definitions.Get(ctx, b.store, model.VersionID(version))
	if errors.Is(err, store.ErrNotFound) {
		return nil, problem.New(problem.NotFound, "no_such_version", map[string]any{"version": version})
	}
	if err != nil {
		return nil, fmt.Errorf("builder: %w", err)
	}
	if v.Set == nil {
		v.Set = &schemas.Set{}
	}
	return v.Set, nil
}

// newest is the newest published version; Version 0 when there is none.
func (b *Builder) newest(ctx context.Context) (Version, error) {
	list, err := b.Versions(ctx, 0, 1)
	if err != nil || len(list) == 0 {
		return Version{}, err
	}
	return list[0], nil
}

// Recomputing tells, by entity, the progress of the recomputation of present
// records after a publishing; it is empty when all are up to date.
func (b *Builder) Recomputing(ctx context.Context) ([]record.RecomputationProgress, error) {
	list, err := record.PendingRecomputations(ctx, b.store)
	if err != nil {
		return nil, fmt.Errorf("builder: %w", err)
	}
	return list, nil
}

// PendingIndexes lists the indexes that a publishing waits for in this process; none
// where the store builds them within its own write.
func (b *Builder) PendingIndexes() []store.IndexBuild {
	if s, ok := b.store.(store.IndexBuilder); ok {
		return s.PendingIndexes()
	}
	return []store.IndexBuild{}
}
