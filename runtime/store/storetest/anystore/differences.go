package anystore

import "testing"

// Difference is a promise that one of the stores does not keep like the other.
type Difference struct {
	// On is the store or the storage of attachments on which a test is skipped or
	// asks for less.
	On     string
	Reason string
}

// Differences holds all of them by the key that tests use; docs/stored-form.md
// lists the same. A test that leaves something out names the key in a comment.
var Differences = map[string]Difference{
	"leases without rows":     {MongoDB, "several processes may have the database open at once, so that a lease is a row that all of them see"},
	"last digits of sums":     {MongoDB, "sums and averages of doubles are rounded to 15 significant digits; where large terms cancel each other, the digits left depend on the order of addition, which neither store promises; currency is exact"},
	"rules of time zones":     {MongoDB, "buckets of instants follow the rules that the database brought along, which may be of another year than weft's"},
	"arrays in scalar fields": {MongoDB, "it compares the elements of an array with a value, where a change of type by force left one"},
	"booleans among numbers":  {SQLite, "true and false are 1 and 0 where it compares, so that a number field in which a change of type by force left them matches"},
	"order of mixed kinds":    {MongoDB, "values of another kind than their field's have an order of their own in each database; no definition leads to them but a change of type by force"},
}

// OtherSkips are the test functions, by file and name, that may be skipped for
// another reason than the store, or that ask whether the server is a real mongod.
var OtherSkips = map[string]string{
	"runtime/files/s3_test.go:TestUnfinishedPartsAreEnded":                "MinIO lists no unfinished uploads, and ends them itself after a day",
	"crashtest/fusetest/missing.go:Missing":                               "a machine without FUSE cannot show a loss of power; with CI=true it must",
	"cmd/weft/disk_test.go:TestFullDiskIsSaidAndLosesNothing":             "a user who may not mount cannot have a full or read-only disk",
	"cmd/weft/disk_test.go:TestReadOnlyFolderIsSaid":                      "a user who may not mount cannot have a full or read-only disk",
	"runtime/transfer/b2b_test.go:b2bFolder":                              "the sales history is not part of the repository; with CI=true it must",
	"cmd/internal/app/trigger_deals_test.go:importDeals":                  "the sales history is not part of the repository; with CI=true it must",
	"cmd/weft/migrate_deals_test.go:TestMigrateDeals":                     "the sales history is not part of the repository; with CI=true it must",
	"runtime/store/mongo/served_explain_test.go:TestServedListsByExplain": "explain says how a real mongod plans; the test server plans otherwise",
	"runtime/store/mongo/search_test.go:TestSearchIsServed":               "explain says how a real mongod plans, besides what is shown without it",
	"runtime/store/mongo/differ_test.go:shardServer":                      "nothing is left out: a real mongod serves all shards, the test server has one processor to itself",
}

// Differs tells whether the store of this test run has the difference.
func Differs(t testing.TB, key string) bool {
	t.Helper()
	d, ok := Differences[key]
	if !ok {
		t.Fatalf("no difference %q is declared", key)
	}
	return d.On == current(t) || d.On == Files(t)
}

// Skip skips a test on the store that has the difference.
func Skip(t testing.TB, key string) {
	t.Helper()
	if Differs(t, key) {
		t.Skipf("%s: %s", key, Differences[key].Reason)
	}
}
