package mongo

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/bson"
)

// orphanLife is how long the database may keep a transaction that nobody ends.
const orphanLife = 2 * time.Minute

// orphan is a session whose transaction may be open at the database, which
// could not be told to end it. What was on its way when the database stood
// still may even begin after it is given up. Until the database forgets it, a
// minute later, it is in the way of every transaction that writes the same.
type orphan struct {
	session bson.Raw
	since   time.Time
}

// abandon gives the session up without the database knowing.
func (w *writer) abandon() {
	if w.session == nil {
		return
	}
	w.orphans = append(w.orphans, orphan{append(bson.Raw{}, w.session.ID()...), time.Now()})
	w.endSession()
}

// endOrphans ends the transactions that were abandoned, as far as they are open by now.
func (w *writer) endOrphans(ctx context.Context) {
	sessions := bson.A{}
	kept := w.orphans[:0]
	for _, o := range w.orphans {
		if time.Since(o.since) < orphanLife {
			kept = append(kept, o)
			sessions = append(sessions, o.session)
		}
	}
	w.orphans = kept
	if len(sessions) == 0 {
		return
	}
	if err := w.s.killSessions(ctx, sessions); err != nil {
		w.s.log.Warn("transactions of an outage stay open until the database ends them", "error", err)
	}
}

// killSessions ends what is open in sessions at the database.
func (s *Store) killSessions(ctx context.Context, sessions bson.A) error {
	return s.health.call(ctx, func(ctx context.Context) error {
		return s.client.Database("admin").RunCommand(ctx, bson.D{{Key: "killSessions", Value: sessions}}).Err()
	})
}
