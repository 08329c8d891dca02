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

// ownCollections are not the port's: nobody reads or watches them through it.
var ownCollections = []string{commitCollection, fenceCollection, formatCollection, catalogCollection}

// fieldPath is where the value of a field of the port lies in a document.
func fieldPath(field string) string {
	if field == "id" {
		return memberID
	}
	return field
}

// sortField is where the sort key of a text field lies.
func sortField(field string) string { return memberSort + "." + field }

// foldField is where the folded text of a field lies, if it is kept.
func foldField(field string) string { return memberFold + "." + field }

// unsetField is the mark that a field has no value. It is kept for fields that
// an index has in ascending order and is absent where the field is set.
func unsetField(field string) string { return memberUnset + "." + field }

// jsonTypeTitle is a search token as it stands in memberWords; a prefix of a token
// gives a prefix of it.
func wordOf(field, token string) string { return field + " " + token }
