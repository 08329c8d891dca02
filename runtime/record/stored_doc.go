package record

import (
	"weft/runtime/model"
	"weft/runtime/store"
)

// StoredDoc is the document of a record of an entity that is only read, given in
// stored form with its system fields. Packages that keep such records commit it
// with the change that the record tells of.
func StoredDoc(e *model.Entity, doc map[string]any) store.Doc { return storeDoc(e, doc) }
