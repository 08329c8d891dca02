package app

import (
	"reflect"

	"weft/runtime/record"
	"weft/runtime/settings"
	"weft/runtime/store"
)

// settingsChanged lets clocks follow another calendar: in the settings, or in what this
// version of weft knows of holidays.
func (a *App) settingsChanged(old, now settings.Settings, rev int64) ([]store.Op, error) {
	m := a.Current.Model()
	same := old.Zone == now.Zone && reflect.DeepEqual(old.Calendar, now.Calendar)
	if m == nil || same && !reflect.DeepEqual(old, now) {
		return nil, nil
	}
	return record.CalendarOps(m, rev, a.now())
}

func (a *App) settingsRevision() int64 {
	_, rev := a.Settings.Current()
	return rev
}
