package mongo

// Members of a document that only the adapter sees; see docs/stored-form.md.
const (
	memberID    = "_id"
	memberRev   = "rev"
	memberSort  = "_sort"
	memberFold  = "_fold"
	memberUnset = "_unset"
	memberWords = "_words"
	memberTouch = "_touch"
	memberClaim = "_claim"
)

// Collections of the adapter itself.
const (
	commitCollection  = "weft_commit"
	fenceCollection   = "weft_fence"
	formatCollection  = "weft_format"
	catalogCollection = "weft_collection"
)

// ownCollections cannot be read or watched through the port.
var ownCollections = []string{commitCollection, fenceCollection, formatCollection, catalogCollection}

// fieldPath is the path of a field's value in a document.
func fieldPath(field string) string {
	if field == "id" {
		return memberID
	}
	return field
}

// sortField is the path of a text field's sort key.
func sortField(field string) string { return memberSort + "." + field }

// foldField is the path of a field's folded text, if it is stored.
func foldField(field string) string { return memberFold + "." + field }

// unsetField is the path of the mark that a field has no value. It is stored
// for fields that an index has in ascending order and is absent where the field
// is set.
func unsetField(field string) string { return memberUnset + "." + field }

// wordOf is a search token as it is stored in memberWords; a prefix of a token
// gives a prefix of it.
func wordOf(field, token string) string { return field + " " + token }
