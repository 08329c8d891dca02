package builder

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"weft/runtime/problem"
)

// ReadArchive reads a package from a zip archive of its folder, in memory:
// nothing is unpacked to disk. It fails with problem malformed or invalid.
func ReadArchive(data []byte) (*Package, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, problem.Wrap(problem.Malformed, err)
	}
	if len(z.File) > maxFiles {
		return nil, problem.New(problem.TooLarge, "", nil)
	}
	var problems []problem.Field
	for _, f := range z.File {
		if !fs.ValidPath(strings.TrimSuffix(f.Name, "/")) || strings.Contains(f.Name, `\`) {
			problems = append(problems, problem.At(problem.Pointer(f.Name), "unsafe_path"))
		}
	}
	if len(problems) > 0 {
		return nil, problem.Of(problem.Invalid, problems...)
	}
	p, problems := ReadPackage(z)
	if len(problems) > 0 {
		return nil, problem.Of(problem.Invalid, problems...)
	}
	return p, nil
}

// Archive writes the package as a zip archive, the same bytes for the same package.
func (p *Package) Archive() ([]byte, error) {
	files, err := p.Files()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(files[name])
		}
		if err != nil {
			return nil, fmt.Errorf("builder: archive: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("builder: archive: %w", err)
	}
	return out.Bytes(), nil
}
