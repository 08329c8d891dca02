package mongo

import (
	"strings"
	"testing"
)

// An address names the database as the driver understands the URI, whatever
// stands in user and password, and never says these.
func TestAddress(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"mongodb://h":                                              "mongodb://h/weft",
		"mongodb://h/":                                             "mongodb://h/weft",
		"mongodb://h:27017/crm?replicaSet=rs0":                     "mongodb://h:27017/crm",
		"mongodb://u:hidden@h/crm":                                 "mongodb://h/crm",
		"mongodb://u:hidden?rest@h/crm":                            "mongodb://h/crm",
		"mongodb://u:hidden?rest@other/crm?tls=true":               "mongodb://other/crm",
		"mongodb://hidden@h/crm":                                   "mongodb://h/crm",
		"mongodb://u:hidden%40%2F@h/crm?tlsCAFile=/etc/ssl@2/ca":   "mongodb://h/crm",
		"mongodb://u:hidden@c:3,a:1,b:2/crm":                       "mongodb://a:1,b:2,c:3/crm",
		"mongodb://u:hidden@%2Ftmp%2Fmongodb.sock/crm?appName=x@y": "mongodb:///tmp/mongodb.sock/crm",
	} {
		got, err := Address(uri)
		if got != want || err != nil {
			t.Errorf("%s is %q, %v; want %q", uri, got, err, want)
		}
	}
	for _, uri := range []string{
		"mongodb://u:hid/den@h", "mongodb://u:hid@den@h", "mongodb://u:hid:den@h", "mongodb://u:hidden@h:port", "mongodb:/u:hidden@h", "hidden", "",
	} {
		got, err := Address(uri)
		if err == nil || got != "" || strings.Contains(err.Error(), "hid") {
			t.Errorf("%s is %q, %v", uri, got, err)
		}
	}
}
