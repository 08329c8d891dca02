package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"weft/runtime/job"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/request"
	"weft/runtime/store"
)

// Submission is what a visitor sends.
type Submission struct {
	Token  string
	Values map[string]any // wire form, by field, with the members of Bait
	Body   string         // as it arrived
	// Key is the Idempotency-Key, "" for none.
	Key     string
	Network netip.Prefix
	Agent   string
	Lang    string // of problems: zh-CN or en
}

// Receipt is what a visitor is told.
type Receipt struct {
	// Number is that of the record when it has a running number, else that of the
	// submission.
	Number string
	// Made is false while the record is still to be made.
	Made bool
}

// perMinute is how many submissions one network may send to one form by default.
const perMinute = 120

// Submit keeps a submission and makes its record. Errors: not_found for a token
// without a form, rate, conflict for a key that was used with another body, invalid
// and the others of a create: then no record follows. When the record cannot be
// made right now, the receipt says so and it is made later.
func (s *Service) Submit(ctx context.Context, in Submission) (*Receipt, error) {
	l, p, err := s.open(ctx, in.Token)
	if err != nil {
		return nil, err
	}
	if err := s.limit(p, in.Network); err != nil {
		return nil, err
	}
	if problems := p.unknown(in.Values); len(problems) > 0 {
		return nil, problem.Of(problem.Invalid, problems...)
	}
	kept, err := s.keep(ctx, l, in)
	if err != nil {
		return nil, err
	}
	done, err := s.finish(ctx, kept)
	switch {
	case final(err):
		return nil, err
	case err != nil:
		s.o.Logger.Warn("a submission is finished later", "form", l.Form, "payload", kept.ID, "error", err)
		done = kept
	}
	number, err := s.number(ctx, done)
	if err != nil {
		return nil, err
	}
	return &Receipt{Number: number, Made: done.State == Done}, nil
}

// limit counts a submission against the limit of its network at the form.
func (s *Service) limit(p publicForm, from netip.Prefix) error {
	n := p.PublicForm.Form.Public.PerMinute
	if n == 0 {
		n = perMinute
	}
	if !s.allow(sender{from, p.PublicForm.Form.Key}, n) {
		return tooMany(n)
	}
	return nil
}

// allow counts a call of a sender who may make so many a minute.
func (s *Service) allow(from sender, perMinute int) bool {
	limiter, _ := s.limiters.LoadOrStore(perMinute, &request.Limiter[sender]{Burst: float64(perMinute), PerSecond: float64(perMinute) / 60, MaxKeys: maxSenders})
	return limiter.(*request.Limiter[sender]).Allow(from, s.o.Now())
}

func tooMany(perMinute int) error {
	return &problem.Error{Code: problem.Rate, Key: "too_many_submissions", RetryAfter: time.Minute / time.Duration(perMinute)}
}

// unknown reports fields that visitors do not fill in.
func (p publicForm) unknown(values map[string]any) []problem.Field {
	var problems []problem.Field
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if !strings.HasPrefix(key, "_") && find(slices.Concat(p.Shown, p.Hidden), key) == nil {
			problems = append(problems, problem.At(problem.Pointer(key), "unknown_field", "field", key))
		}
	}
	return problems
}

// keep stores a submission together with the job that finishes it should this
// process not. A repeated one is found instead.
func (s *Service) keep(ctx context.Context, l *Link, in Submission) (*Payload, error) {
	p := &Payload{
		ID: payloadID(in), Form: l.Form, Token: l.Token, At: query.FormatInstant(s.o.Now()),
		Network: in.Network.String(), Agent: truncated(in.Agent, 300), Lang: in.Lang, Body: in.Body,
		Digest: digest(l.Token, in.Body), Prefill: l.Prefill, State: Received,
		Record: uuid.Must(uuid.NewV7()).String(),
	}
	var err error
	if p.Suspicion, err = s.suspicion(ctx, p, in); err != nil {
		return nil, err
	}
	finish, err := job.InsertOp(job.New{Kind: JobKind, ID: jobID(p.ID), Due: s.o.Now().Add(finishAfter), Payload: p.ID}, s.o.Now())
	if err != nil {
		return nil, err
	}
	switch err := payloads.Save(ctx, s.o.Store, p, finish); {
	case in.Key != "" && store.LostRace(err):
		return s.repeated(ctx, p)
	case err != nil:
		return nil, read.StoreProblem(err)
	}
	return p, nil
}

// finishAfter is how long after a submission a job looks whether its record was made.
const finishAfter = 20 * time.Second

// truncated keeps at most n bytes of valid text.
func truncated(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "")
}

func jobID(payload string) string { return "payload-" + payload }

// repeated finds the payload that was sent under the same key before.
func (s *Service) repeated(ctx context.Context, again *Payload) (*Payload, error) {
	first, err := payloads.Get(ctx, s.o.Store, again.ID)
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	if first.Digest != again.Digest {
		return nil, problem.New(problem.Conflict, "idempotency_mismatch", nil)
	}
	return &first, nil
}

// payloadID is made of the sender's key, where there is one: the second payload
// with that key of the same form has the same id.
func payloadID(in Submission) string {
	if in.Key != "" {
		return uuid.NewSHA1(uuid.NameSpaceOID, []byte(in.Token+"\x00"+in.Key)).String()
	}
	return uuid.Must(uuid.NewV7()).String()
}

func digest(token, body string) string {
	sum := sha256.Sum256([]byte(token + "\x00" + body))
	return hex.EncodeToString(sum[:16])
}

// final tells whether an error is about the submission itself, so that no later
// attempt would fare better.
func final(err error) bool {
	p := problem.As(err)
	if p == nil {
		return false
	}
	switch p.Code {
	case problem.Unavailable, problem.OutcomeUnknown, problem.StorageFull, problem.Internal, problem.Rate, problem.Unauthenticated:
		return false
	}
	return !errors.Is(err, context.Canceled)
}
