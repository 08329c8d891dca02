package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"

	"weft/runtime/problem"
)

// scan reads every file once before anything is written: it binds the columns,
// counts the rows and gathers the values by which other rows will refer to
// them. All files' problems are reported at once.
func (t *task) scan(ctx context.Context) error {
	wanted := t.referredFields()
	var problems []problem.Field
	for i, s := range t.steps {
		file := &t.progress.Files[i]
		ps, err := t.scanStep(ctx, s, file, wanted)
		if err != nil {
			if p := asProblem(err); p != nil {
				problems = append(problems, problem.Field{Path: "/" + s.input.Name, Code: codeOf(p), Params: p.Params})
				continue
			}
			return err
		}
		problems = append(problems, ps...)
	}
	if len(problems) > 0 {
		return &problem.Error{Code: problem.Invalid, Key: "import_unreadable", Fields: problems}
	}
	return nil
}

func codeOf(p *problem.Error) string {
	if p.Key != "" {
		return p.Key
	}
	return string(p.Code)
}

// referredFields are the fields by which some step names its targets.
func (t *task) referredFields() map[refKey]bool {
	wanted := map[refKey]bool{}
	for _, s := range t.steps {
		for _, columns := range s.mapping.Columns {
			for _, c := range columns {
				f := s.entity.ByKey[c.Field]
				for _, by := range referenceFields(f, c.Reference) {
					wanted[refKeyOf(f.Target, by)] = true
				}
			}
		}
	}
	return wanted
}

func (t *task) scanStep(ctx context.Context, s *step, file *FileProgress, wanted map[refKey]bool) ([]problem.Field, error) {
	f, err := t.file(ctx, s.input)
	if err != nil {
		return nil, err
	}
	tab, err := openTable(f, s.tableOptions())
	if err != nil {
		return nil, err
	}
	defer tab.Close()
	file.Sheet, file.Header, file.Encoding, file.EncodingGuessed = tab.sheet, tab.headRow, tab.encoding.name, tab.encoding.guessed
	ignored, problems := s.bind(tab.head)
	if len(problems) > 0 {
		return problems, nil
	}
	file.Ignored, file.Rows, file.Columns = ignored, 0, s.readColumns(tab.head)
	for {
		r, err := tab.next()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if file.Rows++; file.Rows <= sampleRows {
			file.addSamples(r.cells)
		}
		if file.Rows%1000 == 0 && ctx.Err() != nil {
			return nil, fmt.Errorf("count rows: %w", ctx.Err())
		}
		for i := range s.columns {
			c := &s.columns[i]
			if key := (refKey{s.entity.Key, c.spec.Field}); c.field != nil && wanted[key] && c.by == nil {
				t.noteUpcoming(s, c, key, cellAt(r.cells, c.index))
			}
		}
	}
}

// noteUpcoming remembers that a row will bring this value.
func (t *task) noteUpcoming(s *step, c *boundColumn, key refKey, text string) {
	value, isText := mappedText(c, text)
	if !isText || value == "" {
		return
	}
	v, ok := t.resolver.cells.storedValue(c.field, value)
	if !ok {
		return
	}
	if t.resolver.upcoming[key] == nil {
		t.resolver.upcoming[key] = map[any]int{}
	}
	t.resolver.upcoming[key][v] = s.index
}

func cellAt(cells []string, i int) string {
	if i < len(cells) {
		return cells[i]
	}
	return ""
}
