package files

// TransientCollections are the collections that a copy of a store leaves out: uploads under
// way, whose bytes no file has, and what speaks of this database and its storage,
// the name and what was seen there.
func TransientCollections() []string {
	return []string{partialCollection, ownerCollection, orphanCollection}
}
