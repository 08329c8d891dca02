package schemas

import (
	"cmp"
	"strconv"
	"strings"
)

// Requirement reads what a package requires, "sales-core" or "sales-core@1.2.0": the key
// of another package and the least version of it, "" for any.
func Requirement(s string) (key, least string) {
	key, least, _ = strings.Cut(s, "@")
	return key, least
}

// Satisfies tells whether a package in version have serves where least is required: it
// is of the same major version and not older. Both are semantic versions.
func Satisfies(have, least string) bool {
	if least == "" {
		return true
	}
	h, l := numbers(have), numbers(least)
	if h[0] != l[0] {
		return false
	}
	return cmp.Or(cmp.Compare(h[1], l[1]), cmp.Compare(h[2], l[2]), preRelease(have, least)) >= 0
}

// numbers are major, minor and patch.
func numbers(version string) (n [3]int) {
	core, _, _ := strings.Cut(version, "+")
	core, _, _ = strings.Cut(core, "-")
	for i, part := range strings.SplitN(core, ".", 3) {
		n[i], _ = strconv.Atoi(part)
	}
	return n
}

// preRelease is -1 where only have is a pre-release of the same version.
func preRelease(have, least string) int {
	pre := func(version string) bool {
		core, _, _ := strings.Cut(version, "+")
		return strings.Contains(core, "-")
	}
	if pre(have) && !pre(least) {
		return -1
	}
	return 0
}
