package intake

import (
	"encoding/json"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// PayloadCollection holds what arrived, as it arrived.
const PayloadCollection = "weft_payload"

// State says what became of a payload.
type State string

// The states of payloads.
const (
	Received State = "received" // its record is still to be made
	Done     State = "done"
	Refused  State = "refused" // no valid record: Problem says why
)

// Payload is one submission.
type Payload struct {
	ID  string `json:"id"` // UUIDv7, or made of the sender's Idempotency-Key
	Rev int64  `json:"rev"`
	// Webhook says that it came by an inbound webhook, whose token is Token.
	Webhook bool `json:"webhook,omitempty"`
	// Form is the key of the public form, Token that of its link.
	Form  string `json:"form"`
	Token string `json:"token"`
	At    string `json:"at"` // stored form of an instant
	// Network is the client's address or, for IPv6, its /64.
	Network string `json:"network"`
	Agent   string `json:"agent,omitempty"`
	Lang    string `json:"lang,omitempty"`
	Body    string `json:"body"` // JSON
	// Digest tells bodies apart.
	Digest  string         `json:"digest"`
	Prefill map[string]any `json:"prefill,omitempty"` // of the link
	State   State          `json:"state"`
	// Record is the id that the record has, or will have.
	Record string `json:"record"`
	// Suspicion lists why the payload looks like spam.
	Suspicion []string `json:"suspicion,omitempty"`
	// Problem is why the payload was refused; see keptProblem.
	Problem json.RawMessage `json:"problem,omitempty"`
}

var payloads = table.New(PayloadCollection, func(p *Payload) (*string, *int64) { return &p.ID, &p.Rev })

var (
	payloadDigest  = query.Path{Field: "digest", Kind: query.Key}
	payloadNetwork = query.Path{Field: "network", Kind: query.Key}
	payloadForm    = query.Path{Field: "form", Kind: query.Key}
	payloadState   = query.Path{Field: "state", Kind: query.Key}
	payloadAt      = query.Path{Field: "at", Kind: query.Instant}
)

func payloadCollection() store.Collection {
	at := store.IndexKey{Path: payloadAt, Desc: true}
	return store.Collection{
		Name: PayloadCollection, Unwatched: true,
		Kinds: map[string]query.Kind{"at": query.Instant},
		Indexes: []store.Index{
			{Name: "at", Keys: []store.IndexKey{at}},
			{Name: "digest", Keys: []store.IndexKey{{Path: payloadDigest}, at}},
			{Name: "network", Keys: []store.IndexKey{{Path: payloadNetwork}, at}},
			{Name: "form", Keys: []store.IndexKey{{Path: payloadForm}, at}},
		},
	}
}
