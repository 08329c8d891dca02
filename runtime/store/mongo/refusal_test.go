package mongo_test

import (
	"errors"
	"net"
	"testing"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/mongo"
)

// Nobody waits long for a database that is not there.
func TestADatabaseThatIsNotThere(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	_, err = mongo.Open(t.Context(), "mongodb://u:secret-word@"+address+"/weft?replicaSet=rs0", mongo.Options{})
	if !errors.Is(err, store.ErrUnavailable) || time.Since(start) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}
