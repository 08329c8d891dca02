package main

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A backup is a gzipped tar: manifest.json first, then weft.db and files/….
// The manifest holds a SHA-256 of every member, so that damage is found before
// anything is put in place.
type manifest struct {
	Format  int               `json:"format"`
	Weft    string            `json:"weft"`
	At      time.Time         `json:"at"`
	Members map[string]string `json:"members"` // name → SHA-256, hex
}

const (
	archiveFormat = 1
	manifestName  = "manifest.json"
	// memberLimit bounds one restored file, so that a crafted archive cannot fill the disk.
	memberLimit = 1 << 40
)

// writeArchive packs the database snapshot and the files folder into w.
func writeArchive(w io.Writer, database, files string) error {
	members, err := archiveMembers(database, files)
	if err != nil {
		return err
	}
	m := manifest{Format: archiveFormat, Weft: Version, At: time.Now().UTC(), Members: map[string]string{}}
	for name, path := range members {
		if m.Members[name], err = digest(path); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
	}
	zw := gzip.NewWriter(w)
	tw := tar.NewWriter(zw)
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := tw.WriteHeader(&tar.Header{Name: manifestName, Mode: 0o600, Size: int64(len(text)), ModTime: m.At}); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if _, err := tw.Write(text); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	for name, path := range members {
		if err := writeMember(tw, name, path); err != nil {
			return fmt.Errorf("backup: %s: %w", name, err)
		}
	}
	if err := errors.Join(tw.Close(), zw.Close()); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

// archiveMembers lists what belongs into the archive: name → path.
func archiveMembers(database, files string) (map[string]string, error) {
	members := map[string]string{databaseName: database}
	err := filepath.WalkDir(files, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(files, path)
		members[filesName+"/"+filepath.ToSlash(rel)] = path
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	return members, nil
}

func writeMember(tw *tar.Writer, name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime()}); err != nil {
		return err
	}
	_, err = io.Copy(tw, f)
	return err
}

func digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// readArchive unpacks into dir, which must be empty, and checks every member
// against the manifest. Names that leave dir, links and members that the
// manifest does not name are refused.
func readArchive(r io.Reader, dir string) (*manifest, error) {
	zr, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("this is not a backup of weft: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	defer root.Close()
	var m *manifest
	seen := map[string]bool{}
	tr := tar.NewReader(zr)
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("the backup is damaged: %w", err)
		}
		if m == nil {
			if m, err = readManifest(h, tr); err != nil {
				return nil, err
			}
			continue
		}
		if err := unpackMember(root, m, h, tr); err != nil {
			return nil, err
		}
		seen[h.Name] = true
	}
	if m == nil {
		return nil, errors.New("this is not a backup of weft: it is empty")
	}
	for name := range m.Members {
		if !seen[name] {
			return nil, fmt.Errorf("the backup is damaged: %s is missing", name)
		}
	}
	return m, nil
}

func readManifest(h *tar.Header, r io.Reader) (*manifest, error) {
	if h.Name != manifestName {
		return nil, errors.New("this is not a backup of weft: it has no manifest")
	}
	m := &manifest{}
	if err := json.NewDecoder(io.LimitReader(r, 256<<20)).Decode(m); err != nil {
		return nil, fmt.Errorf("the backup is damaged: manifest: %w", err)
	}
	if m.Format > archiveFormat {
		return nil, fmt.Errorf("the backup was written by a newer weft (%s); restore it with that version", m.Weft)
	}
	return m, nil
}

func unpackMember(root *os.Root, m *manifest, h *tar.Header, r io.Reader) error {
	want, named := m.Members[h.Name]
	if !named || h.Typeflag != tar.TypeReg || (h.Name != databaseName && !strings.HasPrefix(h.Name, filesName+"/")) {
		return fmt.Errorf("the backup is damaged: it should not hold %q", h.Name)
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
		return fmt.Errorf("the backup is damaged: %s does not have the content it was saved with", h.Name)
	}
	return nil
}
