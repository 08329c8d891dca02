package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// huge makes an archive whose member name holds head, then part again and again
// until size bytes are reached. It compresses to almost nothing.
func huge(t *testing.T, before []archived, name, head, part string, size int) []byte {
	t.Helper()
	var out bytes.Buffer
	zw, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	tw := tar.NewWriter(zw)
	for _, m := range before {
		if err := tw.WriteHeader(&tar.Header{Name: m.name, Typeflag: tar.TypeReg, Mode: 0o600, Size: int64(len(m.content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write(m.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o600, Size: int64(size)}); err != nil {
		t.Fatal(err)
	}
	block := strings.Repeat(part, 1+(1<<20)/len(part))
	for left, text := size, head; left > 0; text = block {
		text = text[:min(left, len(text))]
		if _, err := io.WriteString(tw, text); err != nil {
			t.Fatal(err)
		}
		left -= len(text)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// R22: a small archive whose members are huge is refused within a small budget of
// memory.
func TestHugeMembersOfAnArchiveFillNoMemory(t *testing.T) { // measures allocations, so it is not parallel
	const size = 300 << 20
	manifest := archived{name: manifestName, content: []byte(`{"format":2,"weft":"x"}`)}
	collections := archived{name: collectionsName, content: []byte(`[{"Name":"deal"}]`)}
	for name, test := range map[string]struct {
		archive []byte
		says    string
	}{
		"manifest of format 2":           {huge(t, nil, manifestName, `{"format":2,"members":{"a":""`, `,"a":""`, size), "too large"},
		"manifest with a long text":      {huge(t, nil, manifestName, `{"format":1,"weft":"`, `aaaaaaaa`, size), "too large"},
		"manifest with unknown members":  {huge(t, nil, manifestName, `{"format":1,"members":{"a":""`, `,"a":""`, size), "should not hold"},
		"collections":                    {huge(t, []archived{manifest}, collectionsName, `[{}`, `,{}`, size), "too large"},
		"documents":                      {huge(t, []archived{manifest, collections}, "records/deal/000001.jsonl", `{"id":"a","body":{}}`, ` `, size), "too large"},
		"contents with unknown members":  {huge(t, []archived{manifest, collections}, contentsName, `{"members":{"a":""`, `,"a":""`, size), "is missing"},
		"contents with many ids":         {huge(t, []archived{manifest, collections}, contentsName, `{"missing":["a"`, `,"a"`, size), "more attachments"},
		"contents with a long text":      {huge(t, []archived{manifest, collections}, contentsName, `{"missing":["`, `a`, size), "too large"},
		"contents with many collections": {huge(t, []archived{manifest, collections}, contentsName, `{"collections":[{}`, `,{}`, size), "too many"},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			_, err := checkArchive(bytes.NewReader(test.archive))
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%d bytes: %v", len(test.archive), err)
			}
			if took := (after.Sys - before.Sys) >> 20; took > 400 {
				t.Errorf("%d KiB of archive took %d MiB of memory", len(test.archive)>>10, took)
			}
		})
	}
}

// An archive of format 1 names its members in the manifest, which may be long.
func TestALongManifestOfFormat1IsRead(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	fmt.Fprintf(&text, `{"format":1,"weft":"x","at":"2026-01-01T00:00:00Z","members":{"weft.db":"d"`)
	const files = 2000
	for i := range files {
		fmt.Fprintf(&text, `,"files/%08x-0000-4000-8000-000000000000":"%064x"`, i, i)
	}
	text.WriteString("}}")
	o, err := openArchive(bytes.NewReader(putTogether(t, []archived{{manifestName, tar.TypeReg, []byte(text.String())}})))
	if err != nil {
		t.Fatal(err)
	}
	if len(o.manifest.Members) != files+1 || o.manifest.Weft != "x" || o.manifest.At.Year() != 2026 {
		t.Errorf("%d members, %+v", len(o.manifest.Members), o.manifest.At)
	}
}
