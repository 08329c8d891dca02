package access

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	"github.com/google/uuid"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// Collections of this package. All are unwatched: no change of them is ever sent to
// watchers.
const (
	CredentialCollection = "weft_credential" // id: user id; a password hash
	SessionCollection    = "weft_session"
	TokenCollection      = "weft_token"
	UseCollection        = "weft_secret_use" // id: of the session or token; when it was last used
	AttemptCollection    = "weft_attempt"    // id: a:<account> or n:<network>; failed sign-ins
)

// Collections lists them with their indexes.
func Collections() []store.Collection {
	return []store.Collection{
		{Name: CredentialCollection, Unwatched: true},
		{Name: SessionCollection, Unwatched: true, Indexes: []store.Index{
			keyIndex("hash", true), keyIndex("previous", true), keyIndex("user", false)}},
		{Name: TokenCollection, Unwatched: true, Indexes: []store.Index{keyIndex("hash", true), keyIndex("user", false)}},
		{Name: UseCollection, Unwatched: true},
		{Name: AttemptCollection, Unwatched: true},
	}
}

var (
	credentialTable = table.New(CredentialCollection, func(d *credentialDoc) (*string, *int64) { return &d.ID, &d.Rev })
	sessionTable    = table.New(SessionCollection, func(d *sessionDoc) (*string, *int64) { return &d.ID, &d.Rev })
	tokenTable      = table.New(TokenCollection, func(d *tokenDoc) (*string, *int64) { return &d.ID, &d.Rev })
	attemptTable    = table.New(AttemptCollection, func(d *attemptDoc) (*string, *int64) { return &d.ID, &d.Rev })
)

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

// ids lists what id gives of each item.
func ids[T any](list []T, id func(T) string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = id(v)
	}
	return out
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// parseInstant reads a stored time; an unset one is long ago.
func parseInstant(stored string) time.Time {
	t, err := query.ParseInstant(stored)
	if err != nil {
		return time.Time{}
	}
	return t
}

// truncate limits text from an anonymous client to a length in characters.
func truncate(s string, n int) string {
	s = strings.ToValidUTF8(strings.TrimSpace(s), "\uFFFD")
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// keyIs compares a key field with a value.
func keyIs(field, value string) query.Expr {
	return query.Cmp{Path: query.Path{Field: field, Kind: query.Key}, Op: query.Eq, Value: value}
}

func keyIndex(field string, unique bool) store.Index {
	return store.Index{Name: field, Unique: unique, Keys: []store.IndexKey{{Path: query.Path{Field: field, Kind: query.Key}}}}
}
