package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
)

type exportCmd struct {
	Entity string   `arg:"" help:"Entity, by key."`
	Out    string   `help:"File to write, .csv or .xlsx; standard output (CSV) if left out." short:"o"`
	Where  string   `help:"Filter, as in the API." placeholder:"JSON"`
	Search string   `help:"Words to search for."`
	Sort   []string `help:"Fields to sort by, - in front for descending."`
	Fields []string `help:"Fields to write, in order."`
}

// Run writes the records of a query.
func (c *exportCmd) Run(ctx context.Context, m *Main) error {
	q, err := c.query()
	if err != nil {
		return err
	}
	mediaType, known := map[string]string{
		"": "text/csv", ".csv": "text/csv", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	}[strings.ToLower(filepath.Ext(c.Out))]
	if !known {
		return usageError{fmt.Errorf("an export is a .csv or .xlsx file, not %s", filepath.Base(c.Out))}
	}
	api, err := m.connect(ctx)
	if err != nil {
		return err
	}
	res, err := api.send(ctx, "POST", "/records/"+url.PathEscape(c.Entity)+"/export", "application/json",
		strings.NewReader(q), http.Header{"Accept": {mediaType}})
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if c.Out == "" {
		_, err := io.Copy(m.Stdout, res.Body)
		return err
	}
	size, err := writeWhole(c.Out, res.Body)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return m.print(map[string]any{"file": c.Out, "bytes": size}, m.say("已写入 %s（%d 字节）", "wrote %s (%d bytes)", c.Out, size))
}

func (c *exportCmd) query() (string, error) {
	q := map[string]any{}
	if c.Where != "" {
		if !json.Valid([]byte(c.Where)) {
			return "", usageError{errors.New(`--where must be JSON, e.g. '["stage","=","won"]'`)}
		}
		q["where"] = json.RawMessage(c.Where)
	}
	if c.Search != "" {
		q["search"] = c.Search
	}
	if len(c.Sort) > 0 {
		q["sort"] = c.Sort
	}
	if len(c.Fields) > 0 {
		q["fields"] = c.Fields
	}
	text, err := json.Marshal(q)
	return string(text), err
}
