package transfer

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// rowID is the id of the record that a row makes: a UUIDv7 of the time at which
// the import began, then the position of the row, then a digest of the import's
// id. A row that is read again after a crash finds its own record by it, even
// where the mapping has no key.
func rowID(importID string, at time.Time, step, row int) string {
	digest := sha256.Sum256([]byte(importID + ":" + strconv.Itoa(step) + ":" + strconv.Itoa(row)))
	place := uint64(step)<<22 | uint64(row) // 10 bits and 22 bits
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16|0x7000|place>>20&0xFFF)
	binary.BigEndian.PutUint64(id[8:], 1<<63|place&0xFFFFF<<42|binary.BigEndian.Uint64(digest[:8])&(1<<42-1))
	return id.String()
}

// derivedID is the id of the record that a user makes of a row with the id of
// another system: the same at each repetition.
func derivedID(by, entity string, foreign any) string {
	digest := sha256.Sum256(fmt.Appendf(nil, "%s:%s:%v", by, entity, foreign))
	id := uuid.UUID(digest[:16])
	if text, ok := foreign.(string); ok {
		if original, err := uuid.Parse(text); err == nil && original.Version() == 7 {
			copy(id[:6], original[:6]) // ids sort by creation
		}
	}
	id[6], id[8] = id[6]&0x0F|0x70, id[8]&0x3F|0x80
	return id.String()
}
