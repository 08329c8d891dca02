//go:build !race

package leaktest

// few is everybody.
func few(people []*person) []*person { return people }
