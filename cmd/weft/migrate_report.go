package main

import (
	"errors"
	"fmt"
	"strings"

	"weft/runtime/store/dump"
	"weft/runtime/store/migrate"
)

// migrationReport compares both sides after a migration.
type migrationReport struct {
	From        string               `json:"from"`
	To          string               `json:"to"`
	Equal       bool                 `json:"equal"`
	Collections []migrate.Difference `json:"collections"`
	Files       fileSums             `json:"files"`
	// Took is the attachment storage, when another database owned it before.
	Took string `json:"took,omitempty"`
}

func (r *migrationReport) equal() bool {
	return r.sameRecords() && r.Files.Source == r.Files.Target
}

func (r *migrationReport) sameRecords() bool {
	for _, d := range r.Collections {
		if !d.Equal() {
			return false
		}
	}
	return true
}

// print writes the table; it fails when the sides are not equal.
func (r *migrationReport) print(m *Main) error {
	m.progressDone()
	r.Equal = r.equal()
	var b strings.Builder
	fmt.Fprintf(&b, "%-24s %10s %10s  %-16s %s\n", "collection", "source", "target", "digest", "")
	for _, d := range r.Collections {
		row(&b, d.Source, d.Target)
	}
	row(&b, r.Files.Source, r.Files.Target)
	if n := len(r.Files.Missing); n > 0 {
		fmt.Fprintf(&b, "%d attachments had no file at the source either (first: %s)\n", n, r.Files.Missing[0])
	}
	if r.Equal {
		fmt.Fprintf(&b, "moved %s to %s; both sides are equal%s", r.From, r.To, takeoverNotice(r.Took))
	}
	if err := m.print(r, strings.TrimSuffix(b.String(), "\n")); err != nil {
		return err
	}
	if n := len(r.Files.Damaged); n > 0 && r.sameRecords() {
		return fmt.Errorf("the sides are not equal: %d attachments are not what their documents describe (first: %s); restore them from a backup and run the same command again",
			n, firstOf(r.Files.Damaged))
	}
	if !r.Equal {
		return errors.New("the sides are not equal: the source is being changed; stop what works with it and run the same command again")
	}
	return nil
}

// shortDigest is how much of a digest a person gets to see.
const shortDigest = 16

func row(b *strings.Builder, source, target dump.Checksum) {
	mark := "equal"
	if source != target {
		mark = "DIFFERENT, target " + target.Digest[:shortDigest]
	}
	fmt.Fprintf(b, "%-24s %10d %10d  %-16s %s\n", source.Collection, source.Count, target.Count, source.Digest[:shortDigest], mark)
}
