package migrate

import (
	"context"
	"errors"
	"sync"

	"weft/runtime/store"
	"weft/runtime/store/dump"
)

// Difference is the checksum of a collection in the source and in the target.
type Difference struct {
	Collection string        `json:"collection"`
	Source     dump.Checksum `json:"source"`
	Target     dump.Checksum `json:"target"`
}

// Equal tells whether both sides hold the same documents.
func (d Difference) Equal() bool { return d.Source == d.Target }

// Compare computes the checksums of the collections defs, on both sides at once.
func Compare(ctx context.Context, from, to store.FullReader, defs []store.Collection) ([]Difference, error) {
	list := make([]Difference, len(defs))
	for i, c := range defs {
		list[i].Collection = c.Name
		var wg sync.WaitGroup
		var failed [2]error
		wg.Go(func() { list[i].Source, failed[0] = dump.ChecksumOf(ctx, from, c.Name) })
		wg.Go(func() { list[i].Target, failed[1] = dump.ChecksumOf(ctx, to, c.Name) })
		wg.Wait()
		if err := errors.Join(failed[:]...); err != nil {
			return nil, err
		}
	}
	return list, nil
}
