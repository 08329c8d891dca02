package access

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"weft/runtime/query"
	"weft/runtime/store"
)

// Collections of this package. All are quiet: no change of them is ever sent to
// watchers.
const (
	CredentialCollection = "weft_credential" // id: user id; a password hash
	SessionCollection    = "weft_session"
	TokenCollection      = "weft_token"
	AttemptCollection    = "weft_attempt" // id: a:<account> or n:<network>; failed sign-ins
)

// Collections lists them with their indexes.
func Collections() []store.Collection {
	return []store.Collection{
		{Name: CredentialCollection, Unwatched: true},
		{Name: SessionCollection, Unwatched: true, Indexes: []store.Index{
			keyIndex("hash", true), keyIndex("previous", true), keyIndex("user", false)}},
		{Name: TokenCollection, Unwatched: true, Indexes: []store.Index{keyIndex("hash", true), keyIndex("user", false)}},
		{Name: AttemptCollection, Unwatched: true},
	}
}

// Secrets are 256 random bits; the prefix tells a session's from a token's,
// and lets secret scanners find a token that was published by mistake.
const (
	sessionPrefix = "wfs_"
	tokenPrefix   = "weft_"
)

func newSecret(prefix string) string {
	return prefix + base64.RawURLEncoding.EncodeToString(randomBytes(32))
}

// digest is what is stored of a secret. A plain hash is enough, for a secret
// of 256 random bits cannot be guessed.
type digest [sha256.Size]byte

func digestOf(secret string) digest { return sha256.Sum256([]byte(secret)) }

func (d digest) String() string { return hex.EncodeToString(d[:]) }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// instant is the stored form of a time.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func parseInstant(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// docOf makes a document of a struct with "id" and "rev".
func docOf(id string, rev int64, body any) (store.Doc, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return store.Doc{}, fmt.Errorf("access: %w", err)
	}
	return store.Doc{ID: id, Rev: rev, Body: raw}, nil
}

// truncate limits text from an anonymous client to a length in characters.
func truncate(s string, n int) string {
	s = strings.ToValidUTF8(strings.TrimSpace(s), "\uFFFD")
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

func keyIndex(field string, unique bool) store.Index {
	return store.Index{Name: field, Unique: unique, Keys: []store.IndexKey{{Path: query.Path{Field: field, Kind: query.Key}}}}
}
