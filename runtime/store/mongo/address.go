package mongo

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"
)

// Address names the database that a URI means, without user, password and
// options: one database has one address, in whatever order its hosts are given.
// It is read as the driver reads the URI, since a password may hold what looks
// like the end of it. No error holds the URI's password.
func Address(uri string) (string, error) {
	c, err := parse(uri)
	if err != nil {
		return "", err
	}
	hosts := slices.Sorted(slices.Values(c.RawHosts)) // those of mongodb+srv are found anew each time
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
