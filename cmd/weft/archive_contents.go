package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"weft/runtime/store/dump"
)

// decode reads a manifest. Only one of format 1 may be long; its members are
// checked one by one, so that a crafted manifest does not fill memory.
func (m *manifest) decode(r io.Reader) error {
	head, err := io.ReadAll(io.LimitReader(r, manifestLimit+1))
	if err != nil {
		return err
	}
	if len(head) <= manifestLimit {
		return json.Unmarshal(head, m)
	}
	in := newJSONStream(io.LimitReader(io.MultiReader(bytes.NewReader(head), r), oldManifestLimit))
	return in.object(func(key string) error {
		switch key {
		case "format":
			return in.Decode(&m.Format)
		case "weft":
			return in.Decode(&m.Weft)
		case "at":
			return in.Decode(&m.At)
		case "members":
			if m.Format == fileArchiveFormat {
				return m.decodeMembers(in)
			}
		}
		return errors.New("it is too large")
	})
}

func (m *manifest) decodeMembers(in *jsonStream) error {
	m.Members = map[string]string{}
	return in.object(func(name string) error {
		if name != databaseName && !fileMember.MatchString(name) {
			return fmt.Errorf("it should not hold %.80q", name)
		}
		var digest string
		err := in.Decode(&digest)
		m.Members[name] = digest
		return err
	})
}

// contents decodes the last member and moves the digests of the members that it
// names out of a.digests. It may name nothing that the archive did not hold, so
// that its size is bounded by that of the archive.
func (a *archiveReader) contents() (*contents, error) {
	c := &contents{Members: make(map[string]string, len(a.digests))}
	in := newJSONStream(io.LimitReader(a.tar, contentsLimit))
	err := in.object(func(key string) error {
		switch key {
		case "members":
			return in.object(func(name string) error { return a.compareMember(c, in, name) })
		case "collections":
			return in.array(func() error {
				var sum dump.Checksum
				if err := in.Decode(&sum); err != nil {
					return err
				}
				if c.Collections = append(c.Collections, sum); len(c.Collections) > collectionsMost {
					return damaged("it names too many collections")
				}
				return nil
			})
		case "missing":
			return a.decodeIDs(in, &c.Missing)
		case "damaged":
			return a.decodeIDs(in, &c.Damaged)
		case "removed":
			return a.decodeIDs(in, &c.Removed)
		}
		return damaged("its contents should not hold %.80q", key)
	})
	var known damage
	if err != nil && !errors.As(err, &known) {
		err = damaged("contents: %w", err)
	}
	return c, err
}

func (a *archiveReader) compareMember(c *contents, in *jsonStream, name string) error {
	var want string
	if err := in.Decode(&want); err != nil {
		return err
	}
	switch a.digests[name] {
	case "":
		return damaged("%.300s is missing", name)
	case want:
		c.Members[name] = want
		delete(a.digests, name)
		return nil
	}
	return damaged("%s does not have the content it was saved with", name)
}

// decodeIDs reads ids of attachments; there are no more of them than documents.
func (a *archiveReader) decodeIDs(in *jsonStream, list *[]string) error {
	return in.array(func() error {
		var id string
		if err := in.Decode(&id); err != nil {
			return err
		}
		if *list = append(*list, id); len(*list) > a.count {
			return damaged("it names more attachments than it holds documents")
		}
		return nil
	})
}
