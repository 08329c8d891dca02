package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	"weft/runtime/store"
)

// Claim marks documents inside one commit: the writer serves one caller after
// another, so none is claimed twice. A nil value in Set removes the member.
func (s *Store) Claim(ctx context.Context, collection string, c store.Claim) ([]store.Doc, error) {
	k, err := s.catalog.get(collection)
	if err != nil || c.Limit <= 0 {
		return nil, err
	}
	set, err := encodeMembers(c.Set)
	if err != nil {
		return nil, fmt.Errorf("sqlite: claim in %s: %w", collection, err)
	}
	var docs []store.Doc
	err = s.writer.do(ctx, &request{ops: c.Limit, run: func(t *tx) error {
		docs, err = t.claim(k, c, set)
		return err
	}})
	if err != nil {
		return nil, err
	}
	return docs, nil
}

func encodeMembers(set map[string]any) (map[string]json.RawMessage, error) {
	out := make(map[string]json.RawMessage, len(set)+1)
	for key, v := range set {
		if v == nil {
			out[key] = nil
			continue
		}
		data, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		out[key] = data
	}
	return out, nil
}

func (t *tx) claim(k *collection, c store.Claim, set map[string]json.RawMessage) ([]store.Doc, error) {
	q := &reader{s: t.s, c: t.c}
	docs, err := q.find(k, store.Find{Where: c.Where, Sort: c.Sort, Limit: c.Limit})
	if err != nil {
		return nil, asRefusal(err)
	}
	for i := range docs {
		if err := t.fault(); err != nil {
			return nil, err
		}
		if docs[i], err = t.mark(k, docs[i], set); err != nil {
			return nil, err
		}
	}
	return docs, nil
}

// mark merges set into one document and keeps its tokens and sort keys.
func (t *tx) mark(k *collection, doc store.Doc, set map[string]json.RawMessage) (store.Doc, error) {
	ch := change{coll: k, kind: store.Replace, doc: doc}
	if _, err := t.before(&ch); err != nil {
		return doc, err
	}
	doc.Rev++
	set["rev"] = fmt.Appendf(nil, "%d", doc.Rev)
	body, err := mergeMembers(ch.before, set)
	if err != nil {
		return doc, &refusal{fmt.Errorf("sqlite: claim %s/%s: %w", k.Name, doc.ID, err)}
	}
	doc.Body = body
	ch.doc, ch.has = doc, ch.had
	err = t.c.exec("UPDATE "+k.table+" SET rev=?, body=? WHERE seq=?", doc.Rev, textOf(body), ch.seq)
	if err != nil {
		return doc, documentError(err, k, doc.ID)
	}
	t.changes = append(t.changes, ch)
	return doc, nil
}
