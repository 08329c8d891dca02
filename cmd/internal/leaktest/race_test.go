//go:build race

package leaktest

import "slices"

// few picks the people who ask where every step costs ten times as much: those
// whose rights are the most different. What the matrix asks is the same.
func few(people []*person) []*person {
	return slices.DeleteFunc(people, func(p *person) bool { return !slices.Contains([]string{"own", "mixed", "blind"}, p.role) })
}
