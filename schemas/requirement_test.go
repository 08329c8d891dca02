package schemas_test

import (
	"testing"

	"weft/schemas"
)

func TestVersionsThatSatisfy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		have, least string
		want        bool
	}{
		{"1.0.0", "", true},
		{"1.2.0", "1.2.0", true},
		{"1.10.0", "1.9.3", true},
		{"1.2.1", "1.2.0", true},
		{"1.1.9", "1.2.0", false},
		{"2.0.0", "1.2.0", false},
		{"1.2.0-rc.1", "1.2.0", false},
		{"1.2.0+build-7", "1.2.0", true},
		{"1.2.0", "1.2.0-rc.1", true},
	} {
		if got := schemas.Satisfies(c.have, c.least); got != c.want {
			t.Errorf("%s for %s: %t", c.have, c.least, got)
		}
	}
	if key, least := schemas.Requirement("sales-core@1.2.0"); key != "sales-core" || least != "1.2.0" {
		t.Error(key, least)
	}
}
