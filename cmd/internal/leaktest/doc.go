// Package leaktest tests that no answer shows what its reader may not see.
// Users with many different roles send every kind of request about
// every row and field; every byte of every answer is searched for hidden values.
// What a user may see is computed from the role documents by an independent
// oracle that does not use runtime/access. The package has only tests.
package leaktest
