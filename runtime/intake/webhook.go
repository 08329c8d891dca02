package intake

import (
	"context"
	"net/netip"
	"strings"

	"github.com/google/uuid"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// Webhooks starts what listens to inbound webhooks; triggers do.
type Webhooks interface {
	HasWebhook(token string) bool
	// StartOps gives the operations that start what listens to a token, with the
	// decoded body.
	StartOps(ctx context.Context, token string, body any) ([]store.Op, error)
}

// WebhookCall is what another system sends.
type WebhookCall struct {
	Token string
	Raw   string // the body as it arrived
	Body  any    // decoded: JSON, or the fields of a form by name
	// Key is the Idempotency-Key, "" for none.
	Key     string
	Network netip.Prefix
	Agent   string
}

// webhookPerMinute is how many calls one network may make to one webhook.
const webhookPerMinute = 600

// Webhook keeps a call and starts what listens to it, in one commit; a call that is
// repeated under its key starts nothing again. It gives the number of the payload.
// Errors: not_found when nobody listens, rate, conflict for a key that was used with
// another body.
func (s *Service) Webhook(ctx context.Context, in WebhookCall) (number string, err error) {
	if s.o.Webhooks == nil || !s.o.Webhooks.HasWebhook(in.Token) {
		return "", problem.New(problem.NotFound, "no_such_webhook", nil)
	}
	if !s.allow(sender{in.Network, "webhook " + in.Token}, webhookPerMinute) {
		return "", tooMany(webhookPerMinute)
	}
	p := &Payload{
		ID: payloadID(Submission{Token: in.Token, Key: in.Key}), Webhook: true, Token: in.Token, At: query.FormatInstant(s.o.Now()),
		Network: in.Network.String(), Agent: truncated(in.Agent, 300), Body: in.Raw, Digest: digest(in.Token, in.Raw), State: Done,
	}
	ops, err := s.o.Webhooks.StartOps(ctx, in.Token, in.Body)
	if err != nil {
		return "", err
	}
	number = strings.ToUpper(p.ID[len(p.ID)-8:])
	err = payloads.Save(ctx, s.o.Store, p, ops...)
	switch {
	case in.Key != "" && store.LostRace(err):
		_, err := s.repeated(ctx, p)
		return number, err
	case err != nil:
		return "", read.StoreProblem(err)
	}
	s.o.Committed(&store.Batch{Ops: ops})
	return number, nil
}

// replayWebhook starts what listens to the token now, with the body that was kept.
func (s *Service) replayWebhook(ctx context.Context, p *Payload, body any) (*Payload, error) {
	ops, err := s.o.Webhooks.StartOps(ctx, p.Token, body)
	if err != nil {
		return nil, err
	}
	again := *p
	again.ID, again.Rev = uuid.Must(uuid.NewV7()).String(), 0
	again.At = query.FormatInstant(s.o.Now())
	if err := payloads.Save(ctx, s.o.Store, &again, ops...); err != nil {
		return nil, read.StoreProblem(err)
	}
	s.o.Committed(&store.Batch{Ops: ops})
	return &again, nil
}
