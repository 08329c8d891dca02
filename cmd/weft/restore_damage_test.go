package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"weft/runtime/access"
	"weft/runtime/store"
	"weft/runtime/store/dump"
	"weft/runtime/store/migrate"
	"weft/runtime/store/mongo/mongotest"
)

// whatever is wrong with a backup is found before anything is in place.
func TestRestoreFindsEveryDamage(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.do(command{args: "template install opportunity-pipeline --sample-data --data DIR/d"})
	s.do(command{args: "backup DIR/b.tgz --data DIR/d"})
	good, err := os.ReadFile(filepath.Join(s.dir, "b.tgz"))
	if err != nil {
		t.Fatal(err)
	}
	members := func(change func([]archived) []archived) []byte {
		return putTogether(t, change(takeApart(t, good)))
	}
	put := func(list []archived, at int, m archived) []archived { return slices.Insert(list, at, m) }
	cases := map[string]struct {
		archive []byte
		says    string
	}{
		"nothing":        {nil, "not a backup"},
		"text":           {[]byte("weft"), "not a backup"},
		"empty":          {putTogether(t, nil), "it is empty"},
		"half of it":     {good[:len(good)/2], "damaged"},
		"all but little": {good[:len(good)-9], "damaged"},
		"newer": {members(func(l []archived) []archived {
			l[0].content = []byte(`{"format":3,"weft":"9.0"}`)
			return l
		}), "newer weft (9.0)"},
		"no manifest": {members(func(l []archived) []archived { return l[1:] }), "no manifest"},
		"another manifest": {members(func(l []archived) []archived {
			l[0].content = []byte(`{"format":2,"weft":"x"}`)
			return l
		}), "manifest.json does not have the content"},
		"no contents": {members(func(l []archived) []archived { return l[:len(l)-1] }), "ends too early"},
		"records missing": {members(func(l []archived) []archived {
			i := find(t, l, "records/opportunity/")
			return slices.Delete(l, i, i+1)
		}), "opportunity/000001.jsonl is missing"},
		"a file missing": {members(func(l []archived) []archived {
			i := find(t, l, "files/")
			return slices.Delete(l, i, i+1)
		}), "is missing"},
		"a file twice": {members(func(l []archived) []archived {
			i := find(t, l, "files/")
			return put(l, i, l[i])
		}), "twice"},
		"more at the end": {members(func(l []archived) []archived { return append(l, archived{"x", tar.TypeReg, nil}) }), "behind its end"},
		"a path that leads out": {members(func(l []archived) []archived {
			return forged(t, put(l, find(t, l, "files/"), archived{"files/../../../evil", tar.TypeReg, []byte("x")}))
		}), "should not hold"},
		"an absolute path": {members(func(l []archived) []archived {
			return forged(t, put(l, find(t, l, "files/"), archived{"/tmp/evil", tar.TypeReg, []byte("x")}))
		}), "should not hold"},
		"a link": {members(func(l []archived) []archived {
			return forged(t, put(l, find(t, l, "files/"), archived{"files/01a2036e-a571-74ba-b93c-bc9516bbf10e", tar.TypeSymlink, nil}))
		}), "is no file"},
		"an unknown collection": {members(func(l []archived) []archived {
			return forged(t, put(l, find(t, l, "records/opportunity"), archived{"records/evil/000001.jsonl", tar.TypeReg, []byte("{}")}))
		}), "should not hold"},
		"a file of nobody": {members(func(l []archived) []archived {
			return forged(t, put(l, find(t, l, "files/"), archived{"files/01a2036e-0000-74ba-b93c-bc9516bbf10e", tar.TypeReg, []byte("x")}))
		}), "no document knows"},
		"another file": {members(func(l []archived) []archived {
			l[find(t, l, "files/")].content[0] ^= 1
			return forged(t, l)
		}), "is not the one"},
		"another record": {members(func(l []archived) []archived {
			m := &l[find(t, l, "records/opportunity")]
			m.content = bytes.Replace(m.content, []byte(`"amount":"1`), []byte(`"amount":"2`), 1)
			return forged(t, l)
		}), "opportunity holds"},
		"records out of order": {members(func(l []archived) []archived {
			m := &l[find(t, l, "records/opportunity")]
			first, rest, _ := bytes.Cut(m.content, []byte("\n"))
			m.content = slices.Concat(rest, first, []byte("\n"))
			return forged(t, l)
		}), "out of order"},
		"a line that is no record": {members(func(l []archived) []archived {
			m := &l[find(t, l, "records/opportunity")]
			m.content = append(m.content, "{}\n"...)
			return forged(t, l)
		}), "no id"},
		"a file that is not there": {members(func(l []archived) []archived {
			i := find(t, l, "files/")
			return forged(t, slices.Delete(l, i, i+1))
		}), "is missing"},
		"a sum less": {members(func(l []archived) []archived {
			return recounted(t, l, func(c *contents) { c.Collections = c.Collections[1:] })
		}), "says nothing of"},
		"a sum of nothing": {members(func(l []archived) []archived {
			return recounted(t, l, func(c *contents) { c.Collections = append(c.Collections, dump.NewHasher().Sum("evil")) })
		}), "evil"},
		"the row of a migration": {members(func(l []archived) []archived {
			return forged(t, withCollection(t, l, migrate.Collection))
		}), "should not hold"},
		"sessions": {members(func(l []archived) []archived {
			return forged(t, withCollection(t, l, access.SessionCollection))
		}), "should not hold"},
		"a collection twice": {members(func(l []archived) []archived {
			return forged(t, withCollection(t, l, "opportunity"))
		}), "twice"},
		"a record less": {members(func(l []archived) []archived {
			m := &l[find(t, l, "records/opportunity")]
			_, m.content, _ = bytes.Cut(m.content, []byte("\n"))
			return forged(t, l)
		}), "opportunity holds"},
	}
	content, err := gunzip(good)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 8 {
		flipped := bytes.Clone(good)
		flipped[(n+1)*len(good)/9] ^= 1 << n
		if same, err := gunzip(flipped); err == nil && bytes.Equal(same, content) {
			continue // one of the bits that only fill up a block of the compression
		}
		cases["bit flip "+string(rune('a'+n))] = struct {
			archive []byte
			says    string
		}{flipped, "backup"}
	}
	for store, uri := range map[string]string{"sqlite": "", "mongodb": mongotest.URI(t)} {
		t.Run(store, func(t *testing.T) {
			for name, c := range cases {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					s := newSession(t)
					s.write("b.tgz", string(c.archive))
					s.do(command{args: "restore DIR/b.tgz --data DIR/r --mongodb-uri=" + uri, status: 1, errs: []string{c.says}})
					if left := inside(t, filepath.Join(s.dir, "r")); len(left) > 0 {
						t.Errorf("left behind: %v", left)
					}
				})
			}
		})
		if uri != "" {
			untouched(t, uri)
		}
	}
}

func gunzip(b []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// untouched sees that nothing was ever made in a database of MongoDB.
func untouched(t *testing.T, uri string) {
	t.Helper()
	names, err := openMongo(t, uri).Collections(t.Context())
	if err != nil || len(names) > 0 {
		t.Errorf("the database holds %v, %v", names, err)
	}
}

// recounted changes the contents of an archive.
func recounted(t *testing.T, list []archived, change func(*contents)) []archived {
	t.Helper()
	last := &list[len(list)-1]
	var c contents
	if err := json.Unmarshal(last.content, &c); err != nil {
		t.Fatal(err)
	}
	change(&c)
	last.content, _ = json.Marshal(c)
	return list
}

// withCollection adds a collection without documents to an archive.
func withCollection(t *testing.T, list []archived, name string) []archived {
	t.Helper()
	m := &list[find(t, list, collectionsName)]
	var defs []store.Collection
	if err := json.Unmarshal(m.content, &defs); err != nil {
		t.Fatal(err)
	}
	m.content, _ = json.Marshal(append(defs, store.Collection{Name: name}))
	return recounted(t, list, func(c *contents) { c.Collections = append(c.Collections, dump.NewHasher().Sum(name)) })
}
