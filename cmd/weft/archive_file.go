package main

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// fileArchiveFormat is the format of archives that hold the file of the
// embedded database, with the digest of every member in the manifest.
const fileArchiveFormat = 1

// unpackFileArchive unpacks an archive of format 1 into dir, which must be
// empty, and checks every member against the manifest. Names that leave dir,
// links and members that the manifest does not name are refused.
func unpackFileArchive(r io.Reader, dir string) (*manifest, error) {
	o, err := openArchive(r)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	defer root.Close()
	seen := map[string]bool{}
	for {
		h, err := o.tar.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, damaged("%w", err)
		}
		if err := unpackMember(root, o.manifest, h, o.tar); err != nil {
			return nil, err
		}
		seen[h.Name] = true
	}
	for name := range o.manifest.Members {
		if !seen[name] {
			return nil, damaged("%s is missing", name)
		}
	}
	return o.manifest, o.end()
}

func unpackMember(root *os.Root, m *manifest, h *tar.Header, r io.Reader) error {
	want, named := m.Members[h.Name]
	if !named || h.Typeflag != tar.TypeReg || (h.Name != databaseName && !strings.HasPrefix(h.Name, filesName+"/")) {
		return damaged("it should not hold %q", h.Name)
	}
	if err := root.MkdirAll(filepath.Dir(h.Name), 0o700); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	f, err := root.OpenFile(h.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, sum), io.LimitReader(r, memberLimit))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("restore %s: %w", h.Name, err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		return damaged("%s does not have the content it was saved with", h.Name)
	}
	return nil
}
