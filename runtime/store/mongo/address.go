package mongo

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"
)

// Address names the database of a URI, without user, password and options: it
// is the same in whatever order the hosts are given. The URI is parsed as the
// driver parses it, since a password may contain its separators. No error
// contains the password.
func Address(uri string) (string, error) {
	c, err := parse(uri)
	if err != nil {
		return "", err
	}
	hosts := slices.Sorted(slices.Values(c.RawHosts)) // those of mongodb+srv are looked up at every connection
	return c.Scheme + "://" + strings.Join(hosts, ",") + "/" + databaseOf(c), nil
}

func parse(uri string) (*connstring.ConnString, error) {
	c, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return nil, uriError(err, uri)
	}
	return c, nil
}

func databaseOf(c *connstring.ConnString) string {
	if c.Database == "" {
		return defaultDatabase
	}
	return c.Database
}
