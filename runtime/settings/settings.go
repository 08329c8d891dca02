// Package settings keeps what the organisation of a store decides for itself:
// its name, time zone, first day of the week, currency, language and working time. Every
// process reads them from memory; a change reaches the others within moments.
package settings

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"sync/atomic"
	"time"

	"weft/runtime/calendar"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/startstop"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// Settings of the organisation, in stored and in wire form.
type Settings struct {
	Name string `json:"name"`
	// Zone is the IANA name of the time zone in which days begin.
	Zone string `json:"zone"`
	// FirstWeekday is the English name of a day in lower case.
	FirstWeekday string `json:"first_weekday"`
	// Currency is the ISO 4217 code that new amounts are in.
	Currency string `json:"currency"`
	// Language is that of texts without a reader's own choice: zh-CN or en.
	Language string `json:"language"`
	// Calendar says when people work.
	Calendar calendar.Definition `json:"calendar"`
}

// Defaults are the settings of an organisation that has chosen none.
var Defaults = Settings{Zone: "Asia/Shanghai", FirstWeekday: "monday", Currency: "CNY", Language: "zh-CN", Calendar: calendar.Default()}

// Options of a Service.
type Options struct {
	Store store.Store
	// First are the settings that the first start stores; empty members are
	// those of Defaults.
	First Settings
	Now   func() time.Time
	// Changed gives operations that are committed with a change of the settings, of
	// which rev is the next revision, or of the holidays that weft knows: then old and
	// now are the same. nil for none.
	Changed func(old, now Settings, rev int64) ([]store.Op, error)
}

// Service gives and changes the settings. It is safe for concurrent use.
type Service struct {
	o       Options
	current atomic.Pointer[state]
}

// state is the settings that this process works with.
type state struct {
	row      row
	zone     *time.Location
	calendar *calendar.Calendar
}

type row struct {
	ID  string `json:"id"`
	Rev int64  `json:"rev"`
	Settings
	By string    `json:"by"`
	At time.Time `json:"at"`
	// Known names the public holidays that weft knew when the row was written.
	Known string `json:"known,omitempty"`
}

const (
	collection     = "weft_setting"
	organisationID = "organisation"
	followEvery    = 100 * time.Millisecond
)

var rows = table.New(collection, func(r *row) (*string, *int64) { return &r.ID, &r.Rev })

// Collections lists the collections of this package.
func Collections() []store.Collection {
	return []store.Collection{{Name: collection, Unwatched: true, ExpectAbsent: true}}
}

// Open reads the settings; the first process on a store writes those of o.First.
func Open(ctx context.Context, o Options) (*Service, error) {
	s := &Service{o: o}
	if err := o.Store.Ensure(ctx, Collections()); err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	err := s.Refresh(ctx)
	if !errors.Is(err, store.ErrNotFound) {
		return s, err
	}
	first, problems := apply(filled(o.First), nil)
	if len(problems) > 0 {
		return nil, problem.Of(problem.Invalid, problems...)
	}
	r := row{ID: organisationID, Settings: first, At: o.Now().UTC(), Known: calendar.KnownDigest()}
	if err := rows.Save(ctx, o.Store, &r); err != nil && !store.LostRace(err) {
		return nil, fmt.Errorf("settings: %w", err)
	}
	return s, s.Refresh(ctx)
}

// filled takes from Defaults what s leaves empty.
func filled(s Settings) Settings {
	for _, m := range members {
		if value := m.of(&s); *value == "" {
			*value = *m.of(&Defaults)
		}
	}
	if s.Calendar.Hours == nil {
		s.Calendar = calendar.Default()
	}
	return s
}

// Refresh reads what another process has changed.
func (s *Service) Refresh(ctx context.Context) error {
	r, err := rows.Get(ctx, s.o.Store, organisationID)
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	return s.use(r)
}

// use makes r the current settings unless newer ones are. Rows of earlier versions
// have no calendar.
func (s *Service) use(r row) error {
	r.Settings = filled(r.Settings)
	zone, err := query.Zone(r.Zone)
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	times, problems := calendar.New(r.Calendar, zone)
	if len(problems) > 0 {
		return fmt.Errorf("settings: calendar: %w", problem.Of(problem.Invalid, problems...))
	}
	for next := (&state{r, zone, times}); ; {
		old := s.current.Load()
		if old != nil && old.row.Rev >= r.Rev || s.current.CompareAndSwap(old, next) {
			return nil
		}
	}
}

// Follower refreshes in the background when another process has changed the settings.
func (s *Service) Follower(log *slog.Logger) *startstop.Periodic {
	var seen uint64
	return startstop.NewPeriodic(startstop.Period{
		Name: "follow settings", First: followEvery, Every: followEvery, Logger: log,
		RunOnce: func(ctx context.Context) error {
			now, err := s.o.Store.ChangeNumber(ctx, collection)
			if err != nil || now == seen {
				return err
			}
			if err := s.Refresh(ctx); err != nil {
				return err
			}
			seen = now
			return nil
		},
	})
}

// Current gives the settings and their revision.
func (s *Service) Current() (Settings, int64) {
	now := s.current.Load()
	return now.row.Settings, now.row.Rev
}

// Zone is the organisation's time zone.
func (s *Service) Zone() *time.Location { return s.current.Load().zone }

// Calendar is the organisation's working time.
func (s *Service) Calendar() *calendar.Calendar { return s.current.Load().calendar }

// FirstWeekday is the day on which the organisation's weeks begin.
func (s *Service) FirstWeekday() time.Weekday {
	return weekdays[s.current.Load().row.FirstWeekday]
}

// Patch changes the settings by a JSON merge patch; null restores the default.
// It fails with problem invalid, and with stale when rev (0: any) is not the
// present revision. before gives operations that are committed with the change,
// in front of it; nil for none.
func (s *Service) Patch(ctx context.Context, by string, rev int64, patch map[string]any, before func(Settings) ([]store.Op, error)) error {
	for {
		r, err := rows.Get(ctx, s.o.Store, organisationID)
		if err != nil {
			return fmt.Errorf("settings: %w", err)
		}
		if rev > 0 && rev != r.Rev {
			return &problem.Error{Code: problem.Stale, Extra: map[string]any{"record": r.Settings}}
		}
		r.Settings = filled(r.Settings)
		changed, problems := apply(r.Settings, patch)
		if len(problems) > 0 {
			return problem.Of(problem.Invalid, problems...)
		}
		if reflect.DeepEqual(changed, r.Settings) {
			return s.use(r)
		}
		ops, err := s.changed(r.Settings, changed, r.Rev+1)
		if err != nil {
			return err
		}
		r.Settings, r.By, r.At = changed, by, s.o.Now().UTC()
		if before != nil {
			answer, err := before(changed)
			if err != nil {
				return err
			}
			ops = append(answer, ops...)
		}
		err = rows.Save(ctx, s.o.Store, &r, ops...)
		if err == nil {
			return s.use(r)
		}
		if !store.LostRaceIn(err, collection) {
			return fmt.Errorf("settings: %w", err)
		}
	}
}
