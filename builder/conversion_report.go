package builder

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// ConversionReport says what a conversion does to present records.
type ConversionReport struct {
	Path   string            `json:"path"`
	Entity string            `json:"entity"`
	Field  string            `json:"field"`
	From   schemas.FieldType `json:"from"`
	To     schemas.FieldType `json:"to"`
	// Records have a value, of which Unfit do not fit the new type.
	Records int64 `json:"records"`
	Unfit   int64 `json:"unfit"`
	// Samples are values that do not fit, the most frequent first.
	Samples []UnfitValue `json:"samples,omitempty"`
}

// UnfitValue is a value that does not fit, with one of the records that have it.
type UnfitValue struct {
	Value   any    `json:"value"`
	Records int64  `json:"records"`
	ID      string `json:"id"`
}

const (
	maxSamples = 10
	// maxDistinct bounds how many different unfit values are counted apart.
	maxDistinct = 1000
	reportPage  = 500
)

// report reads the present values and tries the conversion.
func (b *Builder) report(ctx context.Context, c conversion) (ConversionReport, error) {
	r := ConversionReport{Path: c.at, Entity: c.entity, Field: c.Field, From: c.From.FieldType, To: c.To.FieldType}
	f := model.FieldOf(c.Field, c.From)
	if f == nil {
		return r, nil
	}
	where := query.Cmp{Path: f.Path(), Op: query.Present}
	if c.Exact() {
		n, err := b.store.Count(ctx, c.entity, where, 0)
		if err != nil {
			return r, fmt.Errorf("builder: records of %s: %w", c.entity, err)
		}
		r.Records = n
		return r, nil
	}
	unfit := map[string]*UnfitValue{}
	err := b.eachValue(ctx, c.entity, c.Field, where, func(id string, v any) {
		r.Records++
		if _, ok := c.Value(v); ok {
			return
		}
		r.Unfit++
		countValue(unfit, id, f.Type.Wire(f, v))
	})
	r.Samples = mostFrequent(unfit)
	return r, err
}

// eachValue reads the values of a field in all records that match.
func (b *Builder) eachValue(ctx context.Context, entity, field string, where query.Expr, fn func(id string, stored any)) error {
	for d, err := range store.Each(ctx, b.store, entity, store.Find{Where: where, Limit: reportPage}) {
		if err != nil {
			return fmt.Errorf("builder: records of %s: %w", entity, err)
		}
		var doc map[string]json.RawMessage
		var v any
		if err := json.Unmarshal(d.Body, &doc); err != nil {
			return fmt.Errorf("builder: record %s of %s: %w", d.ID, entity, err)
		}
		if raw, ok := doc[field]; ok && json.Unmarshal(raw, &v) == nil && v != nil {
			fn(d.ID, v)
		}
	}
	return nil
}

func countValue(values map[string]*UnfitValue, id string, wire any) {
	text, err := json.Marshal(wire)
	if err != nil {
		return
	}
	if u := values[string(text)]; u != nil {
		u.Records++
	} else if len(values) < maxDistinct {
		values[string(text)] = &UnfitValue{Value: wire, Records: 1, ID: id}
	}
}

func mostFrequent(values map[string]*UnfitValue) []UnfitValue {
	var list []UnfitValue
	for _, u := range values {
		list = append(list, *u)
	}
	slices.SortFunc(list, func(a, b UnfitValue) int { return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.ID, b.ID)) })
	return list[:min(len(list), maxSamples)]
}

// problem is what publishing without force answers when values do not fit.
func (r ConversionReport) problem() problem.Field {
	return problem.At(r.Path+"/x-type", "conversion_unfit", "field", r.Field, "from", string(r.From), "to", string(r.To),
		"records", r.Records, "unfit", r.Unfit, "samples", r.Samples)
}

// warning tells that values will be converted.
func (r ConversionReport) warning() problem.Field {
	return problem.At(r.Path+"/x-type", "conversion", "field", r.Field, "from", string(r.From), "to", string(r.To),
		"records", r.Records, "unfit", r.Unfit, "samples", r.Samples)
}

// reports tries every conversion.
func (b *Builder) reports(ctx context.Context, ev *evolution) ([]ConversionReport, error) {
	var list []ConversionReport
	for _, c := range ev.conversions {
		r, err := b.report(ctx, c)
		if err != nil {
			return nil, err
		}
		if r.Records > 0 {
			list = append(list, r)
		}
	}
	return list, nil
}
