package record

import (
	"slices"
	"sync"

	"weft/runtime/model"
	"weft/runtime/problem"
)

// duplicates finds rows of one call that want the same thing, of which one record
// can have it: the values of a unique key, a file.
type duplicates struct {
	mu   sync.Mutex
	rows map[string][]duplicateRow
}

type duplicateRow struct {
	row    int
	fields []problem.Field
}

func (t *duplicates) add(what string, row int, fields []problem.Field) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.rows == nil {
		t.rows = map[string][]duplicateRow{}
	}
	t.rows[what] = append(t.rows[what], duplicateRow{row, fields})
}

func (t *duplicates) addKey(ch *change, k model.UniqueKey, row int) {
	b := append([]byte(k.Name), 0)
	for _, f := range k.Fields {
		v := ch.after[f.Key]
		if v == nil {
			return
		}
		b = append(appendValue(b, v), 0)
	}
	t.add(string(b), row, uniqueFields(ch, k))
}

// addFiles notes the files that a row's changeset takes.
func (t *duplicates) addFiles(cs *changeset, row int) {
	for id, l := range cs.links {
		if l == nil || l.record == "" || !l.changed() {
			continue
		}
		ch := cs.index[docKey{l.entity, l.record}]
		at := ch.path + problem.Pointer(l.field, slices.Index(keysOf(ch.after[l.field]), id))
		t.add(id, row, []problem.Field{problem.At(at, "file_elsewhere", "id", id)})
	}
}

// refuseDuplicates refuses all but the first of the rows that want the same, as the
// import itself would: a file is a problem of the field, told before taken keys.
func (r *importRun) refuseDuplicates() {
	r.refuseDuplicatesOf(&r.files, problem.Invalid)
	r.refuseDuplicatesOf(&r.keys, problem.Unique)
}

func (r *importRun) refuseDuplicatesOf(t *duplicates, code problem.Code) {
	for _, same := range t.rows {
		first := same[0].row
		for _, t := range same {
			first = min(first, t.row)
		}
		for _, t := range same {
			if t.row == first {
				continue
			}
			if p := r.results[t.row].Problem; p == nil || code == problem.Invalid && p.Code == problem.Unique {
				r.results[t.row].Problem = problem.Of(code, t.fields...)
			} else if p.Code == code {
				p.Fields = append(p.Fields, t.fields...)
			}
		}
	}
}
