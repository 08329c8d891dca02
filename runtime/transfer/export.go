package transfer

import (
	"context"
	"io"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/schemas"
)

// Format of an export.
type Format string

// The formats with their media types.
const (
	CSV  Format = "text/csv"
	XLSX Format = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// ExportOptions is the form of an export. An import of the file with guessed
// columns gives the same records either way.
type ExportOptions struct {
	Format Format
	// Keys writes field keys, choice keys and ids, as on the wire; without it
	// titles in Lang, and the texts by which references can be found again.
	Keys bool
	Lang string // zh-CN or en
}

// exportPage is how many records are written together: one look-up serves the
// references of a page.
const exportPage = 500

// exporter writes the records of one export.
type exporter struct {
	service *Service
	options ExportOptions
	rights  *access.Rights
	entity  *model.Entity
	columns []exportColumn
	names   *referenceNames
	out     sheetWriter
	page    []map[string]any
}

// exportColumn is one field; field is nil for a system field.
type exportColumn struct {
	key   string
	title string
	field *model.Field
	part  string // of a clock, which has a column for each
}

// sheetWriter writes a table. Nothing reaches the caller's writer before the
// first row or the end.
type sheetWriter interface {
	header(cells []string) error
	row(cells []cell) error
	close() error
}

// Export writes all records that a query finds and the user may export, limited
// to what they may read; Without a Limit all records are written. Errors of
// the query or the rights come before anything is written to w.
func (s *Service) Export(ctx context.Context, c record.Call, entity string, q read.Query, o ExportOptions, w io.Writer) error {
	if c.Actor == nil {
		return problem.New(problem.Unauthenticated, "", nil)
	}
	e, ok := s.Current.Model().Entity(entity)
	if !ok {
		return problem.New(problem.NotFound, "no_such_entity", map[string]any{"entity": entity})
	}
	rights, err := s.Access.Rights(ctx, c.Actor)
	if err != nil {
		return err
	}
	if !rights.Allowed(entity, schemas.OpExport) {
		return problem.New(problem.Forbidden, "no_right", nil)
	}
	x := &exporter{service: s, options: o, rights: rights, entity: e}
	x.columns = x.columnsOf(q.Fields)
	x.names = &referenceNames{finder: lookup{s.Store, rights}, known: map[refKey]map[string]string{}}
	switch o.Format {
	case CSV:
		x.out = newCSVWriter(w)
	case XLSX:
		x.out = newXLSXWriter(w)
	default:
		return problem.New(problem.MediaType, "export_format", nil)
	}
	if err := s.Reads.ForEachExported(ctx, c.Actor, entity, q, func(doc map[string]any) error { return x.add(ctx, doc) }); err != nil {
		return err
	}
	return x.end(ctx)
}

// columnsOf lists the wanted fields, all by default, without those that the
// user may not read on any row. Child rows are exported as records of their own.
func (x *exporter) columnsOf(fields []string) []exportColumn {
	all := []exportColumn{{key: idField, title: idField}}
	for _, f := range x.entity.Fields {
		if f.Def.FieldType != schemas.TypeChildRows && x.rights.Readable(x.entity.Key, f.Key) {
			all = append(all, x.fieldColumns(f)...)
		}
	}
	if fields == nil {
		return all
	}
	var columns []exportColumn
	for _, key := range fields {
		if model.IsSystem(key) && key != idField {
			columns = append(columns, exportColumn{key: key, title: key})
		}
		for _, c := range all {
			if c.key == key {
				columns = append(columns, c)
			}
		}
	}
	return columns
}

// title is the header of a field; titles that two fields share get their keys.
func (x *exporter) title(f *model.Field) string {
	title := f.Def.Title.In(x.options.Lang)
	if x.options.Keys || title == "" {
		return f.Key
	}
	for _, o := range x.entity.Fields {
		if o != f && headerKey(o.Def.Title.In(x.options.Lang)) == headerKey(title) || headerKey(o.Key) == headerKey(title) && o != f {
			return longHeader(title, f.Key)
		}
	}
	return title
}

func (x *exporter) add(ctx context.Context, doc map[string]any) error {
	x.page = append(x.page, doc)
	if len(x.page) < exportPage {
		return nil
	}
	return x.flush(ctx)
}

func (x *exporter) end(ctx context.Context) error {
	if err := x.flush(ctx); err != nil {
		return err
	}
	return x.out.close()
}

// flush writes the gathered records.
func (x *exporter) flush(ctx context.Context) error {
	titles := make([]string, len(x.columns))
	for i, c := range x.columns {
		titles[i] = c.title
	}
	if err := x.out.header(titles); err != nil {
		return err
	}
	if !x.options.Keys {
		for _, c := range x.columns {
			if err := x.names.load(ctx, c, x.page); err != nil {
				return err
			}
		}
	}
	cells := make([]cell, len(x.columns))
	for _, doc := range x.page {
		for i, c := range x.columns {
			cells[i] = x.cell(c, doc[c.key])
		}
		if err := x.out.row(cells); err != nil {
			return err
		}
	}
	x.page = x.page[:0]
	return nil
}
