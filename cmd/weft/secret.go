package main

import (
	"io"
	"regexp"
)

// credentials are what stands before the host of an address, user and password,
// and the secret ones among the options of a MongoDB URI. A password may hold
// anything, also what should have been encoded, and slashes may be missing:
// rather too much is taken for it than too little.
var (
	credentials = []*regexp.Regexp{
		regexp.MustCompile(`(?i)\b((?:mongodb|mongodb\+srv|s3):/{0,2})[^\n]*@`),
		regexp.MustCompile(`(?i)\b([a-z][a-z0-9+.-]*:/{1,2})\S*@`),
	}
	secretOptions = regexp.MustCompile(`(?i)\b(tlsCertificateKeyFilePassword=|sslClientCertificateKeyPassword=|AWS_SESSION_TOKEN:)[^\s&,"']*`)
)

// addressLike is what is meant as an address of a database or a bucket, whether
// or not it can be read as one. It is no name of a folder.
var addressLike = regexp.MustCompile(`(?i)^(mongodb|mongodb\+srv|s3):`)

// concealed is text without the credentials of the addresses in it. Nothing
// below the command shows them; this sees to it for what comes from outside,
// such as a wrong argument that is repeated in an error.
func concealed(text string) string {
	for _, c := range credentials {
		text = c.ReplaceAllString(text, "$1***@")
	}
	return secretOptions.ReplaceAllString(text, "$1***")
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
