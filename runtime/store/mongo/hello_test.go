package mongo

import (
	"errors"
	"testing"

	"weft/runtime/store"
)

// What passes by itself is waited for, what does not is refused.
func TestServersThatAreRefused(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		hello hello
		want  error
	}{
		"a standalone server":                 {hello{MaxWireVersion: 25}, ErrStandalone},
		"a member that knows of no set yet":   {hello{Member: true, MaxWireVersion: 25}, store.ErrUnavailable},
		"a member of a set":                   {hello{SetName: "rs0", MaxWireVersion: 25}, nil},
		"the router of a sharded cluster":     {hello{Msg: "isdbgrid", MaxWireVersion: 25}, nil},
		"a member of a set of MongoDB 4.4":    {hello{SetName: "rs0", MaxWireVersion: 9}, ErrTooOld},
		"the router of a cluster of that age": {hello{Msg: "isdbgrid", MaxWireVersion: 9}, ErrTooOld},
	} {
		if err := c.hello.check(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
}
