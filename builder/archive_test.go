package builder_test

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"testing"

	"weft/builder"
	"weft/runtime/problem"
)

func TestHostileArchives(t *testing.T) { // S-20
	t.Parallel()
	type entry struct {
		name string
		mode fs.FileMode
		data []byte
	}
	manifest := entry{"template.json", 0o644, []byte(`{"kind":"template","key":"crm","version":"1.0.0","title":` + title + `,"description":` + title + `}`)}
	many := []entry{manifest}
	for range 2001 {
		many = append(many, entry{"x/" + string(rune('a'+len(many)%26)) + ".json", 0o644, nil})
	}
	cases := map[string][]entry{
		"path that climbs out": {manifest, {"../entities/deal.json", 0o644, []byte("{}")}},
		"absolute path":        {manifest, {"/etc/passwd", 0o644, []byte("x")}},
		"backslashes":          {manifest, {`..\..\run.json`, 0o644, []byte("{}")}},
		"symbolic link":        {manifest, {"entities/deal.json", fs.ModeSymlink | 0o777, []byte("/etc/passwd")}},
		"bomb":                 {manifest, {"sample/a.json", 0o644, bytes.Repeat([]byte{' '}, 11<<20)}},
		"many files":           many,
	}
	for name, entries := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			for _, e := range entries {
				h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
				h.SetMode(e.mode)
				w, err := z.CreateHeader(h)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := w.Write(e.data); err != nil {
					t.Fatal(err)
				}
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			p, err := builder.ReadArchive(b.Bytes())
			if problem.As(err) == nil {
				t.Fatalf("accepted: %+v, %v", p, err)
			}
		})
	}
}
