package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"weft/runtime/store"
	"weft/runtime/store/dump"
)

// unpack says what to do with what an archive holds; parts that are nil are
// read over.
type unpack struct {
	collections func([]store.Collection) error
	documents   func(collection string, docs []store.Doc) error
	file        func(id string, r io.Reader) error
}

// archiveReader reads one archive of format 2.
type archiveReader struct {
	tar     *tar.Reader
	to      unpack
	digests map[string]string
	names   []string // of the collections, in order
	last    string   // name of the last member
}

// readArchive reads an archive to its end. When it returns no error, every
// member was what it was saved as and none is missing; what it gave to unpack
// before is good only then. A caller who cannot take that back reads twice. Of
// an archive of format 1 it reads the manifest only.
func readArchive(r io.Reader, to unpack) (*manifest, *contents, error) {
	tr, m, digest, err := openArchive(r)
	if err != nil {
		return nil, nil, err
	}
	if m.Format == fileArchiveFormat {
		return m, nil, nil
	}
	a := &archiveReader{tar: tr, to: to, digests: map[string]string{manifestName: digest}}
	for {
		h, err := tr.Next()
		if err != nil {
			return nil, nil, damaged("it ends too early: %w", err)
		}
		if h.Typeflag != tar.TypeReg {
			return nil, nil, damaged("%q is no file", h.Name)
		}
		if h.Name == contentsName {
			c, err := a.finish()
			return m, c, err
		}
		if err := a.member(h.Name); err != nil {
			return nil, nil, err
		}
	}
}

// openArchive reads the manifest, tells its digest, and leaves the reader behind it.
func openArchive(r io.Reader) (*tar.Reader, *manifest, string, error) {
	zr, err := gzip.NewReader(r)
	if err != nil {
		return nil, nil, "", fmt.Errorf("this is not a backup of weft: %w", err)
	}
	tr := tar.NewReader(zr)
	h, err := tr.Next()
	if errors.Is(err, io.EOF) {
		return nil, nil, "", errors.New("this is not a backup of weft: it is empty")
	}
	if err != nil {
		return nil, nil, "", damaged("%w", err)
	}
	if h.Name != manifestName {
		return nil, nil, "", errors.New("this is not a backup of weft: it has no manifest")
	}
	text, err := io.ReadAll(io.LimitReader(tr, textLimit))
	if err != nil {
		return nil, nil, "", damaged("manifest: %w", err)
	}
	m := &manifest{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, nil, "", damaged("manifest: %w", err)
	}
	if m.Format > archiveFormat {
		return nil, nil, "", fmt.Errorf("the backup was written by a newer weft (%s); restore it with that version", m.Weft)
	}
	sum := sha256.Sum256(text)
	return tr, m, hex.EncodeToString(sum[:]), nil
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("the backup is damaged: "+format, args...)
}

// member reads one member between manifest and contents.
func (a *archiveReader) member(name string) error {
	if _, twice := a.digests[name]; twice {
		return damaged("it holds %q twice", name)
	}
	if parts := fileMember.FindStringSubmatch(name); parts != nil {
		return a.file(name, parts[1])
	}
	parts := recordsMember.FindStringSubmatch(name)
	if parts == nil && name != collectionsName || name <= a.last {
		return damaged("it should not hold %q here", name)
	}
	a.last = name
	text, err := io.ReadAll(io.LimitReader(a.tar, textLimit+1))
	if err != nil {
		return damaged("%s: %w", name, err)
	}
	if len(text) > textLimit {
		return damaged("%s is too large", name)
	}
	sum := sha256.Sum256(text)
	a.digests[name] = hex.EncodeToString(sum[:])
	if name == collectionsName {
		return a.collections(text)
	}
	return a.documents(parts[1], name, text)
}

func (a *archiveReader) collections(text []byte) error {
	var defs []store.Collection
	if err := json.Unmarshal(text, &defs); err != nil {
		return damaged("%s: %w", collectionsName, err)
	}
	for _, c := range defs {
		a.names = append(a.names, c.Name)
	}
	if a.to.collections == nil {
		return nil
	}
	return a.to.collections(defs)
}

func (a *archiveReader) documents(collection, name string, text []byte) error {
	if !slices.Contains(a.names, collection) {
		return damaged("it should not hold %q", name)
	}
	if a.to.documents == nil {
		return nil
	}
	var docs []store.Doc
	for l := range bytes.Lines(text) {
		d, err := dump.ParseLine(l)
		if err != nil {
			return damaged("%s: %w", name, err)
		}
		docs = append(docs, d)
	}
	return a.to.documents(collection, docs)
}

func (a *archiveReader) file(name, id string) error {
	sum := sha256.New()
	r := io.TeeReader(io.LimitReader(a.tar, memberLimit), sum)
	if a.to.file != nil {
		if err := a.to.file(id, r); err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return damaged("%s: %w", name, err)
	}
	a.digests[name] = hex.EncodeToString(sum.Sum(nil))
	return nil
}

// finish compares what was read with the contents, after which nothing may come.
func (a *archiveReader) finish() (*contents, error) {
	c := &contents{}
	if err := json.NewDecoder(io.LimitReader(a.tar, textLimit)).Decode(c); err != nil {
		return nil, damaged("contents: %w", err)
	}
	if _, err := a.tar.Next(); !errors.Is(err, io.EOF) {
		return nil, damaged("something stands behind its end (%v)", err)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Members)) {
		if a.digests[name] == "" {
			return nil, damaged("%s is missing", name)
		}
		if a.digests[name] != c.Members[name] {
			return nil, damaged("%s does not have the content it was saved with", name)
		}
		delete(a.digests, name)
	}
	for name := range a.digests {
		return nil, damaged("it should not hold %q", name)
	}
	return c, nil
}
