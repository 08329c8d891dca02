package mongo_test

import (
	"errors"
	"net"
	"testing"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"
)

// Nobody waits long for a database that is not there.
func TestADatabaseThatIsNotThere(t *testing.T) {
	t.Parallel()
	start := time.Now()
	_, err := mongo.Open(t.Context(), "mongodb://u:secret-word@"+nowhere(t)+"/weft?replicaSet=rs0", mongo.Options{})
	if !errors.Is(err, store.ErrUnavailable) || time.Since(start) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}

// nowhere is an address that nobody listens at.
func nowhere(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// A standalone server is told from one that cannot be reached, also by TLS,
// behind a first host that is not there, and whatever the password.
func TestAStandaloneServerAmongOthers(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{Standalone: true, TLS: true})
	address, options := server.Split()
	for _, uri := range []string{
		"mongodb://" + address + "/?replicaSet=rs0" + options,
		"mongodb://" + nowhere(t) + "," + address + "/?replicaSet=rs0" + options,
		"mongodb://mongo:database@" + address + "/?replicaSet=rs0" + options,
	} {
		if _, err := mongo.Open(t.Context(), uri, mongo.Options{UnresponsiveTimeout: 5 * time.Second}); !errors.Is(err, mongo.ErrStandalone) {
			t.Errorf("%s: %v", uri, err)
		}
	}
}

// A service of names that is away passes, as a database does that is.
func TestNamesThatCannotBeLookedUp(t *testing.T) {
	t.Parallel()
	_, err := mongo.Open(t.Context(), "mongodb+srv://weft:hush@db.weft.invalid/weft", mongo.Options{})
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("without names: %v", err)
	}
}

// The URI may ask for connections that are kept ready.
func TestConnectionsThatAreKeptReady(t *testing.T) {
	t.Parallel()
	s := open(t, mongotest.Start(t, mongotest.Options{}).URI+"&minPoolSize=5", mongo.Options{})
	ensurePairs(t, s)
}
