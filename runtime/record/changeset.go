package record

import (
	"context"
	"errors"
	"time"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// stampForm is the stored form of an instant: UTC with milliseconds.
const stampForm = "2006-01-02T15:04:05.000Z"

// changeset is one attempt at one change: every record that is changed with it, and
// every revision that it relied on. Nothing is written before its commit.
type changeset struct {
	s      *Service
	call   Call
	model  *model.Model
	rights *access.Rights
	at     time.Time
	stamp  string

	changes []*change
	index   map[docKey]*change
	// cached are documents that were only read; nil for what does not exist.
	cached map[docKey]*cachedDoc
	// relied are revisions that must still hold at the commit, 0 for absent.
	relied map[docKey]int64
	// ops are changes beside records and links of files: renewals.
	ops []store.Op
	// links are the files that were looked up, by id; nil for one that there is not.
	links    map[string]*fileLink
	numbers  numbers
	problems []problem.Field
	// refused is a problem that stands above field problems: guards, rights.
	refused  *problem.Error
	warnings []problem.Field
	deletion string
	reserved map[string]bool // records whose row in the bin is this change's own hold
	// referred are the references whose referrers were looked for, referrersLoaded how
	// many of them were taken into the unit.
	referred        map[referral]bool
	referrersLoaded int
	// commentStored says that the comment of a move became a field's value, of which
	// more is computed.
	commentStored bool
	// silent units follow new definitions: what they compute is no event in the
	// life of a record, so it has no history, no effects and no author.
	silent bool
	// ids are given to new records before others are made up.
	ids    []string
	dryRun bool
}

type cachedDoc struct {
	rev  int64
	body []byte
	doc  map[string]any // decoded on demand
}

func (s *Service) newChangeset(ctx context.Context, c Call, numbers numbers) (*changeset, error) {
	rights, err := s.rights(ctx, c)
	if err != nil {
		return nil, err
	}
	at := s.now().UTC().Truncate(time.Millisecond)
	return &changeset{
		s: s, call: c, model: rights.Model, rights: rights, at: at, stamp: at.Format(stampForm),
		index: map[docKey]*change{}, numbers: numbers,
	}, nil
}

// change is one record on its way through the door.
type change struct {
	entity *model.Entity
	id     string
	op     string // opCreate …; "" while it is only loaded
	// before is the record in the store, after the record as it will be; both
	// in stored form with system fields. before is nil on create and restore,
	// after nil on delete.
	before, after map[string]any
	rev           int64 // in the store, 0 for none
	path          string
	// direct items are written by the person: rights, hooks and guards ask.
	direct bool
	// touched items are written even when no field changed, so that their
	// revision guards what was computed from their children.
	touched bool
	// rederived items are written again for the sake of sort keys and search
	// tokens, under the revision they have.
	rederived bool
	// given are the fields that the person wrote.
	given map[string]bool
	// rowsBefore and rowsAfter are child row ids by field, where a set changed.
	rowsBefore, rowsAfter map[string][]any
	comment               string
	move                  *visitMove
	visits                []map[string]any // of a historical import, as they shall be
	removedVisits         []storedVisit    // removed with the record
	binRev                int64            // restore: revision of the row in the bin
	binVisits             []any            // restore: visits that come back
	beforeRestore         map[string]any   // restore: lists of files of which some are lost, as they were
	mergedInto            string
	merged                []string
	changed               []*model.Field // found by diff
}

// The operations of a Change.
const (
	opCreate  = "create"
	opUpdate  = "update"
	opDelete  = "delete"
	opRestore = "restore"
)

func (cs *changeset) add(ch *change) *change {
	cs.changes = append(cs.changes, ch)
	cs.index[docKey{ch.entity.Key, ch.id}] = ch
	return ch
}

func (cs *changeset) problem(path, code string, params ...any) {
	cs.problems = append(cs.problems, problem.At(path, code, params...))
}

// refuse keeps the first problem that is more than a field's.
func (cs *changeset) refuse(p *problem.Error) {
	if cs.refused == nil {
		cs.refused = p
		return
	}
	if cs.refused.Code == p.Code {
		cs.refused.Fields = append(cs.refused.Fields, p.Fields...)
	}
}

// err is what stands against the change so far: field problems first.
func (cs *changeset) err() error {
	if len(cs.problems) > 0 {
		sortProblems(cs.problems)
		return problem.Of(problem.Invalid, cs.problems...)
	}
	if cs.refused != nil {
		return cs.refused
	}
	return nil
}

// load brings a record into the unit; ErrNotFound of the store when there is none.
func (cs *changeset) load(ctx context.Context, e *model.Entity, id string) (*change, error) {
	if ch := cs.index[docKey{e.Key, id}]; ch != nil {
		if ch.after == nil {
			return nil, store.ErrNotFound
		}
		return ch, nil
	}
	d, err := cs.peek(ctx, docKey{e.Key, id})
	if err != nil {
		return nil, err
	}
	if d.body == nil {
		return nil, store.ErrNotFound
	}
	return cs.adopt(e, store.Doc{ID: id, Rev: d.rev, Body: d.body})
}

// adopt makes an item of a document that was read.
func (cs *changeset) adopt(e *model.Entity, d store.Doc) (*change, error) {
	if ch := cs.index[docKey{e.Key, d.ID}]; ch != nil {
		return ch, nil
	}
	before, err := read.Decode(d)
	if err != nil {
		return nil, err
	}
	return cs.add(&change{entity: e, id: d.ID, before: before, after: copyDoc(before), rev: d.Rev}), nil
}

func copyDoc(doc map[string]any) map[string]any {
	c := make(map[string]any, len(doc)+4)
	for k, v := range doc {
		c[k] = v
	}
	return c
}

// find reads a record as it will be after this unit; nil when there is none.
// Its revision becomes part of what the commit relies on when rely is set.
func (cs *changeset) find(ctx context.Context, collection, id string, rely bool) (map[string]any, error) {
	k := docKey{collection, id}
	if ch := cs.index[k]; ch != nil {
		if rely && ch.op == "" {
			cs.rely(k, ch.rev)
		}
		return ch.after, nil
	}
	d, err := cs.peek(ctx, k)
	if err != nil {
		return nil, err
	}
	if rely {
		cs.rely(k, d.rev)
	}
	if d.body == nil {
		return nil, nil
	}
	if d.doc == nil {
		if d.doc, err = read.Decode(store.Doc{ID: id, Rev: d.rev, Body: d.body}); err != nil {
			return nil, err
		}
	}
	return d.doc, nil
}

// peek reads a document once per unit; one that does not exist has no body.
func (cs *changeset) peek(ctx context.Context, k docKey) (*cachedDoc, error) {
	if d := cs.cached[k]; d != nil {
		return d, nil
	}
	d, err := cs.s.store.Get(ctx, k.collection, k.id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	seen := &cachedDoc{rev: d.Rev, body: d.Body}
	if cs.cached == nil {
		cs.cached = map[docKey]*cachedDoc{}
	}
	cs.cached[k] = seen
	return seen, nil
}

func (cs *changeset) rely(k docKey, rev int64) {
	if cs.relied == nil {
		cs.relied = map[docKey]int64{}
	}
	cs.relied[k] = rev
}

// matches tells whether a record matches a filter under the call's relative
// values; records across references are read, and relied on when rely is set.
func (cs *changeset) matches(ctx context.Context, f query.Filter, e *model.Entity, doc map[string]any, rely bool) (bool, error) {
	if f.IsZero() {
		return true, nil
	}
	x, ps := f.Bind(cs.env(), e, nil)
	if len(ps) > 0 {
		return false, problem.Of(problem.Internal, ps...)
	}
	var failed error
	ok := query.Matches(x, doc, func(collection, id string) map[string]any {
		far, err := cs.find(ctx, collection, id, rely)
		if err != nil {
			failed = err
		}
		return far
	})
	return ok, failed
}

// env is what relative values of rules stand for: the person and this moment.
func (cs *changeset) env() query.Env {
	env := cs.rights.Env
	env.Now, env.Zone = cs.at, cs.s.zone()
	return env
}
