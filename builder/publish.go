package builder

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/schemas"
)

// publication is what one publishing writes.
type publication struct {
	by, cause, of string
	set           *schemas.Set
	// force allows the removal of keys that no record uses.
	force bool
	// keep leaves values of removed fields and entities out of sight.
	keep bool
	// how says how fields are converted.
	how  Conversions
	note string
	// ops are committed together with the version.
	ops []store.Op
	// conversions are the reports of what is converted.
	conversions []ConversionReport
}

// Publish makes set the current definitions: it is compiled and compared with
// the published ones, its collections are created, the version is written, and
// only then the model is swapped; when a step fails, the old one stays. Jobs that
// recompute present records are part of the same commit, see record.Recomputer.
// It fails with problem invalid (all problems) or conflict (another publishing
// was faster). A set that changes nothing makes no version; the present number
// is returned.
func (b *Builder) Publish(ctx context.Context, by string, set *schemas.Set) (int64, error) {
	return b.publish(ctx, publication{by: by, cause: "publish", set: set})
}

// PublishForced is Publish that also takes away fields, choices and entities,
// and changes field types, where no record uses them.
func (b *Builder) PublishForced(ctx context.Context, by string, set *schemas.Set) (int64, error) {
	return b.publish(ctx, publication{by: by, cause: "publish", set: set, force: true})
}

func (b *Builder) publish(ctx context.Context, p publication) (int64, error) {
	ctx, unlock, err := b.lockPublishing(ctx)
	if err != nil {
		return 0, err
	}
	defer unlock()
	return b.publishLocked(ctx, p)
}

func (b *Builder) publishLocked(ctx context.Context, p publication) (int64, error) {
	newest, err := b.newest(ctx)
	if err != nil {
		return 0, err
	}
	if b.version() != newest.Version {
		return 0, b.supersededBy(ctx, newest.Version)
	}
	version := newest.Version + 1
	m, problems := model.Compile(p.set, version)
	var ev *evolution
	if len(problems) == 0 {
		if ev, problems, err = b.consequences(ctx, &p); err != nil {
			return 0, err
		}
	}
	if len(problems) > 0 {
		return 0, problem.Of(problem.Invalid, problems...)
	}
	changes, err := diff(b.Published(), p.set)
	if err != nil {
		return 0, err
	}
	if len(changes) == 0 && newest.Version > 0 && len(p.ops) == 0 && len(ev.conversions) == 0 {
		return newest.Version, nil
	}
	if err := b.ensure(ctx, m); err != nil {
		return 0, err
	}
	jobs, err := record.RecomputationOps(b.current.Model(), m, ev.byEntity(), b.now())
	if err != nil {
		return 0, err
	}
	p.ops = append(p.ops, jobs...)
	switch err := b.commit(ctx, p, version, changes, ev.retained); {
	case problem.CodeOf(err) == problem.Conflict:
		return 0, b.supersededBy(ctx, version)
	case err != nil:
		return 0, errors.Join(err, b.restoreIndexes(ctx))
	}
	b.current.Swap(m)
	return version, nil
}

// consequences finds what the set means for present records, and what of it is
// refused; the reports of conversions are noted in p.
func (b *Builder) consequences(ctx context.Context, p *publication) (*evolution, []problem.Field, error) {
	set := model.WithBuiltIn(p.set)
	ev, err := b.evolve(ctx, set, p.how)
	if err != nil {
		return nil, nil, err
	}
	problems := b.checkReplacements(set, p.how.Replace)
	if p.keep {
		ev.removals = slices.DeleteFunc(ev.removals, func(l removal) bool { return l.code == "entity_removed" || l.code == "field_removed" })
	}
	refused, err := b.removalProblems(ctx, ev.removals, p.force)
	if err != nil {
		return nil, nil, err
	}
	problems = append(problems, refused...)
	if p.conversions, err = b.reports(ctx, ev); err != nil {
		return nil, nil, err
	}
	for _, r := range p.conversions {
		if r.Unfit > 0 && !p.force {
			problems = append(problems, r.problem())
		}
	}
	written := model.Locator(p.set)
	for i := range problems {
		problems[i].Path = written(problems[i].Path)
	}
	return ev, problems, nil
}

// supersededBy loads the version that another publisher has written, so that a
// second attempt starts from there, and gives the problem for the first.
func (b *Builder) supersededBy(ctx context.Context, version int64) error {
	if err := b.load(ctx); err != nil {
		return err
	}
	return problem.New(problem.Conflict, "published_meanwhile", map[string]any{"version": version})
}

// ensure creates the collections of m. A unique index that present records
// violate is a problem of the definitions.
func (b *Builder) ensure(ctx context.Context, m *model.Model) error {
	err := b.store.Ensure(ctx, b.collections(m))
	if err == nil {
		return nil
	}
	var taken *store.UniqueError
	if errors.As(err, &taken) {
		f, failed := b.uniqueProblem(ctx, m, taken)
		if failed != nil {
			return errors.Join(failed, b.restoreIndexes(ctx))
		}
		err = problem.Of(problem.Invalid, f)
	}
	return errors.Join(err, b.restoreIndexes(ctx))
}

// uniqueAt is the path of the annotation behind a unique index.
func uniqueAt(e *model.Entity, index string) string {
	for _, u := range e.Unique {
		if u.Name == index && len(u.Fields) == 1 {
			return problem.Pointer(schemas.KindEntity, e.Key, "properties", u.Fields[0].Key, "x-unique")
		}
	}
	return problem.Pointer(schemas.KindEntity, e.Key, "x-unique")
}

// restoreIndexes creates the indexes of the current version again, after the
// publishing of another one has failed.
func (b *Builder) restoreIndexes(ctx context.Context) error {
	m := b.current.Model()
	if m == nil {
		return nil
	}
	if err := b.store.Ensure(context.WithoutCancel(ctx), b.collections(m)); err != nil {
		return fmt.Errorf("builder: indexes of version %d: %w", m.Version, err)
	}
	return nil
}

// commit writes the version with its definitions.
func (b *Builder) commit(ctx context.Context, p publication, version int64, changes []Change, retained retainedFields) error {
	id := model.VersionID(version)
	head, err := versions.Put(Version{
		ID: id, Version: version, By: p.by, At: b.now(), Cause: p.cause, Of: p.of, Note: p.note, Changes: changes, Conversions: p.conversions,
	})
	if err != nil {
		return err
	}
	content, err := definitions.Put(definitionRow{ID: id, Set: p.set, Retained: retained})
	if err != nil {
		return err
	}
	err = b.store.Commit(ctx, &store.Batch{Ops: append([]store.Op{head, content}, p.ops...)})
	if err != nil && store.LostRace(err) {
		return problem.New(problem.Conflict, "published_meanwhile", map[string]any{"version": version})
	}
	if err != nil {
		return fmt.Errorf("builder: version %d: %w", version, err)
	}
	return nil
}
