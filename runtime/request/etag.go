package request

import (
	"strconv"
	"strings"
)

// ETag is the entity tag of a revision.
func ETag(rev int64) string {
	b := make([]byte, 0, 16)
	b = append(b, '"')
	b = strconv.AppendInt(b, rev, 10)
	return string(append(b, '"'))
}

// ParseETag reads a revision from an entity tag: strong, weak or bare.
func ParseETag(tag string) (rev int64, ok bool) {
	tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
	if len(tag) >= 2 && tag[0] == '"' && tag[len(tag)-1] == '"' {
		tag = tag[1 : len(tag)-1]
	}
	rev, err := strconv.ParseInt(tag, 10, 64)
	return rev, err == nil && rev > 0
}
