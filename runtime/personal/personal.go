// Package personal keeps what people set aside for themselves: preferences (views,
// columns, language, theme) and drafts of records that are not saved yet.
package personal

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"time"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// The collections of preferences and drafts; ids begin with the user's.
const (
	PreferenceCollection = "weft_preference"
	DraftCollection      = "weft_record_draft"
)

// Limits for one person: bytes of a value, and how many preferences and drafts.
const (
	maxValue       = 64 << 10
	maxPreferences = 500
	maxDrafts      = 100
)

// Collections lists the collections of this package.
func Collections() []store.Collection {
	of := func(name string, keys ...store.IndexKey) store.Collection {
		return store.Collection{Name: name, Unwatched: true, Kinds: map[string]query.Kind{"at": query.Instant},
			Indexes: []store.Index{{Name: "user", Keys: append([]store.IndexKey{{Path: pathUser}}, keys...)}}}
	}
	return []store.Collection{of(PreferenceCollection), of(DraftCollection, store.IndexKey{Path: pathAt})}
}

var (
	pathUser = query.Path{Field: "user", Kind: query.Key}
	pathAt   = query.Path{Field: "at", Kind: query.Instant}
)

// Service keeps preferences and drafts. It is safe for concurrent use.
type Service struct {
	store store.Store
	reads *read.Service
	as    access.Authority
	now   func() time.Time
}

// New makes a Service. now is the clock; nil means time.Now.
func New(s store.Store, reads *read.Service, as access.Authority, now func() time.Time) *Service {
	if now == nil {
		now = time.Now
	}
	return &Service{store: s, reads: reads, as: as, now: now}
}

// Preference is a value that a person has set; Value is any JSON.
type Preference struct {
	ID    string          `json:"id"`
	Rev   int64           `json:"rev"`
	User  string          `json:"user"`
	Key   string          `json:"key"`
	At    string          `json:"at"`
	Value json.RawMessage `json:"value"`
}

var preferences = table.New(PreferenceCollection, func(p *Preference) (*string, *int64) { return &p.ID, &p.Rev })

// keyForm is the form of the key of a preference: "views.lead", "theme".
var keyForm = regexp.MustCompile(`^[a-z0-9][A-Za-z0-9._:-]{0,99}$`)

// Preference reads a preference. Errors: not_found when it is not set.
func (s *Service) Preference(ctx context.Context, who *access.Actor, key string) (*Preference, error) {
	p, err := preferences.Get(ctx, s.store, who.UserID+"/"+key)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	return &p, nil
}

// SetPreference sets a preference; null takes it away. The last writer wins. Errors:
// invalid.
func (s *Service) SetPreference(ctx context.Context, who *access.Actor, key string, value json.RawMessage) (*Preference, error) {
	switch {
	case !keyForm.MatchString(key):
		return nil, problem.Of(problem.Invalid, problem.At("/key", "preference_key"))
	case len(value) > maxValue:
		return nil, problem.Of(problem.Invalid, problem.At("/value", "payload_too_large", "max", maxValue))
	}
	var p Preference
	err := s.again(func() error {
		old, err := preferences.Get(ctx, s.store, who.UserID+"/"+key)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if old.Rev == 0 {
			if err := s.room(ctx, PreferenceCollection, who, maxPreferences); err != nil {
				return err
			}
		}
		p = Preference{ID: who.UserID + "/" + key, Rev: old.Rev, User: who.UserID, Key: key, At: query.FormatInstant(s.now()), Value: value}
		if string(value) != "null" {
			return preferences.Save(ctx, s.store, &p)
		}
		if old.Rev == 0 {
			return nil
		}
		return preferences.Remove(ctx, s.store, old)
	})
	return &p, err
}

// room fails when a person has the most that anybody may have.
func (s *Service) room(ctx context.Context, collection string, who *access.Actor, most int) error {
	n, err := s.store.Count(ctx, collection, query.Cmp{Path: pathUser, Op: query.Eq, Value: who.UserID}, most)
	if err == nil && n >= int64(most) {
		err = problem.Of(problem.Invalid, problem.At("/key", "too_many_items", "max", most))
	}
	return err
}

// again writes once more where another request of the same person was faster.
func (s *Service) again(write func() error) error {
	err := write()
	for range 4 {
		if err == nil || !store.LostRace(err) {
			break
		}
		err = write()
	}
	return read.StoreProblem(err)
}
