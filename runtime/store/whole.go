package store

import "context"

// WholeReader reads documents with everything that is kept beside them, to
// copy them elsewhere. Every adapter's Store offers it, and so does the Reader
// of its View.
type WholeReader interface {
	// Whole returns up to limit documents behind the id after ("" begins), in
	// the order of their ids, with Sort and Tokens.
	Whole(ctx context.Context, collection, after string, limit int) ([]Doc, error)
}

// Describer tells what its collections are; every adapter's Store offers it.
type Describer interface {
	// Definitions are the collections as the last Ensure of each left them, by
	// name: also those that no Ensure has named since the store was opened.
	Definitions(ctx context.Context) ([]Collection, error)
}
