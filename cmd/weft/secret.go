package main

import (
	"io"
	"regexp"
)

// credentials are what stands before the host of an address, user and password,
// and the secret ones among the options of a MongoDB URI.
var (
	credentials   = regexp.MustCompile(`(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@"']*@`)
	secretOptions = regexp.MustCompile(`(?i)\b(tlsCertificateKeyFilePassword=|sslClientCertificateKeyPassword=|AWS_SESSION_TOKEN:)[^\s&,"']*`)
)

// concealed is text without the credentials of the addresses in it. Nothing
// below the command shows them; this sees to it for what comes from outside,
// such as a wrong argument that is repeated in an error.
func concealed(text string) string {
	return secretOptions.ReplaceAllString(credentials.ReplaceAllString(text, "$1***@"), "$1***")
}

// concealing writes what it is given without credentials.
type concealing struct{ io.Writer }

// Write writes one message as a whole.
func (c concealing) Write(p []byte) (int, error) {
	if _, err := io.WriteString(c.Writer, concealed(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}
