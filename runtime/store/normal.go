package store

import "encoding/json"

// Normal is the definition as adapters read it back from JSON, where empty and
// missing lists are one.
func (c Collection) Normal() Collection {
	data, err := json.Marshal(c)
	if err != nil {
		return c
	}
	var back Collection
	if json.Unmarshal(data, &back) != nil {
		return c
	}
	return back
}
