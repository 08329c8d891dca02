package record

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// recomputationJob is a row of RecomputationCollection: records of Entity that are to be
// brought up to date, all of them after a publishing (Version), or those whose
// reference Via names the record Target, which was changed. The rows are gone
// through in the order of their ids, and each batch moves After on in its own
// commit: a job that was cut off goes on where it was.
type recomputationJob struct {
	ID      string `json:"id"`
	Rev     int64  `json:"rev"`
	At      string `json:"at"`
	Entity  string `json:"entity"`
	Version int64  `json:"version,omitempty"`
	// Settings is the least revision of the organisation's settings to work with.
	Settings int64 `json:"settings,omitempty"`
	// Text wants sort keys and search tokens derived anew.
	Text   bool   `json:"text,omitempty"`
	Via    string `json:"via,omitempty"`
	Target string `json:"target,omitempty"`
	// By, Source, Cause and Depth are those of the change that caused the job.
	// Jobs of versions before 2026-12 call the source Door.
	By     string `json:"by,omitempty"`
	Source Source `json:"source,omitempty"`
	Door   Source `json:"door,omitempty"`
	Cause  string `json:"cause,omitempty"`
	Depth  int    `json:"depth,omitempty"`
	// Silent jobs leave no history and have no effects.
	Silent bool `json:"silent,omitempty"`
	// Convert are conversions of fields whose type has changed, the oldest first.
	Convert []model.Conversion `json:"convert,omitempty"`
	// Unfit counts values that did not fit their new type and are out of sight.
	Unfit int64 `json:"unfit,omitempty"`
	// After is the last record that is done, Until the last one there was when
	// the work began: younger ones were made under the new definitions.
	After string `json:"after,omitempty"`
	Until string `json:"until,omitempty"`
	Done  int64  `json:"done"`
	Total int64  `json:"total"`
	// Skipped counts records that could not be computed and stay as they are.
	Skipped int64 `json:"skipped,omitempty"`
}

var recomputationTable = table.New(RecomputationCollection, func(j *recomputationJob) (*string, *int64) { return &j.ID, &j.Rev })

// insert is the operation that leaves a new job.
func (j recomputationJob) insert(at time.Time) (store.Op, error) {
	j.ID, j.At = newID(), query.FormatInstant(at)
	return recomputationTable.Put(j)
}

// key names what a job is about.
func (j recomputationJob) key() string { return j.Entity + "." + j.Via + ":" + j.Target }

// where finds the records of the job.
func (j recomputationJob) where(e *model.Entity) query.Expr {
	if f := e.ByKey[j.Via]; f != nil {
		return whereRefersTo(f, j.Target)
	}
	return nil
}

// maxJobsAtOnce is how many waiting jobs are looked at together.
const maxJobsAtOnce = 1000

// recomputationJobs reads waiting jobs, the oldest first.
func recomputationJobs(ctx context.Context, from store.Reader) ([]recomputationJob, error) {
	jobs, err := recomputationTable.Find(ctx, from, store.Find{Limit: maxJobsAtOnce})
	if err != nil {
		return nil, fmt.Errorf("record: recomputations: %w", err)
	}
	return jobs, nil
}

// RecomputationOps are committed with the version that replaces old by now: they
// insert a job for every entity whose records must be recomputed, or have fields
// to convert.
func RecomputationOps(old, now *model.Model, convert map[string][]model.Conversion, at time.Time) ([]store.Op, error) {
	jobs := map[string]recomputationJob{}
	for _, r := range model.Recomputations(old, now) {
		jobs[r.Entity.Key] = recomputationJob{Text: r.Text}
	}
	for entity, conversions := range convert {
		j := jobs[entity]
		j.Convert = conversions
		jobs[entity] = j
	}
	ops := make([]store.Op, 0, len(jobs))
	for _, entity := range slices.Sorted(maps.Keys(jobs)) {
		j := jobs[entity]
		j.Entity, j.Version, j.Silent = entity, now.Version, true
		op, err := j.insert(at)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return ops, nil
}

// RecomputationProgress is the progress of the recomputation of one entity after a publishing.
type RecomputationProgress struct {
	Entity string `json:"entity"`
	// Done of Total records are up to date, counted once for every publishing
	// that they still must follow; Skipped could not be computed and stay as they were.
	Done    int64 `json:"done"`
	Total   int64 `json:"total"`
	Skipped int64 `json:"skipped,omitempty"`
	// Unfit values did not fit the new type of their field and are out of sight.
	Unfit int64 `json:"unfit,omitempty"`
}

// PendingRecomputations tells which entities have records that do not follow the
// published definitions yet. It is empty when all do.
func PendingRecomputations(ctx context.Context, from store.Reader) ([]RecomputationProgress, error) {
	jobs, err := recomputationJobs(ctx, from)
	if err != nil {
		return nil, err
	}
	out := []RecomputationProgress{}
	at := map[string]int{}
	for _, j := range jobs {
		if j.Via != "" {
			continue
		}
		r := RecomputationProgress{Entity: j.Entity, Done: j.Done, Total: j.Total, Skipped: j.Skipped, Unfit: j.Unfit}
		if j.Until == "" {
			if r.Total, err = from.Count(ctx, j.Entity, nil, 0); err != nil {
				return nil, fmt.Errorf("record: recomputation of %s: %w", j.Entity, err)
			}
		}
		if i, have := at[j.Entity]; have {
			out[i].Done, out[i].Total, out[i].Skipped, out[i].Unfit = out[i].Done+r.Done, out[i].Total+r.Total, out[i].Skipped+r.Skipped, out[i].Unfit+r.Unfit
			continue
		}
		at[j.Entity] = len(out)
		out = append(out, r)
	}
	return out, nil
}

// PendingConversions are the fields, by entity, of which records still hold
// values of their former type.
func PendingConversions(ctx context.Context, from store.Reader) (map[string]map[string]bool, error) {
	jobs, err := recomputationJobs(ctx, from)
	if err != nil {
		return nil, err
	}
	out := map[string]map[string]bool{}
	for _, j := range jobs {
		for _, c := range j.Convert {
			if out[j.Entity] == nil {
				out[j.Entity] = map[string]bool{}
			}
			out[j.Entity][c.Field] = true
		}
	}
	return out, nil
}

// CalendarOps are committed with revision rev of the organisation's settings, in which
// its working time or its zone is another one: they insert a job for every entity
// with clocks.
func CalendarOps(m *model.Model, rev int64, at time.Time) ([]store.Op, error) {
	var ops []store.Op
	for _, key := range slices.Sorted(maps.Keys(m.Entities)) {
		if len(m.Entities[key].Clocks) == 0 {
			continue
		}
		op, err := recomputationJob{Entity: key, Version: m.Version, Settings: rev, Silent: true}.insert(at)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return ops, nil
}
