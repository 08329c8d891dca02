// Package leaktest holds the leak matrix: every person of a made-up
// organisation asks every door for every row and field, and nothing that the
// documents of his roles do not give him may be in any byte of an answer
// (S-01, S-03, S-05). What may be seen is computed from the role documents by
// an oracle that knows nothing of runtime/access. The package has only tests.
package leaktest
