package store

import (
	"context"
	"iter"
)

// Each reads all documents that match, f.Limit of them at a time, in the order of
// their ids (f.Sort is empty). It ends with the first error.
func Each(ctx context.Context, r Reader, collection string, f Find) iter.Seq2[Doc, error] {
	return func(yield func(Doc, error) bool) {
		page := f
		for {
			docs, err := r.Find(ctx, collection, page)
			if err != nil {
				yield(Doc{}, err)
				return
			}
			for _, d := range docs {
				if !yield(d, nil) {
					return
				}
			}
			if len(docs) < page.Limit {
				return
			}
			page.After = &Position{ID: docs[len(docs)-1].ID}
		}
	}
}
