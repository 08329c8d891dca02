package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
)

var (
	stagePath = query.Path{Field: "stage", Kind: query.Key}
	atPath    = query.Path{Field: "at", Kind: query.Instant}
	namePath  = query.Path{Field: "name", Kind: query.Text, SortKey: true}
	codePath  = query.Path{Field: "code", Kind: query.Text}
	batchPath = query.Path{Field: "batch", Kind: query.Key}
)

func leads() []store.Collection {
	keys := func(paths ...query.Path) (out []store.IndexKey) {
		for _, p := range paths {
			out = append(out, store.IndexKey{Path: p})
		}
		return out
	}
	return []store.Collection{{Name: "lead", Searchable: true, Indexes: []store.Index{
		{Name: "stage_at", Keys: keys(stagePath, atPath)}, {Name: "name", Keys: keys(namePath)},
		{Name: "code", Unique: true, Keys: keys(codePath)}, {Name: "batch", Sparse: true, Keys: keys(batchPath)},
	}}}
}

func openAt(t testing.TB, path string, o Options) *Store {
	t.Helper()
	s, err := Open(context.Background(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Ensure(context.Background(), leads()); err != nil {
		t.Fatal(err)
	}
	return s
}

func lead(i int, stage string) store.Op {
	name := fmt.Sprintf("公司 %d", i)
	body := fmt.Sprintf(`{"id":"l%07d","rev":1,"stage":%q,"at":"2026-01-01T%02d:%02d:%02d.000Z","name":%q,"code":"c%d"}`,
		i, stage, i/3600%24, i/60%60, i%60, name, i)
	d := store.Doc{ID: fmt.Sprintf("l%07d", i), Rev: 1, Body: []byte(body), Sort: map[string]string{"name": query.SortKey(name)}}
	for _, w := range query.Tokens(name) {
		d.Tokens = append(d.Tokens, store.Token{Field: "name", Text: w})
	}
	return store.Op{Kind: store.Insert, Collection: "lead", Doc: d}
}

func write(t testing.TB, s *Store, ops ...store.Op) {
	t.Helper()
	if err := s.Commit(context.Background(), &store.Batch{Ops: ops}); err != nil {
		t.Fatal(err)
	}
}

func TestReopenedFilesKeepDocumentsAndIndexes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "weft.db")
	s := openAt(t, path, Options{})
	write(t, s, lead(1, "new"), lead(2, "won"))
	before, _ := s.ChangeNumber(t.Context(), "lead")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if d, err := s.Get(t.Context(), "lead", "l0000002"); err != nil || d.Rev != 1 {
		t.Errorf("before Ensure: %v %v", d, err)
	}
	var refused *store.UniqueError
	again := lead(3, "new")
	again.Doc.Body = bytes.Replace(again.Doc.Body, []byte(`"c3"`), []byte(`"c1"`), 1)
	if err := s.Commit(t.Context(), &store.Batch{Ops: []store.Op{again}}); !errors.As(err, &refused) || refused.Index != "code" {
		t.Errorf("the unique index after reopening: %v", err)
	}
	write(t, s, lead(4, "new"))
	if after, _ := s.ChangeNumber(t.Context(), "lead"); after <= before {
		t.Errorf("change number went from %d to %d", before, after)
	}
}

func TestASecondProcessCannotOpenTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "weft.db")
	s := openAt(t, path, Options{})
	if _, err := Open(t.Context(), path, Options{}); !errors.Is(err, ErrInUse) {
		t.Errorf("a second opener: %v", err)
	}
	write(t, s, lead(1, "new"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	openAt(t, path, Options{})
}

func TestForeignNewerAndDamagedFilesAreRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		damage func(path string) error
		want   error
		text   string
	}{
		"another program's": {func(path string) error { return alterFile(path, "PRAGMA application_id=1") }, nil, "another program"},
		"a newer layout":    {func(path string) error { return alterFile(path, "PRAGMA user_version=99") }, store.ErrTooNew, "99"},
		"newer text keys":   {func(path string) error { return alterFile(path, "UPDATE weft_state SET value=99 WHERE key=2") }, store.ErrTooNew, "99"},
		"no database":       {func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("weft"), 4096), 0o600) }, ErrCorrupt, "backup"},
		"a torn file":       {func(path string) error { return os.Truncate(path, 5000) }, ErrCorrupt, "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "weft.db")
			s := openAt(t, path, Options{})
			write(t, s, lead(1, "new"))
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if err := test.damage(path); err != nil {
				t.Fatal(err)
			}
			again, err := Open(t.Context(), path, Options{})
			if err == nil {
				again.Close()
			}
			if err == nil || test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func alterFile(path, sql string) error {
	c, err := openConn(path, "FULL", readerCacheKiB)
	if err != nil {
		return err
	}
	return errors.Join(c.once(sql), c.Close())
}

// The sort keys and words of the file are those of an older text format.
func TestOlderTextIsUpgradedOnOpening(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "weft.db")
	s := openAt(t, path, Options{})
	for i, name := range []string{"王", "阿里", "陈"} {
		op := lead(i, "new")
		op.Doc.Body = fmt.Appendf(nil, `{"id":"%d","rev":1,"name":%q}`, i, name)
		op.Doc.ID, op.Doc.Sort, op.Doc.Tokens = fmt.Sprint(i), map[string]string{"name": fmt.Sprint(i)}, []store.Token{{Field: "name", Text: "old"}}
		write(t, s, op)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := alterFile(path, "UPDATE weft_state SET value=0 WHERE key=2"); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s = openAt(t, path, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if !strings.Contains(log.String(), "upgrading") {
		t.Errorf("the upgrade was silent: %q", log.String())
	}
	if got := found(t, s, store.Find{Sort: []query.SortTerm{{Path: namePath}}, Limit: 9}); got != "[1 2 0]" {
		t.Errorf("order %s", got)
	}
	for text, want := range map[string]string{"old": "[]", "阿里": "[1]", "王": "[0]"} {
		if got := found(t, s, store.Find{Where: matches(text), Limit: 9}); got != want {
			t.Errorf("search %s: %s", text, got)
		}
	}
	if err := s.CheckIntegrity(t.Context()); err != nil {
		t.Error(err)
	}
}

func matches(text string) query.Expr {
	return query.Cmp{Path: namePath, Op: query.Match, Value: query.Words(text)[0]}
}

func found(t testing.TB, s *Store, f store.Find) string {
	t.Helper()
	docs, err := s.Find(t.Context(), "lead", f)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, d := range docs {
		ids = append(ids, d.ID)
	}
	return fmt.Sprint(ids)
}

func TestADamagedPageIsFound(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "weft.db")
	s := openAt(t, path, Options{})
	for i := range 300 {
		write(t, s, lead(i, "new"))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(data) / 2; i < len(data)/2+4096*3; i++ {
		data[i] ^= 0xA5
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err = Open(t.Context(), path, Options{})
	if err == nil {
		defer s.Close()
		err = s.CheckIntegrity(t.Context())
	}
	if !errors.Is(err, ErrCorrupt) {
		t.Errorf("got %v", err)
	}
}
