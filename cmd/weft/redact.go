package main

import (
	"io"
	"regexp"
)

// credentials match user and password before the host of an address, and
// secretOptions the secret options of a MongoDB URI. A password may hold any
// character, and slashes may be missing: the patterns rather match too much.
var (
	credentials = []*regexp.Regexp{
		regexp.MustCompile(`(?i)\b((?:mongodb|mongodb\+srv|s3):/{0,2})[^\n]*@`),
		regexp.MustCompile(`(?i)\b([a-z][a-z0-9+.-]*:/{1,2})\S*@`),
	}
	secretOptions = regexp.MustCompile(`(?i)\b(tlsCertificateKeyFilePassword=|sslClientCertificateKeyPassword=|AWS_SESSION_TOKEN:)[^\s&,"']*`)
)

// addressPattern matches what is meant as the address of a database or a
// bucket, even a malformed one. It is not the name of a folder.
var addressPattern = regexp.MustCompile(`(?i)^(mongodb|mongodb\+srv|s3):`)

// redact removes the credentials of addresses from a text. Packages below never
// show them; this covers input that an error repeats, such as a wrong argument.
func redact(text string) string {
	for _, c := range credentials {
		text = c.ReplaceAllString(text, "$1***@")
	}
	return secretOptions.ReplaceAllString(text, "$1***")
}

// redactingWriter writes texts without credentials.
type redactingWriter struct{ io.Writer }

// Write writes one message as a whole.
func (c redactingWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(c.Writer, redact(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}
