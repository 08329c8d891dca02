package settings

import (
	"context"
	"fmt"
	"strconv"

	"weft/runtime/calendar"
	"weft/runtime/problem"
	"weft/runtime/store"
)

// changed asks Options.Changed.
func (s *Service) changed(old, now Settings, rev int64) ([]store.Op, error) {
	if s.o.Changed == nil {
		return nil, nil
	}
	return s.o.Changed(old, now, rev)
}

// Warnings are what the settings should say and do not: the holidays of a year.
func (s *Service) Warnings() []problem.Field {
	var list []problem.Field
	for _, year := range s.Calendar().Unknown(s.o.Now()) {
		text := strconv.Itoa(year)
		list = append(list, problem.At(problem.Pointer(calendarMember, "holidays", text), "holidays_unknown", "year", text))
	}
	return list
}

// RenewHolidays notes that this version of weft knows other public holidays than the one
// that worked with the store before, as a change of the settings.
func (s *Service) RenewHolidays(ctx context.Context) error {
	for {
		r, err := rows.Get(ctx, s.o.Store, organisationID)
		if err != nil {
			return fmt.Errorf("settings: %w", err)
		}
		if r.Known == calendar.KnownDigest() {
			return nil
		}
		r.Settings = filled(r.Settings)
		ops, err := s.changed(r.Settings, r.Settings, r.Rev+1)
		if err != nil {
			return err
		}
		r.Known = calendar.KnownDigest()
		err = rows.Save(ctx, s.o.Store, &r, ops...)
		if err == nil {
			return s.use(r)
		}
		if !store.LostRaceIn(err, collection) {
			return fmt.Errorf("settings: %w", err)
		}
	}
}
