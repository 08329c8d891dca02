package files

// Transient are the collections that mean nothing without bytes that no file
// has: uploads under way. A copy of a store leaves them out.
func Transient() []string { return []string{partialCollection} }
