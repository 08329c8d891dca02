// Command client uses the API through the generated client, as a program of a
// user would.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/go-faster/jx"
	"github.com/google/uuid"
	ht "github.com/ogen-go/ogen/http"
	"github.com/ogen-go/ogen/ogenerrors"

	"weftclient/api"
)

func main() {
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "FAIL", err)
		os.Exit(1)
	}
	fmt.Println("done")
}

// token authenticates with a session's token.
type token string

func (t token) Bearer(context.Context, api.OperationName) (api.Bearer, error) {
	return api.Bearer{Token: string(t)}, nil
}

func (token) Cookie(context.Context, api.OperationName) (api.Cookie, error) {
	return api.Cookie{}, ogenerrors.ErrSkipClientSecurity
}

// steps use the API one after another.
type steps struct {
	client *api.Client
	deal   api.Deal
	tag    api.OptString
}

func run(ctx context.Context, url, password string) error {
	client, err := api.NewClient(url, token(""))
	if err != nil {
		return err
	}
	res, err := client.SessionCreate(ctx, &api.Credentials{Login: "admin", Password: password})
	if err != nil {
		return err
	}
	session, ok := res.(*api.SessionToken)
	if !ok {
		return fmt.Errorf("log in: %#v", res)
	}
	if client, err = api.NewClient(url, token(session.Token)); err != nil {
		return err
	}
	s := &steps{client: client}
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"create", s.create}, {"query", s.query}, {"patch", s.patch}, {"stale", s.stale}, {"transition", s.transition},
		{"aggregate", s.aggregate}, {"board", s.board}, {"publish", s.publish},
	} {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

func (s *steps) create(ctx context.Context) error {
	res, err := s.client.RecordCreateDeal(ctx, &api.DealCreate{
		Name:   "Go",
		Amount: api.NewOptDealCreateAmount(api.NewStringDealCreateAmount("12.50")),
		Parts:  []api.DealCreatePartsItem{{Item: api.NewOptString("part")}},
	}, api.RecordCreateDealParams{})
	if err != nil {
		return err
	}
	made, ok := res.(*api.DealHeaders)
	if !ok || !made.ETag.Set || !made.Location.Set || !strings.HasPrefix(made.Response.Amount.Value, "12.5") || len(made.Response.Parts) != 1 {
		return fmt.Errorf("%#v", res)
	}
	s.deal, s.tag = made.Response, made.ETag
	return nil
}

func (s *steps) query(ctx context.Context) error {
	res, err := s.client.RecordQueryDeal(ctx, &api.Query{
		Where: jx.Raw(`["name","=","Go"]`), Sort: []string{"-amount"}, Expand: []string{"owner"}, Count: api.NewOptQueryCount(api.QueryCountExact),
	})
	if err != nil {
		return err
	}
	page, ok := res.(*api.DealPage)
	if !ok || page.Count.Value != 1 || page.Items[0].ID != s.deal.ID || page.Items[0].Expanded.Owner.Login.Value != "admin" {
		return fmt.Errorf("%#v", res)
	}
	return nil
}

func (s *steps) update(ctx context.Context, patch api.RecordUpdateDealApplicationJSON) (api.RecordUpdateDealRes, error) {
	return s.client.RecordUpdateDeal(ctx, &patch, api.RecordUpdateDealParams{ID: s.deal.ID.String(), IfMatch: s.tag})
}

func (s *steps) patch(ctx context.Context) error {
	var none api.OptNilString
	none.SetToNull()
	res, err := s.update(ctx, api.RecordUpdateDealApplicationJSON{Name: api.NewOptNilString("Go, changed"), Note: none})
	if err != nil {
		return err
	}
	if _, refused := res.(*api.RecordUpdateDealPreconditionFailed); refused {
		return fmt.Errorf("%#v", res)
	}
	return nil
}

func (s *steps) stale(ctx context.Context) error {
	res, err := s.update(ctx, api.RecordUpdateDealApplicationJSON{Name: api.NewOptNilString("never")})
	if err != nil {
		return err
	}
	problem, ok := res.(*api.RecordUpdateDealPreconditionFailed)
	if !ok || problem.Code != api.ProblemCodeStale {
		return fmt.Errorf("%#v", res)
	}
	return nil
}

func (s *steps) transition(ctx context.Context) error {
	res, err := s.client.FileUpload(ctx, &api.UploadMultipart{File: ht.MultipartFile{Name: "proof.pdf", File: strings.NewReader("%PDF-1.4 go")}}, api.FileUploadParams{})
	if err != nil {
		return err
	}
	file, ok := res.(*api.FileHeaders)
	if !ok {
		return fmt.Errorf("upload: %#v", res)
	}
	id, err := uuid.Parse(file.Response.ID)
	if err != nil {
		return err
	}
	moved, err := s.client.RecordTransitionDeal(ctx, &api.DealTransition{
		To: api.DealTransitionToProven,
		Values: api.NewOptDealPatch(api.DealPatch{
			Amount: api.NewOptDealPatchAmount(api.NewFloat64DealPatchAmount(99.9)),
			Proof:  api.NewOptNilUUIDArray([]uuid.UUID{id}),
		}),
	}, api.RecordTransitionDealParams{ID: s.deal.ID.String()})
	if err != nil {
		return err
	}
	if _, ok := moved.(*api.RecordTransitionDealConflict); ok {
		return fmt.Errorf("%#v", moved)
	}
	return nil
}

func (s *steps) aggregate(ctx context.Context) error {
	res, err := s.client.RecordAggregateDeal(ctx, &api.AggregateQuery{
		GroupBy: []jx.Raw{jx.Raw(`"stage"`)},
		Metrics: api.NewOptAggregateQueryMetrics(api.AggregateQueryMetrics{"n": {"count"}, "sum": {"sum", "amount"}}),
	})
	if err != nil {
		return err
	}
	rows, ok := res.(*api.Rows)
	if !ok || len(rows.Rows) != 1 || string(rows.Rows[0]["stage"]) != `"proven"` || string(rows.Rows[0]["n"]) != "1" {
		return fmt.Errorf("%#v", res)
	}
	return nil
}

func (s *steps) board(ctx context.Context) error {
	res, err := s.client.RecordBoardDeal(ctx, &api.BoardQuery{By: "stage", Sums: []string{"amount"}})
	if err != nil {
		return err
	}
	board, ok := res.(*api.DealBoard)
	if !ok || len(board.Columns) != 2 || board.Columns[1].Count != 1 || !strings.HasPrefix(board.Columns[1].Sums.Value.Amount.Value, "99.9") {
		return fmt.Errorf("%#v", res)
	}
	return nil
}

func (s *steps) publish(ctx context.Context) error {
	res, err := s.client.PostBuilderPublish(ctx, &api.Proposal{Definitions: []api.Definition{{
		Kind: "view", Key: "go_list", AdditionalProps: api.DefinitionAdditional{
			"title": jx.Raw(`{"zh-CN":"列表","en":"List"}`), "entity": jx.Raw(`"deal"`), "type": jx.Raw(`"list"`), "columns": jx.Raw(`["name"]`),
		},
	}}}, api.PostBuilderPublishParams{})
	if err != nil {
		return err
	}
	if published, ok := res.(*api.Published); !ok || published.Version == 0 {
		return fmt.Errorf("%#v", res)
	}
	return nil
}
