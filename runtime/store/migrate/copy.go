package migrate

import (
	"context"
	"fmt"
	"slices"

	"weft/runtime/store"
	"weft/runtime/store/dump"
)

// Source is what is copied from.
type Source interface {
	store.FullReader
	store.Describer
}

// Definitions returns the collections of a source that are to be copied: all
// except those in skip and the row of a migration.
func Definitions(ctx context.Context, from store.Describer, skip []string) ([]store.Collection, error) {
	all, err := from.Describe(ctx)
	if err != nil {
		return nil, fmt.Errorf("collections of the source: %w", err)
	}
	return slices.DeleteFunc(slices.Clone(all), func(c store.Collection) bool {
		return c.Name == Collection || slices.Contains(skip, c.Name)
	}), nil
}

// Copy puts all documents of the collections defs of the source into the target,
// continuing an interrupted call. After every page report gets the collection
// and the number of documents.
func (l *Loader) Copy(ctx context.Context, from Source, defs []store.Collection, report func(collection string, n int)) error {
	for _, c := range defs {
		if l.state.Filled || c.Name < l.state.In {
			continue
		}
		after := ""
		if c.Name == l.state.In {
			after = l.state.After
		}
		err := dump.Each(ctx, from, c.Name, after, func(docs []store.Doc) error {
			if err := l.Put(ctx, c.Name, docs); err != nil {
				return err
			}
			report(c.Name, len(docs))
			return nil
		})
		if err != nil {
			return err
		}
	}
	if l.state.Filled {
		return nil
	}
	return l.MarkFilled(ctx)
}
