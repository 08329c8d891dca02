package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"weft/runtime/store/mongo"
	"weft/runtime/store/sqlite"
)

// Limits beyond which a finding is a problem.
const (
	clockLimit   = 2 * time.Second
	behindLimit  = 30 * time.Second
	durableLimit = time.Second
)

// examineDatabase checks the database product.
func (n *node) examineDatabase(ctx context.Context) []finding {
	switch db := n.database.(type) {
	case *sqlite.Store:
		if err := db.CheckIntegrity(ctx); err != nil {
			return []finding{bad("database", "%s; restore the last backup", sentence(err))}
		}
		return []finding{good("database", "every page and index is sound")}
	case *mongo.Store:
		r, err := db.Diagnose(ctx)
		if err != nil {
			return []finding{bad("database", "%s; look whether it runs and can be reached from here", sentence(err))}
		}
		return examineMongo(r)
	}
	return nil
}

// examineMongo rates what MongoDB reports about itself.
func examineMongo(r *mongo.Report) []finding {
	out := []finding{good("database", "MongoDB %s, database %s, format %d of documents and %d of texts", r.Version, r.Database, r.DocumentFormat, r.TextFormat)}
	out = append(out, examineMembers(r)...)
	switch {
	case r.DurableError != nil:
		out = append(out, bad("write concern", "no write reaches the journal of a majority: %s; see that most members of the replica set run", sentence(r.DurableError)))
	case r.DurableWrite > durableLimit:
		out = append(out, bad("write concern", "a write took %v to reach the journal of a majority; look at the disks and the load of the members", r.DurableWrite.Round(time.Millisecond)))
	default:
		out = append(out, good("write concern", "majority with journal; a write took %v", r.DurableWrite.Round(time.Millisecond)))
	}
	out = append(out, examineClock("clock", "the database", r.ClockAhead, r.RoundTrip/2))
	return append(out, examineIndexes(r)...)
}

// examineMembers rates the replica set: what a majority needs, and which members
// are missing.
func examineMembers(r *mongo.Report) []finding {
	if r.Sharded {
		return []finding{good("replica set", "a sharded cluster behind mongos; its shards are not looked at")}
	}
	members, primary := len(r.Hosts)+len(r.Arbiters), 0
	var out []finding
	for _, m := range r.Members {
		switch {
		case m.State == "PRIMARY":
			primary++
		case m.State == "SECONDARY" && m.Lag > behindLimit:
			out = append(out, bad("replica set", "%s is %v behind the primary; see whether it is overloaded or cut off", m.Host, m.Lag))
		case m.State != "SECONDARY" && m.State != "ARBITER":
			out = append(out, bad("replica set", "%s is %s; bring it back, without a majority of the %d members nothing can be written", m.Host, m.State, members))
		}
	}
	if r.Primary == "" || len(r.Members) > 0 && primary == 0 {
		out = append(out, bad("replica set", "%s has no primary; see that a majority of its %d members runs and can reach each other", r.SetName, members))
	}
	if len(out) > 0 {
		return out
	}
	text := fmt.Sprintf("%s, %d members, primary %s", r.SetName, members, r.Primary)
	if members == 1 {
		text = fmt.Sprintf("%s, one member: what is written is safe on its disk, but while it is down weft is too; three members go on without one", r.SetName)
	}
	if r.Members == nil {
		text += "; the state of the members is not known without the role clusterMonitor"
	}
	return []finding{good("replica set", "%s", text)}
}

// examineClock compares a clock with this machine's.
func examineClock(check, whose string, ahead, doubt time.Duration) finding {
	if ahead.Abs() > clockLimit+doubt {
		which := "ahead of"
		if ahead < 0 {
			which = "behind"
		}
		return bad(check, "%s is %v %s this machine; let both take their time from NTP", whose, ahead.Abs().Round(time.Millisecond), which)
	}
	return good(check, "%s and this machine differ by %v", whose, ahead.Abs().Round(time.Millisecond))
}

func examineIndexes(r *mongo.Report) []finding {
	var out []finding
	for _, b := range r.IndexBuilds {
		out = append(out, good("indexes", "%s of %s is being built since %s; lists that need it are slow until then",
			b.Index, b.Collection, b.Since.Format(time.TimeOnly)))
	}
	if len(r.MissingIndexes) == 0 {
		return append(out, good("indexes", "all that the definitions want are there"))
	}
	var names, rows []string
	for _, i := range r.MissingIndexes {
		names = append(names, i.Collection+"."+i.Index)
		if row := fmt.Sprintf("%q", i.Collection); len(rows) == 0 || rows[len(rows)-1] != row {
			rows = append(rows, row)
		}
	}
	return append(out, bad("indexes",
		"%s gone; somebody removed them: run db.weft_collection.deleteMany({_id: {$in: [%s]}}) in mongosh and start weft again, which makes them",
		strings.Join(names, ", "), strings.Join(rows, ", ")))
}
