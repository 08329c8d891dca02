package mongo

import (
	"context"
	"slices"
	"strings"
	"time"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// Report is what an operator should know about a database.
type Report struct {
	// Database is its name, Version that of the server.
	Database, Version string
	// Sharded: weft talks to a mongos. SetName is that of the replica set else.
	Sharded bool
	SetName string
	// Hosts hold data, Arbiters only vote; Primary is the one that accepts
	// writes.
	Hosts, Arbiters []string
	Primary         string
	// Members are as the primary sees them; nil where weft's user may not read
	// that.
	Members []Member
	// ClockAhead is how far the database's clock is ahead of this process, plus
	// or minus half of RoundTrip.
	ClockAhead, RoundTrip time.Duration
	// DurableWrite is how long a write took that a majority has in its journal.
	// DurableError is the reason why it failed.
	DurableWrite time.Duration
	DurableError error
	// DocumentFormat and TextFormat are the formats that the database is
	// written in.
	DocumentFormat, TextFormat int
	// MissingIndexes are indexes that Ensure made and that no longer exist.
	MissingIndexes []MissingIndex
	// IndexBuilds are indexes that any process is building, as far as weft's
	// user may read that; they are not in MissingIndexes.
	IndexBuilds []store.IndexBuild
}

// Member is a member of a replica set.
type Member struct {
	Host  string
	State string // PRIMARY, SECONDARY, (not reachable/healthy) …
	// Lag is how much later the primary's last write is than its own.
	Lag time.Duration
}

// MissingIndex names an index that is defined and does not exist.
type MissingIndex struct{ Collection, Index string }

// Diagnose collects the report by asking the database.
func (s *Store) Diagnose(ctx context.Context) (*Report, error) {
	r := &Report{Database: s.db.Name()}
	for _, step := range []func(context.Context, *Report) error{s.examineServer, s.examineMembers, s.examineFormat, s.examineIndexes, s.examineBuilding} {
		if err := step(ctx, r); err != nil {
			return nil, err
		}
	}
	start := time.Now()
	r.DurableError = s.health.call(ctx, func(ctx context.Context) error {
		row := bson.D{{Key: "$set", Value: bson.D{{Key: "at", Value: timestamp()}}}}
		_, err := s.db.Collection(commitCollection).UpdateOne(ctx, bson.D{{Key: memberID, Value: "examined"}}, row, options.Update().SetUpsert(true))
		return err
	})
	r.DurableWrite = time.Since(start)
	return r, nil
}

func (s *Store) examineServer(ctx context.Context, r *Report) error {
	var h struct {
		SetName   string    `bson:"setName"`
		Msg       string    `bson:"msg"`
		Hosts     []string  `bson:"hosts"`
		Arbiters  []string  `bson:"arbiters"`
		Primary   string    `bson:"primary"`
		LocalTime time.Time `bson:"localTime"`
	}
	var b struct {
		Version string `bson:"version"`
	}
	start := time.Now()
	err := s.health.call(ctx, func(ctx context.Context) error {
		return s.client.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&h)
	})
	if err != nil {
		return err
	}
	r.RoundTrip = time.Since(start)
	r.ClockAhead = h.LocalTime.Sub(start.Add(r.RoundTrip / 2))
	r.SetName, r.Sharded, r.Hosts, r.Arbiters, r.Primary = h.SetName, h.Msg == "isdbgrid", h.Hosts, h.Arbiters, h.Primary
	err = s.health.call(ctx, func(ctx context.Context) error {
		return s.client.Database("admin").RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&b)
	})
	r.Version = b.Version
	return err
}

// examineMembers needs a privilege that weft otherwise does not need
// (clusterMonitor).
func (s *Store) examineMembers(ctx context.Context, r *Report) error {
	if r.Sharded {
		return nil
	}
	var status struct {
		Members []struct {
			Name  string    `bson:"name"`
			State string    `bson:"stateStr"`
			Last  time.Time `bson:"optimeDate"`
		} `bson:"members"`
	}
	err := s.health.call(ctx, func(ctx context.Context) error {
		return s.client.Database("admin").RunCommand(ctx, bson.D{{Key: "replSetGetStatus", Value: 1}}).Decode(&status)
	})
	if err != nil {
		s.log.Debug("the state of the replica set's members is not known", "error", err)
		return ctx.Err()
	}
	newest := time.Time{}
	for _, m := range status.Members {
		if m.State == "PRIMARY" {
			newest = m.Last
		}
	}
	for _, m := range status.Members {
		member := Member{Host: m.Name, State: m.State}
		if m.State == "SECONDARY" && !newest.IsZero() {
			member.Lag = max(0, newest.Sub(m.Last))
		}
		r.Members = append(r.Members, member)
	}
	return nil
}

func (s *Store) examineFormat(ctx context.Context, r *Report) error {
	f, err := s.format(ctx)
	r.DocumentFormat, r.TextFormat = f.Document, f.Text
	return err
}

func (s *Store) examineIndexes(ctx context.Context, r *Report) error {
	for _, name := range s.catalog.names() {
		k := s.catalog.all()[name]
		there, err := s.definitions.diffIndexes(ctx, k)
		if err != nil {
			return err
		}
		for _, missing := range there.missing {
			r.MissingIndexes = append(r.MissingIndexes, MissingIndex{name, k.nameOf(missing)})
		}
	}
	slices.SortFunc(r.MissingIndexes, func(a, b MissingIndex) int {
		return strings.Compare(a.Collection+"\x00"+a.Index, b.Collection+"\x00"+b.Index)
	})
	return nil
}

// examineBuilding needs a privilege that weft otherwise does not need
// (indexStats).
func (s *Store) examineBuilding(ctx context.Context, r *Report) error {
	for _, name := range s.catalog.names() {
		k := s.catalog.all()[name]
		err := s.health.call(ctx, func(ctx context.Context) error {
			stages := bson.A{one("$indexStats", bson.D{}), one("$match", one("building", true))}
			cursor, err := s.docs(k).Aggregate(ctx, stages)
			if err != nil {
				return err
			}
			return forEachDoc(ctx, cursor, func(raw bson.Raw) error {
				index, _ := raw.Lookup("name").StringValueOK()
				since, _ := raw.Lookup("accesses", "since").TimeOK()
				r.IndexBuilds = append(r.IndexBuilds, store.IndexBuild{Collection: name, Index: k.nameOf(index), Since: since})
				return nil
			})
		})
		if err != nil {
			s.log.Debug("it is not known which indexes are being built", "error", err)
			return ctx.Err()
		}
	}
	return nil
}
