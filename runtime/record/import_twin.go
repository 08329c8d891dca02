package record

import (
	"slices"
	"sync"

	"weft/runtime/model"
	"weft/runtime/problem"
)

// twins finds rows of one call that want the same thing, of which one record
// can have it: the values of a unique key, a file.
type twins struct {
	mu   sync.Mutex
	rows map[string][]twinRow
}

type twinRow struct {
	row    int
	fields []problem.Field
}

func (t *twins) note(what string, row int, fields []problem.Field) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.rows == nil {
		t.rows = map[string][]twinRow{}
	}
	t.rows[what] = append(t.rows[what], twinRow{row, fields})
}

func (t *twins) noteKey(it *item, k model.UniqueKey, row int) {
	b := append([]byte(k.Name), 0)
	for _, f := range k.Fields {
		v := it.after[f.Key]
		if v == nil {
			return
		}
		b = append(appendValue(b, v), 0)
	}
	t.note(string(b), row, uniqueFields(it, k))
}

// noteFiles notes the files that a row's unit takes.
func (t *twins) noteFiles(u *unit, row int) {
	for id, l := range u.links {
		if l == nil || l.record == "" || !l.changed() {
			continue
		}
		it := u.index[docKey{l.entity, l.record}]
		at := it.at + problem.Pointer(l.field, slices.Index(keysOf(it.after[l.field]), id))
		t.note(id, row, []problem.Field{problem.At(at, "file_elsewhere", "id", id)})
	}
}

// markTwins refuses all but the first of the rows that want the same, as the
// import itself would: a file is a problem of the field, told before taken keys.
func (r *importRun) markTwins() {
	r.refuseTwins(&r.files, problem.Invalid)
	r.refuseTwins(&r.keys, problem.Unique)
}

func (r *importRun) refuseTwins(t *twins, code problem.Code) {
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
