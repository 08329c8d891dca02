// Package intake takes records from people and systems without a login: public
// forms behind links. What arrives is kept as a payload before anything else is
// done with it; the record follows through the one write path, at once or, when
// that is interrupted, by a job. So nothing that was answered is lost, and nothing
// becomes two records.
package intake

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"weft/runtime/access"
	"weft/runtime/job"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/store"
)

// Records is the write path as this package calls it.
type Records interface {
	Apply(ctx context.Context, c record.Call, ops []record.Operation) ([]record.Result, error)
}

// Options of a Service. All but Webhooks and Logger must be given.
type Options struct {
	Store     store.Store
	Current   *model.Current
	Records   Records
	Authority access.Authority
	// Webhooks may be nil: then there are none.
	Webhooks Webhooks
	// Committed is told of commits that may hold jobs.
	Committed func(*store.Batch)
	Now       func() time.Time
	Logger    *slog.Logger // nil discards
}

// Service takes submissions. It is safe for concurrent use.
type Service struct {
	o        Options
	limiters sync.Map // *request.Limiter[sender], by submissions a minute
}

// sender is who a limit counts for: a client's network at one form.
type sender struct {
	network netip.Prefix
	form    string
}

// maxSenders is how many senders are remembered at once.
const maxSenders = 100_000

// New makes a Service.
func New(o Options) *Service {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Service{o: o}
}

// Collections lists the collections of this package.
func Collections() []store.Collection {
	return []store.Collection{
		{Name: LinkCollection, Unwatched: true, Indexes: []store.Index{{Name: "form", Keys: []store.IndexKey{{Path: linkForm}}}}},
		payloadCollection(),
	}
}

// JobKind is the kind of the jobs that finish payloads; see Service.Finish.
const JobKind = "payload"

// Kind is the kind of job that a queue must know so that payloads are finished
// which a stopped process left behind.
func (s *Service) Kind() job.Kind {
	return job.Kind{Name: JobKind, Run: s.finishJob}
}

func noSuchForm() error { return problem.New(problem.NotFound, "no_such_form", nil) }
