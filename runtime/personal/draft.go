package personal

import (
	"context"
	"encoding/json"
	"errors"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/runtime/store/table"
	"weft/schemas"
)

// NewRecord stands for the id of a record that is not made yet.
const NewRecord = "new"

// Draft is what a person has filled in and not saved: it may be incomplete or wrong.
type Draft struct {
	ID     string `json:"id"`
	Rev    int64  `json:"rev"`
	User   string `json:"user"`
	Entity string `json:"entity"`
	Record string `json:"record"` // or NewRecord
	At     string `json:"at"`
	DraftValues
}

// DraftValues are the values of a draft in wire form, and the revision of the record
// that they change, 0 for a new one.
type DraftValues struct {
	Values   json.RawMessage `json:"values"`
	Revision int64           `json:"revision,omitempty"`
}

var drafts = table.New(DraftCollection, func(d *Draft) (*string, *int64) { return &d.ID, &d.Rev })

func draftID(who *access.Actor, entity, id string) string {
	return who.UserID + "/" + entity + "/" + id
}

// Draft reads a draft. Errors: not_found when there is none, and those of reading the
// record.
func (s *Service) Draft(ctx context.Context, who *access.Actor, entity, id string) (*Draft, error) {
	if err := s.usable(ctx, who, entity, id); err != nil {
		return nil, err
	}
	d, err := drafts.Get(ctx, s.store, draftID(who, entity, id))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	return &d, nil
}

// SaveDraft keeps a draft, the only one of this person for the record; the oldest goes
// when a person has too many. Errors: invalid, and those of reading the record.
func (s *Service) SaveDraft(ctx context.Context, who *access.Actor, entity, id string, v DraftValues) (*Draft, error) {
	if err := s.usable(ctx, who, entity, id); err != nil {
		return nil, err
	}
	var values map[string]json.RawMessage
	switch {
	case json.Unmarshal(v.Values, &values) != nil || values == nil:
		return nil, problem.Of(problem.Invalid, problem.At("/values", "wrong_type", "want", "object"))
	case len(v.Values) > maxDraft:
		return nil, problem.Of(problem.Invalid, problem.At("/values", "payload_too_large", "max", maxDraft))
	}
	d := Draft{ID: draftID(who, entity, id), User: who.UserID, Entity: entity, Record: id, At: query.FormatInstant(s.now()), DraftValues: v}
	err := s.again(func() error {
		old, err := drafts.Get(ctx, s.store, d.ID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		d.Rev = old.Rev
		var oldest []store.Op
		if old.Rev == 0 {
			if oldest, err = s.oldest(ctx, who); err != nil {
				return err
			}
		}
		return drafts.Save(ctx, s.store, &d, oldest...)
	})
	return &d, err
}

// maxDraft is how many bytes the values of a draft may have.
const maxDraft = 512 << 10

// oldest makes room for another draft.
func (s *Service) oldest(ctx context.Context, who *access.Actor) ([]store.Op, error) {
	list, err := drafts.Find(ctx, s.store, store.Find{
		Where: query.Cmp{Path: pathUser, Op: query.Eq, Value: who.UserID}, Sort: []query.SortTerm{{Path: pathAt}}, Limit: maxDrafts,
	})
	if err != nil || len(list) < maxDrafts {
		return nil, err
	}
	return []store.Op{drafts.Delete(list[0])}, nil
}

// DeleteDraft deletes a draft; nothing when there is none.
func (s *Service) DeleteDraft(ctx context.Context, who *access.Actor, entity, id string) error {
	return s.again(func() error {
		d, err := drafts.Get(ctx, s.store, draftID(who, entity, id))
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return drafts.Remove(ctx, s.store, d)
	})
}

// usable tells whether the person may see the record, or make one.
func (s *Service) usable(ctx context.Context, who *access.Actor, entity, id string) error {
	if id != NewRecord {
		_, _, err := s.reads.Get(ctx, who, entity, id, []string{"id"}, nil)
		return err
	}
	rights, err := s.as.Rights(ctx, who)
	if err != nil {
		return err
	}
	if _, ok := rights.Model.Entity(entity); !ok {
		return rights.NoEntity(entity)
	}
	if !rights.Allowed(entity, schemas.OpCreate) {
		return problem.New(problem.Forbidden, "no_right", nil)
	}
	return nil
}
