package mongo

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
)

// orphanLifetime is how long the database may keep a transaction that nobody
// ends.
const orphanLifetime = 2 * time.Minute

// orphan is a session whose transaction may be open at the database, which
// could not be told to end it. A command delayed by an outage may even start it
// later. Until the database times it out, a minute later, it blocks every
// transaction that writes the same documents. The session is not returned to
// the driver, which would reuse it, so that ending the orphan would end another
// transaction.
type orphan struct {
	session driver.Session
	since   time.Time
	// killSent: the database was told to end it, at least once.
	killSent bool
}

// abandonSession drops the session without telling the database.
func (w *writer) abandonSession() {
	if w.session == nil {
		return
	}
	w.orphans = append(w.recentOrphans(), orphan{session: w.session, since: time.Now()})
	w.session = nil
}

// recentOrphans are the orphans that the database may still know.
func (w *writer) recentOrphans() []orphan {
	return slices.DeleteFunc(w.orphans, func(o orphan) bool { return time.Since(o.since) >= orphanLifetime })
}

// endOrphans ends the transactions of orphans that are open by now.
func (w *writer) endOrphans(ctx context.Context) {
	w.orphans = w.recentOrphans()
	if len(w.orphans) == 0 {
		return
	}
	sessions := make(bson.A, len(w.orphans))
	for i, o := range w.orphans {
		sessions[i] = o.session.ID()
	}
	if err := w.s.killSessions(ctx, sessions); err != nil {
		w.s.log.Warn("transactions of an outage stay open until the database ends them", "error", err)
		return
	}
	for i := range w.orphans {
		w.orphans[i].killSent = true
	}
}

// endNewOrphans is endOrphans after an outage: writes outside of transactions
// would wait for open transactions without an error.
func (w *writer) endNewOrphans(ctx context.Context) {
	if slices.ContainsFunc(w.orphans, func(o orphan) bool { return !o.killSent }) {
		w.endOrphans(ctx)
	}
}

// killSessions ends the transactions of sessions at the database.
func (c *connection) killSessions(ctx context.Context, sessions bson.A) error {
	return c.health.call(ctx, func(ctx context.Context) error {
		return c.client.Database("admin").RunCommand(ctx, bson.D{{Key: "killSessions", Value: sessions}}).Err()
	})
}
