package assign

import (
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// Collections of this package; assignments themselves are records of the built-in
// entity assignment.
const (
	LoadCollection   = "weft_assignment_load"   // id: <entity>:<user id>; replaced by every assignment
	DetailCollection = "weft_assignment_detail" // id: that of the assignment; its candidates
)

// Collections lists them with their indexes.
func Collections() []store.Collection {
	return []store.Collection{
		{Name: LoadCollection, Unwatched: true},
		{Name: DetailCollection, Unwatched: true},
	}
}

// loadRow guards how much one person has of one entity.
type loadRow struct {
	ID     string `json:"id"`
	Rev    int64  `json:"rev"`
	LastAt string `json:"last_at,omitempty"` // of the last assignment or claim
}

var (
	loads   = table.New(LoadCollection, func(r *loadRow) (*string, *int64) { return &r.ID, &r.Rev })
	details = table.New(DetailCollection, func(d *detail) (*string, *int64) { return &d.ID, &d.Rev })
)

func loadID(entity, user string) string { return entity + ":" + user }

var (
	idPath      = query.Path{Field: "id", Kind: query.Key}
	recordPath  = query.Path{Field: "record", Kind: query.Key}
	outcomePath = query.Path{Field: "outcome", Kind: query.Key}
	winnerPath  = query.Path{Field: "winner", Kind: query.Key}
	atPath      = query.Path{Field: "at", Kind: query.Instant}
)
