package mongo

import (
	"context"
	"errors"
	"slices"
	"time"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// streamWait is how long the database lets a change stream wait for events.
const streamWait = time.Second

// streamLimit is how much longer an answer may take until the stream is opened
// again, and streamSilence until nobody trusts that nothing has changed.
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
	f.workers.Go(func() { f.follow(f.alive, stream) })
	f.workers.Go(func() { f.followDefinitions(f.alive) })
	return nil
}

// followDefinitions keeps up with what other processes make of collections,
// beside the stream, since it may take long.
func (f *changeFeed) followDefinitions(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.definitionsChanged:
		}
		if err := f.s.followDefinitions(ctx); err != nil && ctx.Err() == nil {
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
	f.quit()
	f.workers.Wait()
}

// open begins a change stream behind a token, or now.
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

// pipeline leaves out what nobody needs, above all the documents of quiet
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

// follow reads the stream and opens it again behind its last token when it
// breaks. Where the database cannot go on from there, watchers hear of it.
func (f *changeFeed) follow(ctx context.Context, stream *driver.ChangeStream) {
	token := stream.ResumeToken()
	told := false
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
			pause, told = 0, false
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
			if !told && ctx.Err() == nil {
				f.s.log.Warn("the change stream cannot be opened; trying again until it can, live views wait", "error", err)
				told = true
			}
			if !resumable(err) {
				token = nil
			}
			continue
		}
		f.reconnected(token == nil)
	}
}

// reconnected makes up for the interruption: every collection may have changed.
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

// resumable tells whether a stream may go on behind its token after an error.
func resumable(err error) bool {
	return errors.Is(err, store.ErrUnavailable) || errors.Is(err, errStreamEnded) || hasLabel(err, "ResumableChangeStreamError")
}

var errStreamEnded = errors.New("mongo: the change stream ended")

// read handles events until the stream breaks; token follows.
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
