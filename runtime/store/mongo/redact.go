package mongo

import (
	"net/url"
	"strings"
)

// redactedError is an error without the password of a URI in its text.
type redactedError struct {
	text  string
	cause error
}

func (c *redactedError) Error() string { return c.text }

// Unwrap keeps the cause for errors.Is; its text is not shown.
func (c *redactedError) Unwrap() error { return c.cause }

// redactPassword removes the password of a URI from an error's text.
func redactPassword(err error, uri string) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	for _, secret := range passwords(uri) {
		text = strings.ReplaceAll(text, secret, "***")
	}
	if text == err.Error() {
		return err
	}
	return &redactedError{text, err}
}

// passwords are the forms in which the password of a URI may appear in an
// error: as the driver parses it, up to the first @, or as the user meant it
// without encoding an @ in it; each encoded and decoded, the longest first.
func passwords(uri string) (all []string) {
	_, rest, _ := strings.Cut(uri, "://")
	address, _, _ := strings.Cut(rest, "?")
	for _, end := range []int{strings.LastIndex(address, "@"), strings.Index(rest, "@")} {
		if end < 0 {
			continue
		}
		_, password, _ := strings.Cut(rest[:end], ":")
		if password == "" {
			continue
		}
		all = append(all, password)
		if decoded, err := url.PathUnescape(password); err == nil && decoded != password {
			all = append(all, decoded)
		}
	}
	return all
}
