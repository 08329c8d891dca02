//go:build race

package leaktest

import "slices"

// someUsers picks the users whose rights differ most, since the race detector
// makes every step ten times slower. The probes are the same.
func someUsers(people []*user) []*user {
	return slices.DeleteFunc(people, func(p *user) bool { return !slices.Contains([]string{"own", "mixed", "blind"}, p.role) })
}
