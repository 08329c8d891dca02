package sqlite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// Commit applies a batch. Everything that can be prepared is prepared in the
// caller's goroutine, so that the writer only binds and steps.
func (s *Store) Commit(ctx context.Context, b *store.Batch) error {
	// Lets the writer, if it has just flushed a commit, continue first.
	runtime.Gosched()
	p, err := s.prepareBatch(b)
	if err != nil {
		return err
	}
	if len(p.ops) == 0 && len(p.expect) == 0 {
		return nil
	}
	return s.writer.do(ctx, &request{run: p.run, ops: len(p.ops) + len(p.expect)})
}

// preparedBatch is a batch whose collections are looked up and whose documents
// are encoded.
type preparedBatch struct {
	expect []preparedExpect
	ops    []preparedOp
}

type preparedExpect struct {
	coll *collection
	store.Expect
}

type preparedOp struct {
	coll *collection
	store.Op
	sort, tokens string
}

func (s *Store) prepareBatch(b *store.Batch) (*preparedBatch, error) {
	p := &preparedBatch{ops: make([]preparedOp, len(b.Ops))}
	if len(b.Expect) > 0 {
		p.expect = make([]preparedExpect, len(b.Expect))
	}
	var err error
	for i, e := range b.Expect {
		p.expect[i].Expect = e
		if p.expect[i].coll, err = s.catalog.get(e.Collection); err != nil {
			return nil, err
		}
	}
	for i := range b.Ops {
		op := &p.ops[i]
		op.Op = b.Ops[i]
		if op.coll, err = s.catalog.get(op.Collection); err != nil {
			return nil, err
		}
		if err = op.encode(); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (op *preparedOp) encode() error {
	if err := op.Check(); err != nil || op.Kind == store.Delete {
		return err
	}
	switch {
	case len(op.Doc.Body) == 0 || op.Doc.Body[0] != '{':
		return fmt.Errorf("sqlite: %s/%s has no body", op.Collection, op.Doc.ID)
	}
	op.Doc.Body = replaceLoneSurrogates(op.Doc.Body)
	if len(op.Doc.Sort) > 0 {
		data, err := json.Marshal(op.Doc.Sort)
		if err != nil {
			return fmt.Errorf("sqlite: sort keys of %s/%s: %w", op.Collection, op.Doc.ID, err)
		}
		op.sort = string(data)
	}
	var err error
	op.tokens, err = encodeTokens(op.Doc.Tokens)
	return err
}

func (p *preparedBatch) run(t *tx) error {
	for i := range p.expect {
		if err := t.expect(&p.expect[i]); err != nil {
			return err
		}
	}
	for i := range p.ops {
		if err := t.fault(); err != nil {
			return err
		}
		op := &p.ops[i]
		var err error
		if op.Kind == store.Insert {
			err = t.insert(op)
		} else {
			err = t.change(op)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) expect(e *preparedExpect) error {
	have, err := t.c.number(e.coll.sqlRev, e.ID)
	if err == nil && have != e.Rev {
		err = &store.ConflictError{Collection: e.Collection, ID: e.ID, Want: e.Rev, Have: have}
	}
	return err
}

func (t *tx) insert(op *preparedOp) error {
	stmt, err := t.c.prepare(op.coll.sqlInsert)
	if err != nil {
		return err
	}
	stmt.BindText(1, op.Doc.ID)
	bindDoc(stmt, 2, op)
	if err := step(stmt); err != nil {
		return documentError(err, op.coll, op.Doc.ID)
	}
	t.changes = append(t.changes, change{
		coll: op.coll, kind: store.Insert, seq: t.c.db.LastInsertRowID(), doc: op.Doc, has: op.tokens,
	})
	return nil
}

// change replaces or deletes.
func (t *tx) change(op *preparedOp) error {
	ch := change{coll: op.coll, kind: op.Kind, doc: op.Doc, has: op.tokens}
	have, err := t.before(&ch)
	switch {
	case err != nil:
		return err
	case have == 0 && op.Kind == store.Delete && op.OldRev == 0:
		return nil // it does not exist, as wanted
	case have == 0 || op.OldRev != 0 && have != op.OldRev:
		return &store.ConflictError{Collection: op.Collection, ID: op.Doc.ID, Want: op.OldRev, Have: have}
	}
	if op.Kind == store.Delete {
		ch.doc = store.Doc{ID: op.Doc.ID}
		if err := t.c.exec(op.coll.sqlDelete, ch.seq); err != nil {
			return err
		}
	} else if err := t.update(op, ch.seq); err != nil {
		return err
	}
	t.changes = append(t.changes, ch)
	return nil
}

// before reads the current document into ch and returns its revision, 0 for none.
func (t *tx) before(ch *change) (rev int64, err error) {
	err = t.c.each(ch.coll.sqlBefore, []any{ch.doc.ID}, func(row *sqlite3.Stmt) error {
		ch.seq, rev = row.ColumnInt64(0), row.ColumnInt64(1)
		ch.before = columnBytes(row, 2)
		ch.had = row.ColumnText(3)
		return nil
	})
	return rev, err
}

func (t *tx) update(op *preparedOp, seq int64) error {
	stmt, err := t.c.prepare(op.coll.sqlUpdate)
	if err != nil {
		return err
	}
	bindDoc(stmt, 1, op)
	stmt.BindInt64(5, seq)
	return documentError(step(stmt), op.coll, op.Doc.ID)
}

// bindDoc binds rev, body, sort and tokens from parameter i on.
func bindDoc(stmt *sqlite3.Stmt, i int, op *preparedOp) {
	stmt.BindInt64(i, op.Doc.Rev)
	stmt.BindText(i+1, textOf(op.Doc.Body))
	bindOptional(stmt, i+2, op.sort)
	bindOptional(stmt, i+3, op.tokens)
}

func bindOptional(stmt *sqlite3.Stmt, i int, text string) {
	if text == "" {
		stmt.BindNull(i)
		return
	}
	stmt.BindText(i, text)
}

func step(stmt *sqlite3.Stmt) error {
	if _, err := stmt.Step(); err != nil {
		return err // Step has reset the statement
	}
	return stmt.Reset()
}

// encodeTokens writes tokens as "field US token RS …", which is fast to split.
func encodeTokens(tokens []store.Token) (string, error) {
	if len(tokens) == 0 {
		return "", nil
	}
	var b strings.Builder
	for _, t := range tokens {
		if t.Text == "" || strings.ContainsAny(t.Text, "\x1e\x1f\x00") || strings.ContainsAny(t.Field, "\x1e\x1f\x00") {
			return "", errors.New("sqlite: a search token is empty or holds a control character")
		}
		b.WriteString(t.Field)
		b.WriteByte('\x1f')
		b.WriteString(t.Text)
		b.WriteByte('\x1e')
	}
	return b.String(), nil
}
