package transfer

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"weft/runtime/access"
	"weft/runtime/query"
)

// Problems writes all kept row problems of an import as CSV (UTF-8 with a byte
// order mark) with the columns file, entity, row, column, value, code, message;
// messages are in lang. not_found when the actor may not see the import.
func (s *Service) Problems(ctx context.Context, actor *access.Actor, id, lang string, w io.Writer) error {
	if _, err := s.loadVisible(ctx, actor, id); err != nil {
		return err
	}
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return fmt.Errorf("write problems: %w", err)
	}
	out := csv.NewWriter(w)
	if err := out.Write([]string{"file", "entity", "row", "column", "value", "code", "message"}); err != nil {
		return fmt.Errorf("write problems: %w", err)
	}
	// Ids of pages begin with the import's; ";" follows ":" in the code.
	path := query.Path{Field: "id", Kind: query.Key}
	where := query.Cmp{Path: path, Op: query.Between, Value: []any{id + ":", id + ";"}}
	for p, err := range problemTable.Each(ctx, s.Store, where) {
		if err != nil {
			return err
		}
		for _, r := range p.Rows {
			line := []string{p.File, p.Entity, strconv.Itoa(r.Row), r.Column, r.Value, r.Code, r.Texts.In(lang)}
			for i := range line {
				line[i] = quoteFormula(strings.ReplaceAll(line[i], "\x00", ""))
			}
			if err := out.Write(line); err != nil {
				return fmt.Errorf("write problems: %w", err)
			}
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write problems: %w", err)
	}
	return nil
}
