package store

import "context"

// FullReader reads documents together with their sort keys and search tokens,
// to copy them to another store. Every adapter's Store implements it, and so
// does the Reader of its View.
type FullReader interface {
	// ReadFull returns up to limit documents whose ids follow after ("" starts
	// at the beginning), in the order of their ids, with Sort and Tokens.
	ReadFull(ctx context.Context, collection, after string, limit int) ([]Doc, error)
}

// Describer lists the collections of a store with their indexes; every
// adapter's Store implements it.
type Describer interface {
	// Describe returns the collections as the last Ensure of each left them,
	// by name, including those that no Ensure has named since the store was opened.
	Describe(ctx context.Context) ([]Collection, error)
}
