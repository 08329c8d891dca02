package intake

import (
	"context"
	"errors"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// PayloadQuery selects payloads; empty members select all.
type PayloadQuery struct {
	Form   string
	State  State
	Cursor string // id of the last payload of the page before
}

// payloadPage is how many payloads a page holds.
const payloadPage = 50

// Payloads lists kept payloads, the youngest first, and the cursor of the next page,
// "" at the end. It is for administrators: bodies are shown as they arrived.
func (s *Service) Payloads(ctx context.Context, q PayloadQuery) (list []Payload, cursor string, err error) {
	where := query.All{}
	if q.Form != "" {
		where = append(where, query.Cmp{Path: payloadForm, Op: query.Eq, Value: q.Form})
	}
	if q.State != "" {
		where = append(where, query.Cmp{Path: payloadState, Op: query.Eq, Value: string(q.State)})
	}
	find := store.Find{Where: where, Sort: []query.SortTerm{{Path: payloadAt, Desc: true}}, IDDesc: true, Limit: payloadPage + 1}
	if q.Cursor != "" {
		last, err := payloads.Get(ctx, s.o.Store, q.Cursor)
		if errors.Is(err, store.ErrNotFound) {
			return nil, "", problem.Of(problem.Invalid, problem.At("/cursor", "cursor"))
		}
		if err != nil {
			return nil, "", read.StoreProblem(err)
		}
		find.After = &store.Position{Values: []any{last.At}, ID: last.ID}
	}
	if list, err = payloads.Find(ctx, s.o.Store, find); err != nil {
		return nil, "", read.StoreProblem(err)
	}
	if len(list) > payloadPage {
		list = list[:payloadPage]
		cursor = list[payloadPage-1].ID
	}
	return list, cursor, nil
}

// Replay makes the record of a payload that was refused, after its form or what it
// met was mended. A payload that is done stays as it is. Errors: not_found, and
// those of Submit.
// The call of a webhook starts what listens to it now; decode reads its body.
func (s *Service) Replay(ctx context.Context, id string, decode func(raw string) (any, error)) (*Payload, error) {
	p, err := payloads.Get(ctx, s.o.Store, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, problem.New(problem.NotFound, "", nil)
	}
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	if p.Webhook {
		body, err := decode(p.Body)
		if err != nil {
			return nil, err
		}
		return s.replayWebhook(ctx, &p, body)
	}
	if p.State == Refused {
		p.State, p.Problem = Received, nil
	}
	done, err := s.finish(ctx, &p)
	if err != nil {
		return nil, err
	}
	return done, nil
}
