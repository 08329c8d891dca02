package main

import (
	"encoding/json"
	"io"
	"slices"

	"weft/runtime/access"
	"weft/runtime/files"
	"weft/runtime/store"
	"weft/runtime/store/dump"
	"weft/runtime/store/lease"
	"weft/runtime/store/migrate"
)

// forbiddenCollections are collections that weft never puts into a backup: an
// archive that has one was made by something else.
func forbiddenCollections() []string {
	return []string{access.SessionCollection, lease.Collection, migrate.Collection}
}

// archiveCheck checks everything in an archive that can be checked without a
// database, so that an inconsistent one is found before anything is written.
type archiveCheck struct {
	sums  map[string]*dump.Hasher // by collection
	last  map[string]string       // by collection, the id read last
	files map[string]files.File   // as the documents describe them
	sizes map[string]int64        // of the members, by id
}

// checkArchive reads a whole archive of format 2.
func checkArchive(r io.Reader) (*contents, error) {
	k := &archiveCheck{sums: map[string]*dump.Hasher{}, last: map[string]string{}, files: map[string]files.File{}, sizes: map[string]int64{}}
	_, c, err := readArchive(r, unpack{collections: k.collections, documents: k.documents, file: k.file})
	if err != nil {
		return nil, err
	}
	if err := k.compareSums(c); err != nil {
		return nil, err
	}
	return c, k.compareFiles(c)
}

func (k *archiveCheck) collections(defs []store.Collection) error {
	for _, c := range defs {
		if slices.Contains(forbiddenCollections(), c.Name) {
			return damaged("it should not hold %q", c.Name)
		}
		if k.sums[c.Name] != nil {
			return damaged("it holds %q twice", c.Name)
		}
		k.sums[c.Name] = dump.NewHasher()
	}
	return nil
}

func (k *archiveCheck) documents(collection string, docs []store.Doc) error {
	for _, d := range docs {
		if d.ID <= k.last[collection] {
			return damaged("the documents of %s are out of order at %s", collection, d.ID)
		}
		k.last[collection] = d.ID
		if collection != files.Collection {
			continue
		}
		var f files.File
		if err := json.Unmarshal(d.Body, &f); err != nil {
			return damaged("the document of the file %s: %w", d.ID, err)
		}
		k.files[d.ID] = f
	}
	if err := k.sums[collection].Add(docs); err != nil {
		return damaged("%s: %w", collection, err)
	}
	return nil
}

func (k *archiveCheck) file(id string, r io.Reader) error {
	if _, known := k.files[id]; !known {
		return damaged("no document knows the file %s", id)
	}
	size, err := io.Copy(io.Discard, r)
	if err != nil {
		return damaged("the file %s: %w", id, err)
	}
	k.sizes[id] = size
	return nil
}

// compareSums compares the documents with what the contents say of them.
func (k *archiveCheck) compareSums(c *contents) error {
	for _, saved := range c.Collections {
		s := k.sums[saved.Collection]
		if s == nil {
			return damaged("it holds no %s", saved.Collection)
		}
		if is := s.Sum(saved.Collection); is != saved {
			return damaged("%s holds %d documents with the digest %s, saved were %d with %s",
				saved.Collection, is.Count, is.Digest, saved.Count, saved.Digest)
		}
		delete(k.sums, saved.Collection)
	}
	for name := range k.sums {
		return damaged("it says nothing of what %s holds", name)
	}
	return nil
}

// compareFiles compares the attachments with their documents, but for those
// that were not whole when they were saved.
func (k *archiveCheck) compareFiles(c *contents) error {
	missing := setOf(c.Missing)
	for id, f := range k.files {
		if missing[id] {
			continue
		}
		digest, there := c.Members[filesName+"/"+id]
		if !there {
			return damaged("the file %s is missing", id)
		}
		if digest != f.SHA256 || k.sizes[id] != f.Size || f.ID != id {
			return damaged("the file %s is not the one that its document describes", id)
		}
	}
	return nil
}
