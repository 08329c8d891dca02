package mongo

import (
	"context"
	"errors"
	"slices"
	"time"

	"weft/runtime/startstop"
	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// streamWait is how long the database lets a change stream wait for events.
const streamWait = time.Second

// streamLimit is how much longer than that an answer may take before the stream
// is opened again, streamSilence before cached data counts as stale.
const (
	streamLimit   = 10 * time.Second
	streamSilence = 2 * time.Second
)

// start opens the change stream and follows it until stop.
func (f *changeFeed) start(ctx context.Context) error {
	stream, err := f.open(ctx, nil)
	if err != nil {
		return err
	}
	f.streaming = startstop.New("change stream", f.s.log, func(ctx context.Context) {
		first := stream
		stream = nil
		f.follow(ctx, first)
	})
	f.streaming.Start()
	f.definition.Start()
	return nil
}

// followDefinitions adopts what other processes make of collections. It runs
// apart from the stream, since backfilling may take long.
func (f *changeFeed) followDefinitions(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.definitionsChanged:
		}
		if err := f.s.definitions.followDefinitions(ctx); err != nil && ctx.Err() == nil {
			f.s.log.Warn("the definitions of collections could not be followed; trying again", "error", err)
			time.AfterFunc(f.s.options.UnresponsiveTimeout/8, f.notifyDefinitions)
		}
	}
}

func (f *changeFeed) notifyDefinitions() {
	select {
	case f.definitionsChanged <- struct{}{}:
	default:
	}
}

func (f *changeFeed) stop() {
	close(f.closed)
	if f.streaming != nil {
		f.streaming.Stop()
	}
	f.definition.Stop()
}

// open opens a change stream after a resume token, or from now.
func (f *changeFeed) open(ctx context.Context, token bson.Raw) (stream *driver.ChangeStream, err error) {
	o := options.ChangeStream().SetMaxAwaitTime(streamWait)
	if token != nil {
		o.SetStartAfter(token)
	}
	err = f.s.health.call(ctx, func(ctx context.Context) error {
		stream, err = f.s.db.Watch(ctx, f.pipeline(), o)
		return err
	})
	return stream, err
}

// pipeline leaves out what is not needed, above all the documents of unwatched
// collections.
func (f *changeFeed) pipeline() driver.Pipeline {
	quiet := bson.A{commitCollection}
	for _, name := range f.s.catalog.names() {
		if f.s.catalog.all()[name].Unwatched {
			quiet = append(quiet, name)
		}
	}
	ours := bson.A{
		bson.D{{Key: "ns.coll", Value: bson.D{{Key: "$in", Value: bson.A{fenceCollection, formatCollection}}}}},
		bson.D{{Key: "ns.coll", Value: commitCollection}, {Key: "operationType", Value: bson.D{{Key: "$ne", Value: "insert"}}}},
	}
	document := bson.D{{Key: "$cond", Value: bson.A{bson.D{{Key: "$in", Value: bson.A{"$ns.coll", quiet}}}, "$$REMOVE", "$fullDocument"}}}
	return driver.Pipeline{
		{{Key: "$match", Value: bson.D{{Key: "$nor", Value: ours}}}},
		{{Key: "$project", Value: bson.D{
			{Key: "operationType", Value: 1}, {Key: "ns.coll", Value: 1}, {Key: "documentKey._id", Value: 1}, {Key: "lsid.id", Value: 1}, {Key: "txnNumber", Value: 1},
			{Key: "updateDescription.updatedFields", Value: 1}, {Key: "updateDescription.removedFields", Value: 1}, {Key: "fullDocument", Value: document},
		}}},
	}
}

// follow reads the stream and opens it again after its last resume token when
// it breaks. Where the database cannot resume, watchers are told. stream is nil
// after a panic.
func (f *changeFeed) follow(ctx context.Context, stream *driver.ChangeStream) {
	f.interrupted.Store(stream == nil)
	var token bson.Raw
	if stream != nil {
		token = stream.ResumeToken()
	}
	logged := false
	for pause := time.Duration(0); ; {
		if stream != nil {
			err := f.read(ctx, stream, &token)
			f.interrupted.Store(true)
			f.close(stream)
			if ctx.Err() != nil {
				return
			}
			f.s.log.Warn("the change stream broke; opening it again", "error", err)
			if !resumable(err) {
				token = nil
			}
			pause, logged = 0, false
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		f.s.health.waitUntilAvailable(ctx)
		pause = min(pause+f.s.options.UnresponsiveTimeout/8, f.s.options.UnresponsiveTimeout)
		var err error
		if stream, err = f.open(ctx, token); err != nil {
			stream = nil
			if !logged && ctx.Err() == nil {
				f.s.log.Warn("the change stream cannot be opened; trying again until it can, live views wait", "error", err)
				logged = true
			}
			if !resumable(err) {
				token = nil
			}
			continue
		}
		f.reconnected(token == nil)
	}
}

// reconnected marks every collection as changed after an interruption.
func (f *changeFeed) reconnected(lost bool) {
	f.notifyDefinitions()
	f.noteResponse()
	f.interrupted.Store(false)
	if lost {
		f.s.log.Warn("the change stream could not go on where it was")
		f.resync()
		return
	}
	f.markAllChanged()
}

func (f *changeFeed) close(stream *driver.ChangeStream) {
	ctx, cancel := context.WithTimeout(context.Background(), f.s.options.UnresponsiveTimeout)
	defer cancel()
	if err := stream.Close(ctx); err != nil {
		f.s.log.Debug("end of a change stream", "error", err)
	}
}

// resumable tells whether a stream can be resumed after an error.
func resumable(err error) bool {
	return errors.Is(err, store.ErrUnavailable) || errors.Is(err, errStreamEnded) || hasLabel(err, "ResumableChangeStreamError")
}

var errStreamEnded = errors.New("mongo: the change stream ended")

// read handles events until the stream breaks, and moves token on.
func (f *changeFeed) read(ctx context.Context, stream *driver.ChangeStream, token *bson.Raw) error {
	for {
		var found bool
		err := f.s.health.callInBackground(ctx, streamWait+streamLimit, func(ctx context.Context) error {
			found = stream.TryNext(ctx)
			return stream.Err()
		})
		if err == nil {
			f.noteResponse()
		}
		switch {
		case err != nil:
			return err
		case found:
			if err := f.event(ctx, stream.Current); err != nil {
				return err
			}
		case stream.ID() == 0:
			return errStreamEnded
		}
		*token = slices.Clone(stream.ResumeToken())
	}
}
