package record

import (
	"context"
	"time"

	"github.com/google/uuid"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/store"
)

// callContext is what every part of a changeset knows of its call: the actor's
// rights, the definitions, and the instant that counts as now.
type callContext struct {
	s      *Service
	call   Call
	model  *model.Model
	rights *access.Rights
	at     time.Time
	stamp  string // at in stored form
	// ids are given to new records before others are made up.
	ids    []string
	dryRun bool
	// base is the path of the record in the caller's input, "" for the whole.
	base string
	// silent changesets follow new definitions: what they compute is no event in
	// the life of a record, so it has no history, no effects and no author.
	silent bool
}

func (s *Service) newCallContext(ctx context.Context, c Call) (callContext, error) {
	rights, err := s.rights(ctx, c)
	if err != nil {
		return callContext{}, err
	}
	return s.callContextOf(c, rights), nil
}

func (s *Service) callContextOf(c Call, rights *access.Rights) callContext {
	at := s.now().UTC().Truncate(time.Millisecond)
	return callContext{s: s, call: c, model: rights.Model, rights: rights, at: at, stamp: query.FormatInstant(at)}
}

// now is the moment of the change in the organisation's time zone, which
// decides what day it is.
func (cc *callContext) now() time.Time { return cc.at.In(cc.s.zone()) }

// env is what relative values of rules stand for: the user and this moment.
func (cc *callContext) env() query.Env {
	env := cc.rights.Env
	env.Now, env.Zone = cc.at, cc.s.zone()
	return env
}

// expectVersion expects that no newer definitions were published: those would
// want other computed values, sort keys and tokens than this changeset has, and
// their recomputation may have passed its records already.
func (cc *callContext) expectVersion() store.Expect {
	return store.Expect{Collection: model.VersionCollection, ID: model.VersionID(cc.model.Version + 1)}
}

func (cc *callContext) nextID() string {
	if len(cc.ids) == 0 {
		return newID()
	}
	id := cc.ids[0]
	cc.ids = cc.ids[1:]
	return id
}

// newID makes a UUIDv7: ids sort by creation.
func newID() string {
	id, err := uuid.NewV7()
	if err != nil {
		panic("record: no randomness: " + err.Error()) // crypto/rand never fails on supported systems
	}
	return id.String()
}
