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
	"slices"

	"weft/runtime/store"
	"weft/runtime/store/dump"
)

// unpack says what to do with what an archive holds; parts that are nil are
// skipped.
type unpack struct {
	collections func([]store.Collection) error
	documents   func(collection string, docs []store.Doc) error
	file        func(id string, r io.Reader) error
}

// archiveReader reads one archive of format 2.
type archiveReader struct {
	*openedArchive
	to      unpack
	digests map[string]string
	names   []string // of the collections, in order
	last    string   // name of the last member
	count   int      // documents read
}

// readArchive reads an archive to its end. When it returns no error, every
// member was what it was saved as and none is missing; what it gave to unpack
// is valid only then; checkArchive checks whether the members fit each other. Of an archive of format 1 it reads the manifest only.
func readArchive(r io.Reader, to unpack) (*manifest, *contents, error) {
	o, err := openArchive(r)
	if err != nil {
		return nil, nil, err
	}
	if o.manifest.Format == fileArchiveFormat {
		return o.manifest, nil, nil
	}
	a := &archiveReader{openedArchive: o, to: to, digests: map[string]string{manifestName: o.digest}}
	for {
		h, err := a.tar.Next()
		if err != nil {
			return nil, nil, damaged("it ends too early: %w", err)
		}
		if h.Typeflag != tar.TypeReg {
			return nil, nil, damaged("%q is no file", h.Name)
		}
		if h.Name == contentsName {
			c, err := a.finish()
			return o.manifest, c, err
		}
		if err := a.member(h.Name); err != nil {
			return nil, nil, err
		}
	}
}

// openedArchive is one whose manifest was read.
type openedArchive struct {
	zip      io.Reader
	tar      *tar.Reader
	manifest *manifest
	digest   string // of the manifest
}

// openArchive reads the manifest; the reader is then at the next member.
func openArchive(r io.Reader) (*openedArchive, error) {
	zr, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("this is not a backup of weft: %w", err)
	}
	o := &openedArchive{zip: zr, tar: tar.NewReader(zr), manifest: &manifest{}}
	h, err := o.tar.Next()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("this is not a backup of weft: it is empty")
	}
	if err != nil {
		return nil, damaged("%w", err)
	}
	if h.Name != manifestName {
		return nil, errors.New("this is not a backup of weft: it has no manifest")
	}
	sum := sha256.New()
	if err := o.manifest.decode(io.TeeReader(o.tar, sum)); err != nil {
		return nil, damaged("manifest: %w", err)
	}
	if _, err := io.Copy(sum, o.tar); err != nil { // white space after it
		return nil, damaged("manifest: %w", err)
	}
	if o.manifest.Format > archiveFormat {
		return nil, fmt.Errorf("the backup was written by a newer weft (%s); restore it with that version", o.manifest.Weft)
	}
	o.digest = hex.EncodeToString(sum.Sum(nil))
	return o, nil
}

// end reads to the end, whose last bytes are a checksum, and fails when more follows.
func (o *openedArchive) end() error {
	if _, err := o.tar.Next(); !errors.Is(err, io.EOF) {
		return damaged("something stands behind its end (%v)", err)
	}
	padding, err := io.Copy(io.Discard, io.LimitReader(o.zip, paddingLimit+1))
	if err != nil {
		return damaged("%w", err)
	}
	if padding > paddingLimit {
		return damaged("something stands behind its end")
	}
	return nil
}

// damage is what is wrong with an archive.
type damage struct{ error }

func (d damage) Unwrap() error { return errors.Unwrap(d.error) }

func damaged(format string, args ...any) error {
	return damage{fmt.Errorf("the backup is damaged: "+format, args...)}
}

// member reads one member between manifest and contents.
func (a *archiveReader) member(name string) error {
	if _, twice := a.digests[name]; twice {
		return damaged("it holds %q twice", name)
	}
	if len(a.digests) >= membersLimit {
		return damaged("it holds more than %d members", membersLimit)
	}
	if parts := fileMember.FindStringSubmatch(name); parts != nil {
		return a.file(name, parts[1])
	}
	parts := recordsMember.FindStringSubmatch(name)
	if parts == nil && name != collectionsName || name <= a.last {
		return damaged("it should not hold %q here", name)
	}
	a.last = name
	limit := recordsLimit
	if name == collectionsName {
		limit = collectionsLimit
	}
	text, err := io.ReadAll(io.LimitReader(a.tar, int64(limit)+1))
	if err != nil {
		return damaged("%s: %w", name, err)
	}
	if len(text) > limit {
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
	a.count += bytes.Count(text, []byte{'\n'})
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
	c, err := a.contents()
	if err != nil {
		return nil, err
	}
	if err := a.end(); err != nil {
		return nil, err
	}
	for name := range a.digests {
		return nil, damaged("it should not hold %q", name)
	}
	return c, nil
}
