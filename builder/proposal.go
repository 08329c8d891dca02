package builder

import (
	"context"
	"encoding/json"
	"slices"

	"weft/runtime/problem"
	"weft/runtime/store"
	"weft/schemas"
)

// Apply gives the current definitions with the proposal's changes. Paths of
// problems begin with kind and key of the definition, as those of model.Compile
// do: /entity/lead/properties/amount; with /definitions/0 where it has neither.
func (b *Builder) Apply(p Proposal) (*schemas.Set, []problem.Field) {
	set := b.Published().Clone()
	var problems []problem.Field
	if p.Titles != "" && p.Titles != "zh-CN" && p.Titles != "en" {
		problems = append(problems, problem.At("/titles", "not_one_of", "values", "zh-CN, en"))
	}
	for i, ref := range p.Remove {
		if !set.Remove(ref.Kind, ref.Key) {
			problems = append(problems, problem.At(problem.Pointer("remove", i), "no_such_definition", "kind", string(ref.Kind), "key", ref.Key))
		}
	}
	seen := map[string]bool{}
	for i, data := range p.Definitions {
		at := definitionPath(data, i)
		d, wrong := schemas.Decode(data)
		for _, f := range wrong {
			f.Path = at + f.Path
			problems = append(problems, f)
		}
		if d == nil {
			continue
		}
		if seen[name(d)] {
			problems = append(problems, problem.At(at+"/key", "defined_twice", "key", d.DefinitionKey()))
		}
		seen[name(d)] = true
		set.Add(d)
	}
	return set, problems
}

// definitionPath is the path of problems of the proposal's definition i.
func definitionPath(data json.RawMessage, i int) string {
	var head struct {
		Kind schemas.Kind `json:"kind"`
		Key  string       `json:"key"`
	}
	if json.Unmarshal(data, &head) != nil || !slices.Contains(schemas.Kinds(), head.Kind) || head.Key == "" {
		return problem.Pointer("definitions", i)
	}
	return problem.Pointer(string(head.Kind), head.Key)
}

// CheckProposal finds everything that would keep the proposal from being
// published, and warnings that would not.
func (b *Builder) CheckProposal(ctx context.Context, p Proposal, force bool) (problems, warnings []problem.Field, err error) {
	set, problems := b.Apply(p)
	if len(problems) > 0 {
		return problems, nil, nil
	}
	return b.check(ctx, publication{set: set, force: force, how: p.conversions()})
}

// PublishProposal publishes the current definitions with the proposal's changes.
func (b *Builder) PublishProposal(ctx context.Context, by string, p Proposal, force bool) (int64, error) {
	ctx, unlock, err := b.lockPublishing(ctx)
	if err != nil {
		return 0, err
	}
	defer unlock()
	return b.publishProposal(ctx, publication{by: by, cause: "publish", force: force}, p)
}

// PublishDraft publishes and deletes a draft in one commit. It is
// refused with problem conflict when a definition it changes has been changed
// by somebody else since the draft was begun.
func (b *Builder) PublishDraft(ctx context.Context, by, key string, force bool, note string) (int64, error) {
	ctx, unlock, err := b.lockPublishing(ctx)
	if err != nil {
		return 0, err
	}
	defer unlock()
	draft, err := b.Draft(ctx, key)
	if err != nil {
		return 0, err
	}
	if problems, err := b.overtaken(ctx, draft); err != nil || len(problems) > 0 {
		if err == nil {
			err = problem.Of(problem.Conflict, problems...)
		}
		return 0, err
	}
	if note != "" {
		draft.Note = note
	}
	return b.publishProposal(ctx, publication{by: by, cause: "publish", of: key, force: force, ops: []store.Op{drafts.Delete(draft)}}, draft.Proposal)
}

func (b *Builder) publishProposal(ctx context.Context, pub publication, p Proposal) (int64, error) {
	set, problems := b.Apply(p)
	if len(problems) > 0 {
		return 0, problem.Of(problem.Invalid, problems...)
	}
	pub.set, pub.how, pub.note = set, p.conversions(), p.Note
	return b.publishLocked(ctx, pub)
}

// overtaken finds the definitions of a draft that have changed since its base.
func (b *Builder) overtaken(ctx context.Context, d Draft) ([]problem.Field, error) {
	if d.Base == b.version() {
		return nil, nil
	}
	base := &schemas.Set{}
	if d.Base > 0 {
		var err error
		if base, err = b.Definitions(ctx, d.Base); err != nil {
			return nil, err
		}
	}
	changes, err := diff(base, b.Published())
	if err != nil {
		return nil, err
	}
	changed := map[Ref]bool{}
	for _, c := range changes {
		changed[Ref{c.Kind, c.Key}] = true
	}
	var problems []problem.Field
	for i, data := range d.Definitions {
		def, _ := schemas.Decode(data)
		if def != nil && changed[Ref{def.DefinitionKind(), def.DefinitionKey()}] {
			problems = append(problems, problem.At(definitionPath(data, i), "overtaken", "key", def.DefinitionKey()))
		}
	}
	for i, ref := range d.Remove {
		if changed[ref] {
			problems = append(problems, problem.At(problem.Pointer("remove", i), "overtaken", "key", ref.Key))
		}
	}
	return problems, nil
}
