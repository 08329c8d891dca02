package store

import "errors"

// LostRace tells whether a commit failed because another writer was faster: a
// revision has changed, or a unique key (the id included) is taken.
func LostRace(err error) bool {
	var taken *UniqueError
	return errors.Is(err, ErrConflict) || errors.As(err, &taken)
}

// LostRaceIn is LostRace for documents of one collection, in batches that write
// several. An ErrConflict that does not say where it happened counts, too.
func LostRaceIn(err error, collection string) bool {
	var conflict *ConflictError
	if errors.As(err, &conflict) {
		return conflict.Collection == collection
	}
	var taken *UniqueError
	if errors.As(err, &taken) {
		return taken.Collection == collection
	}
	return errors.Is(err, ErrConflict)
}
