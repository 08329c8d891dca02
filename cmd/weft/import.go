package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"weft/runtime/transfer"
)

type importCmd struct {
	Entity     string `help:"Entity that the rows become; not needed when the mapping says it."`
	Mapping    string `help:"Name of a mapping, or a file that holds one. Without one, columns are matched by key and title."`
	Sheet      string `help:"Sheet of a workbook; the first visible one if left out."`
	HeaderRow  int    `help:"Number of the row with the column names; found by them if left out." placeholder:"N"`
	Encoding   string `help:"Encoding of a text file, such as GB18030 or Windows-1252; found if left out."`
	Key        string `help:"Field by which a row finds its record, when there is no mapping." placeholder:"FIELD"`
	Historical bool   `help:"Take past stages and their dates as given; needs the right import_history."`
	DryRun     bool   `help:"Check everything and write nothing."`

	Files importFilesCmd `cmd:"" default:"withargs" help:"Import a file, or a folder of files; the word files may be left out."`
	Undo  importUndoCmd  `cmd:"" help:"Undo an import; what was worked on since is kept and listed."`
}

type importFilesCmd struct {
	Path string `arg:"" help:"File (CSV or XLSX), or a folder of them." type:"path"`
}

// pollEvery is how often the progress of a long import is read.
const pollEvery = 300 * time.Millisecond

// Run sends the files and waits for the end. Rows with problems do not stop
// the others; they make the exit status 1.
func (f *importFilesCmd) Run(ctx context.Context, m *Main, c *importCmd) error {
	files, err := f.files()
	if err != nil {
		return err
	}
	api, err := m.connect(ctx)
	if err != nil {
		return err
	}
	raw, err := c.start(ctx, api, files)
	if err != nil {
		return err
	}
	p, raw, err := m.follow(ctx, api, raw)
	if err != nil {
		return err
	}
	if err := m.print(raw, m.importReport(p)); err != nil {
		return err
	}
	return m.importError(p)
}

// files are the files to send, by name.
func (f *importFilesCmd) files() ([]string, error) {
	info, err := os.Stat(f.Path)
	if err != nil {
		return nil, fmt.Errorf("there is no file or folder %s", f.Path)
	}
	if !info.IsDir() {
		return []string{f.Path}, nil
	}
	entries, err := os.ReadDir(f.Path)
	if err != nil {
		return nil, fmt.Errorf("folder %s: %w", f.Path, err)
	}
	var files []string
	for _, e := range entries {
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".csv", ".xlsx":
			files = append(files, filepath.Join(f.Path, e.Name()))
		}
	}
	sort.Strings(files)
	if len(files) == 0 {
		return nil, fmt.Errorf("the folder %s holds no CSV or XLSX file", f.Path)
	}
	return files, nil
}

func (c *importCmd) start(ctx context.Context, api *client, files []string) (json.RawMessage, error) {
	path := "/imports"
	if c.Entity != "" {
		path = "/records/" + url.PathEscape(c.Entity) + "/import"
	} else if c.Mapping == "" {
		return nil, usageError{errors.New("import needs --entity, or a --mapping that names the entities")}
	}
	q := url.Values{}
	if c.DryRun {
		q.Set("dry_run", "true")
	}
	if c.Historical {
		q.Set("historical", "true")
	}
	for name, value := range map[string]string{"sheet": c.Sheet, "encoding": c.Encoding, "key": c.Key} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if c.HeaderRow > 0 {
		q.Set("header_row", strconv.Itoa(c.HeaderRow))
	}
	body, mediaType := c.body(files)
	defer body.Close()
	res, err := api.send(ctx, "POST", path+"?"+q.Encode(), mediaType, body, nil)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return io.ReadAll(res.Body)
}

// body streams the files and the mapping as a form.
func (c *importCmd) body(files []string) (io.ReadCloser, string) {
	pr, pw := io.Pipe()
	mw := multipart.NewWriter(pw)
	go func() {
		err := c.writeForm(mw, files)
		pw.CloseWithError(errors.Join(err, mw.Close()))
	}()
	return pr, mw.FormDataContentType()
}

func (c *importCmd) writeForm(mw *multipart.Writer, files []string) error {
	if c.Mapping != "" {
		text := c.Mapping
		if strings.HasSuffix(text, ".json") {
			document, err := os.ReadFile(text)
			if err != nil {
				return fmt.Errorf("mapping: %w", err)
			}
			text = string(document)
		}
		if err := mw.WriteField("mapping", text); err != nil {
			return err
		}
	}
	for _, name := range files {
		if err := writeFilePart(mw, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func writeFilePart(mw *multipart.Writer, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	w, err := mw.CreateFormFile("file", filepath.Base(name))
	if err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return err
}

// follow asks until the import is finished.
func (m *Main) follow(ctx context.Context, api *client, raw json.RawMessage) (*transfer.Progress, json.RawMessage, error) {
	defer m.progressDone()
	for {
		p := &transfer.Progress{}
		if err := json.Unmarshal(raw, p); err != nil {
			return nil, nil, fmt.Errorf("progress of the import: %w", err)
		}
		if p.FinishedAt != "" {
			return p, raw, nil
		}
		rows, read := 0, 0
		for _, f := range p.Files {
			rows, read = rows+f.Rows, read+f.Read
		}
		m.progress("%s", m.say("%[2]d / %[3]d 行", "%[1]s: %[2]d of %[3]d rows", p.State, read, rows))
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-time.After(pollEvery):
		}
		if err := api.call(ctx, "GET", "/imports/"+p.ID, nil, &raw); err != nil {
			return nil, nil, err
		}
	}
}
