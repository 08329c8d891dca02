package app

import "weft/runtime/trigger"

// newTriggers makes the service that carries out runs, and its kind of job.
func (a *App) newTriggers(o Options, effect *trigger.Effect) {
	a.Triggers = trigger.New(trigger.Options{
		Store: o.Store, Current: a.Current, Records: a.Records, Access: a.Access, Effect: effect, Definitions: a.Builder.Definitions,
		Language: a.language, Now: o.Now, Committed: a.Jobs.Committed, Logger: o.Logger,
	})
	a.Triggers.Register(a.Jobs)
}

// language is that of texts without a reader's own choice.
func (a *App) language() string {
	s, _ := a.Settings.Current()
	return s.Language
}

// weekOffset is how many days after Monday the organisation's week begins.
func (a *App) weekOffset() int { return (int(a.Settings.FirstWeekday()) + 6) % 7 }
