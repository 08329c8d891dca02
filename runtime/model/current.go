package model

import "sync/atomic"

// Current holds the model that is in force: one atomic pointer. Whoever does
// one piece of work takes the model once and keeps it to the end.
type Current struct{ p atomic.Pointer[Model] }

// Model gives the model in force; nil before the first Swap.
func (c *Current) Model() *Model { return c.p.Load() }

// Swap puts m in force and gives the model that was.
func (c *Current) Swap(m *Model) *Model { return c.p.Swap(m) }
