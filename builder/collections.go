package builder

import (
	"weft/runtime/model"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// The collections of this package in addition to model.VersionCollection, which
// says who published what and when.
const (
	definitionCollection = "weft_definition"  // the definitions of a version; id: that of its version
	draftCollection      = "weft_draft"       // id: name
	packageCollection    = "weft_package"     // installed packages; id: key
	withheldCollection   = "weft_unconfirmed" // definitions of packages that nobody has confirmed; id: kind/key
)

var (
	versions    = table.New(model.VersionCollection, func(v *Version) (*string, *int64) { return &v.ID, &v.Rev })
	definitions = table.New(definitionCollection, func(d *definitionRow) (*string, *int64) { return &d.ID, &d.Rev })
	drafts      = table.New(draftCollection, func(d *Draft) (*string, *int64) { return &d.ID, &d.Rev })
	packages    = table.New(packageCollection, func(p *Installed) (*string, *int64) { return &p.ID, &p.Rev })
	withheld    = table.New(withheldCollection, func(u *unconfirmedRow) (*string, *int64) { return &u.ID, &u.Rev })
)

// Collections lists the collections of this package.
func Collections() []store.Collection {
	var list []store.Collection
	for _, name := range []string{model.VersionCollection, definitionCollection, draftCollection, packageCollection, withheldCollection} {
		version := name == model.VersionCollection
		list = append(list, store.Collection{Name: name, Unwatched: !version, ExpectAbsent: version})
	}
	return list
}
