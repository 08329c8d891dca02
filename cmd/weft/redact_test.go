package main

import (
	"strings"
	"testing"
)

// Whatever a password is made of, nothing of it is left in a text.
func TestRedact(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"unexpected argument mongodb://u:hidden@h/db":        "unexpected argument mongodb://***@h/db",
		"unexpected argument mongodb://u:hid/den@h/db":       "unexpected argument mongodb://***@h/db",
		"unexpected argument mongodb://u:hid@den@h/db":       "unexpected argument mongodb://***@h/db",
		`at "mongodb://u:hid"den@h/db"`:                      `at "mongodb://***@h/db"`,
		"mongodb://u:hid?den@h/db":                           "mongodb://***@h/db",
		"mongodb+srv://u:hid den@h/db":                       "mongodb+srv://***@h/db",
		"mongodb:/u:hidden@h":                                "mongodb:/***@h",
		"folder mongodb:u:hidden@h":                          "folder mongodb:***@h",
		"/var/lib/mongodb:/u:hidden@h":                       "/var/lib/mongodb:/***@h",
		"S3://KEY:hid/den+=@h/bucket":                        "S3://***@h/bucket",
		"https://u:hid/den@h/x":                              "https://***@h/x",
		"http://127.0.0.1:1 does not answer li@example.com":  "http://127.0.0.1:1 does not answer li@example.com",
		"mongodb://h/db holds an unfinished copy":            "mongodb://h/db holds an unfinished copy",
		"mongodb://h/?tlsCertificateKeyFilePassword=hidden&": "mongodb://h/?tlsCertificateKeyFilePassword=***&",
	} {
		if got := redact(text); got != want || strings.Contains(got, "hid") {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}
