package record

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"weft/runtime/store"
)

// A change that sets a reference relies on the bin holding no row for its
// target. A deletion therefore first puts a row there (a reservation), then looks for
// referrers, then deletes: whatever refers to the record is either found, or
// cannot be committed any more. A reservation of an owner that crashed is
// dropped by the first caller that meets it after reservationTime.

// reservationTime is longer than any deletion takes.
const reservationTime = 30 * time.Second

// reservations are the rows of the bin that one deletion has put there.
type reservations struct {
	s   *Service
	ids map[string]bool
}

// errReserved says that records were reserved and the deletion is to be built again.
var errReserved = errors.New("record: the records to be deleted are reserved now")

// needed lists the records that the changeset deletes, that others may refer to
// and that are not reserved yet. Child rows need none: with each of them its
// parent is written.
func (h *reservations) needed(cs *changeset) []string {
	var ids []string
	for _, ch := range cs.changes {
		if ch.op != opDelete || h.ids[ch.id] {
			continue
		}
		for _, f := range ch.entity.Referrers {
			if f.Entity.Child == nil || f.Entity.Child.Field != f {
				ids = append(ids, ch.id)
				break
			}
		}
	}
	return ids
}

// reserve puts the reservations into the bin; a conflict means that another deletion has
// one of the records.
func (h *reservations) reserve(ctx context.Context, ids []string, at string) error {
	b := &store.Batch{Ops: make([]store.Op, len(ids))}
	for i, id := range ids {
		body := []byte{'{'}
		body = appendMember(body, "id", id)
		body = appendMember(body, "rev", int64(1))
		body = closeObject(appendMember(body, "held_at", at))
		b.Ops[i] = store.Op{Kind: store.Insert, Collection: BinCollection, Doc: store.Doc{ID: id, Rev: 1, Body: body}}
	}
	if err := h.s.store.Commit(ctx, b); err != nil {
		var taken *store.UniqueError
		if errors.As(err, &taken) {
			return &store.ConflictError{Collection: BinCollection, ID: taken.ID}
		}
		return err
	}
	if h.ids == nil {
		h.ids = make(map[string]bool, len(ids))
	}
	for _, id := range ids {
		h.ids[id] = true
	}
	return errReserved
}

// forgetCommitted forgets the reservations that became rows of the bin.
func (h *reservations) forgetCommitted(cs *changeset) {
	for _, ch := range cs.changes {
		if ch.op == opDelete {
			delete(h.ids, ch.id)
		}
	}
}

// release takes the reservations of a deletion that failed out again.
func (h *reservations) release(ctx context.Context) {
	if len(h.ids) == 0 {
		return
	}
	b := &store.Batch{}
	for id := range h.ids {
		b.Ops = append(b.Ops, store.Op{Kind: store.Delete, Collection: BinCollection, Doc: store.Doc{ID: id}, OldRev: 1})
	}
	h.ids = nil
	// The caller may be gone; a reservation that stays is dropped after its time.
	_ = h.s.store.Commit(context.WithoutCancel(ctx), b)
}

// reservedAt tells since when a row of the bin is only a reservation.
func reservedAt(d store.Doc) (time.Time, bool) {
	var row struct {
		HeldAt string `json:"held_at"`
	}
	if json.Unmarshal(d.Body, &row) != nil || row.HeldAt == "" {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339, row.HeldAt)
	return at, err == nil
}

// dropExpiredReservation frees a record whose deletion was cut off in the middle.
func (s *Service) dropExpiredReservation(ctx context.Context, id string) {
	d, err := s.store.Get(ctx, BinCollection, id)
	if err != nil {
		return
	}
	if at, held := reservedAt(d); held && s.now().Sub(at) > reservationTime {
		// A conflict means that somebody else just did.
		_ = s.store.Commit(ctx, &store.Batch{Ops: []store.Op{
			{Kind: store.Delete, Collection: BinCollection, Doc: store.Doc{ID: id}, OldRev: d.Rev},
		}})
	}
}
