package main

import (
	"fmt"
	"slices"
	"strings"
)

// attachments is how many attachments the archive knows, whole or not.
func (c *contents) attachments() int {
	n := 0
	for name := range c.Members {
		if fileMember.MatchString(name) {
			n++
		}
	}
	return n + len(c.gone()) + len(c.Removed)
}

// gone are attachments that had no bytes although there was a document.
func (c *contents) gone() []string {
	known := setOf(c.Damaged, c.Removed)
	return slices.DeleteFunc(slices.Clone(c.Missing), func(id string) bool { return known[id] })
}

func setOf(lists ...[]string) map[string]bool {
	set := map[string]bool{}
	for _, list := range lists {
		for _, id := range list {
			set[id] = true
		}
	}
	return set
}

// loss says which attachments should be in the archive and are not; "" when
// there are none.
func (c *contents) loss() string {
	var parts []string
	if n := len(c.Damaged); n > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d attachments are damaged (first: %s)", n, c.attachments(), firstOf(c.Damaged)))
	}
	if gone := c.gone(); len(gone) > 0 {
		whose := ""
		if len(parts) == 0 {
			whose = fmt.Sprintf(" of %d attachments", c.attachments())
		}
		parts = append(parts, fmt.Sprintf("%d%s have no file (first: %s)", len(gone), whose, firstOf(gone)))
	}
	return strings.Join(parts, ", ")
}

// report adds to an answer for machines what the archive holds of attachments.
func (c *contents) report(to map[string]any) map[string]any {
	to["attachments"] = c.attachments()
	to["damaged"], to["missing"], to["removed"] = orNone(c.Damaged), orNone(c.gone()), orNone(c.Removed)
	return to
}

// orNone is a list that machines read as one, also when it is empty.
func orNone(ids []string) []string { return append([]string{}, ids...) }

// idsShown is how many ids a person gets to see.
const idsShown = 3

func firstOf(ids []string) string { return strings.Join(ids[:min(len(ids), idsShown)], ", ") }
