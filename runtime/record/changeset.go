package record

// changeset is one attempt at one or several changes that are committed
// together: the records that change, and everything that was relied on. Nothing
// is written before its commit. Its parts share one snapshot.
type changeset struct {
	callContext
	snapshot
	problemList
	derivedFields
	fileLinks
	references
	input
	stages
	deletion string       // id of the deletion that its removed records share
	numbers  takenNumbers // to be given back unless they are committed
	// fullParents are parents with more child rows than they can have, and how
	// many that is.
	fullParents map[docKey]int
}

func newChangeset(cc callContext) *changeset {
	cs := &changeset{callContext: cc}
	sn, pl := &cs.snapshot, &cs.problemList
	cs.snapshot = snapshot{callContext: &cs.callContext, index: map[docKey]*change{}}
	cs.derivedFields.snapshot = sn
	cs.fileLinks.snapshot, cs.fileLinks.problemList = sn, pl
	cs.references = references{sn, pl}
	cs.input = input{snapshot: sn, problemList: pl}
	cs.stages = stages{snapshot: sn, problemList: pl, derived: &cs.derivedFields, files: &cs.fileLinks}
	return cs
}
