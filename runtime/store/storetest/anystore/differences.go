package anystore

import "testing"

// Difference is what one of the stores does not do as the other.
type Difference struct {
	// On is the store or the place of attachments on which a test is left out
	// or asks for less.
	On     string
	Reason string
}

// Differences are all of them, by the key that tests name.
var Differences = map[string]Difference{
	"leases without rows": {MongoDB, "several processes may have the database open at once, so that a lease is a row that all of them see"},
}

// Elsewhere are the files of tests that may leave themselves out for a reason
// that is not a store's.
var Elsewhere = map[string]string{
	"crashtest/fusetest/disk_test.go":            "a machine without FUSE cannot show a loss of power",
	"cmd/weft/power_loss_test.go":                "a machine without FUSE cannot show a loss of power",
	"runtime/files/power_loss_test.go":           "a machine without FUSE cannot show a loss of power",
	"cmd/weft/disk_test.go":                      "a user who may not mount cannot have a full or read-only disk",
	"runtime/transfer/b2b_test.go":               "the sales history stands beside the repository, not in it; with CI=true it must",
	"cmd/weft/migrate_deals_test.go":             "the sales history stands beside the repository, not in it; with CI=true it must",
	"runtime/store/mongo/served_explain_test.go": "explain says how a real mongod plans; the test server plans otherwise",
}

// Differs tells whether this run is about a store that has the difference, so that a test
// asks of it what can be asked.
func Differs(t testing.TB, key string) bool {
	t.Helper()
	d, ok := Differences[key]
	if !ok {
		t.Fatalf("no difference %q is declared", key)
	}
	return d.On == running(t) || d.On == Files(t)
}

// Skip leaves a test out on the store that has the difference.
func Skip(t testing.TB, key string) {
	t.Helper()
	if Differs(t, key) {
		t.Skipf("%s: %s", key, Differences[key].Reason)
	}
}
