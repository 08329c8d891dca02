package mongo

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"weft/runtime/store"
)

// The text of an error is told without the password, and what it is stays known.
func TestErrorsWithoutSecrets(t *testing.T) {
	t.Parallel()
	for uri, secrets := range map[string][]string{
		"mongodb://weft:hush%21@host/weft":                        {"hush%21", "hush!"},
		"mongodb://weft:hush!@host/weft?authMechanism=a@b":        {"hush!"},
		"mongodb://weft:hush@21@host/weft":                        {"hush@21", "hush"},
		"mongodb://weft:hush/21@host/weft":                        {"hush/21"},
		"mongodb://weft:database@host/weft?replicaSet=rs0":        {"database"},
		"mongodb+srv://weft:rs0@host/weft?appName=me@example.com": {"rs0"},
	} {
		for _, secret := range secrets {
			err := redactPassword(fmt.Errorf("%w: near %q: no such set: %w", store.ErrUnavailable, secret, ErrStandalone), uri)
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: %v", uri, err)
			}
			if !errors.Is(err, store.ErrUnavailable) || !errors.Is(err, ErrStandalone) {
				t.Errorf("%s: no longer known: %v", uri, err)
			}
		}
	}
	plain := errors.New("no such set")
	for _, uri := range []string{"mongodb://host/weft", "mongodb://weft:hush@host", "mongodb://weft@host", "mongodb://weft:@host", "nonsense"} {
		if got := redactPassword(plain, uri); got != plain {
			t.Errorf("%s: %v", uri, got)
		}
	}
}
