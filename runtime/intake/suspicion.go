package intake

import (
	"context"
	"strings"
	"time"

	"weft/runtime/query"
	"weft/runtime/record/read"
)

// Bait are members of the values that are no fields. Honeypot is an input that the
// page hides: people leave it empty, programs that fill in everything do not.
// OpenedAt is when the page was opened, in RFC 3339.
const (
	Honeypot = "_website"
	OpenedAt = "_opened_at"
)

// What looks like spam: it is marked, never dropped.
const (
	filledHoneypot = "honeypot"
	tooFast        = "too_fast"       // filled in within fastest
	manyLinks      = "many_links"     // at least maxLinks web addresses
	sentBefore     = "repeated"       // the same body within recently
	manyFromOne    = "many_from_same" // more than maxRecent from one network within recently
)

const (
	fastest   = 2 * time.Second
	maxLinks  = 3
	recently  = 10 * time.Minute
	maxRecent = 20
)

// suspicion lists why a submission looks like spam.
func (s *Service) suspicion(ctx context.Context, p *Payload, in Submission) ([]string, error) {
	var found []string
	if text, _ := in.Values[Honeypot].(string); text != "" {
		found = append(found, filledHoneypot)
	}
	if opened, err := time.Parse(time.RFC3339, textOf(in.Values[OpenedAt])); err == nil {
		if age := s.o.Now().Sub(opened); age >= 0 && age < fastest {
			found = append(found, tooFast)
		}
	}
	if strings.Count(in.Body, "http://")+strings.Count(in.Body, "https://") >= maxLinks {
		found = append(found, manyLinks)
	}
	same, err := s.countRecent(ctx, payloadDigest, p.Digest, 1)
	if err != nil {
		return nil, err
	}
	if same > 0 && in.Key == "" {
		found = append(found, sentBefore)
	}
	near, err := s.countRecent(ctx, payloadNetwork, p.Network, maxRecent+1)
	if err != nil {
		return nil, err
	}
	if near > maxRecent {
		found = append(found, manyFromOne)
	}
	return found, nil
}

// countRecent counts the recent payloads with a value, at most limit.
func (s *Service) countRecent(ctx context.Context, path query.Path, value string, limit int) (int64, error) {
	since := query.FormatInstant(s.o.Now().Add(-recently))
	n, err := s.o.Store.Count(ctx, PayloadCollection, query.All{
		query.Cmp{Path: path, Op: query.Eq, Value: value},
		query.Cmp{Path: payloadAt, Op: query.Ge, Value: since},
	}, limit)
	return n, read.StoreProblem(err)
}

func textOf(v any) string {
	s, _ := v.(string)
	return s
}
