package model

import "sync/atomic"

// Current holds the published model in one atomic pointer. A piece of work
// loads the model once and uses it to the end.
type Current struct{ p atomic.Pointer[Model] }

// Model gives the published model; nil before the first Swap.
func (c *Current) Model() *Model { return c.p.Load() }

// Swap publishes m and returns the previous model.
func (c *Current) Swap(m *Model) *Model { return c.p.Swap(m) }
