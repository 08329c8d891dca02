package trigger

import (
	"context"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/schemas"
)

// Webhook is a call of /hooks/{token} as triggers see it.
type Webhook struct {
	Token string
	// Body is the decoded payload, which steps read as input.
	Body any
	// Entity and Record name the record that was made or changed of the payload; ""
	// for none. The operations belong into the commit of that change.
	Entity, Record string
}

// HasWebhook tells whether a trigger listens to a token.
func (s *Service) HasWebhook(token string) bool {
	return len(s.webhooks(Webhook{Token: token}, true)) > 0
}

// webhooks are the triggers of a token, in their order: those of the entity of the
// record, and those that ask for no record.
func (s *Service) webhooks(w Webhook, any bool) []*model.Trigger {
	var list []*model.Trigger
	for _, t := range s.o.Current.Model().Ordered() {
		on := t.Def.On
		if on.Event != schemas.EventWebhook || on.Token != w.Token || !t.Def.IsEnabled() {
			continue
		}
		about := t.Entity != nil && w.Record != "" && t.Entity.Key == w.Entity
		if any || about || !t.UsesRecord {
			list = append(list, t)
		}
	}
	return list
}

// WebhookOps start the triggers of a webhook; what the sender gets to see is none of
// it. The runs act as weft itself, or as the role that their trigger names. There are
// none when nobody listens.
func (s *Service) WebhookOps(_ context.Context, w Webhook) ([]store.Op, error) {
	m := s.o.Current.Model()
	var list []*Run
	for _, t := range s.webhooks(w, false) {
		r := newRun(m, t, origin{call: record.Call{Actor: access.System()}, event: schemas.EventWebhook, at: s.now()})
		r.Input = w.Body
		if t.Entity != nil && t.Entity.Key == w.Entity {
			r.Record = w.Record
		} else {
			r.Entity = ""
		}
		list = append(list, r)
	}
	return startOps(list, s.now())
}
