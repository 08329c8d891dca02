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
	"strings"
	"time"
)

type importCmd struct {
	Path       string `arg:"" help:"File (CSV or XLSX), or a folder of them." type:"path"`
	Entity     string `help:"Entity that the rows become; not needed when the mapping says it."`
	Mapping    string `help:"Name of a mapping, or a file that holds one. Without one, columns are matched by key and title."`
	DryRun     bool   `help:"Check everything and write nothing."`
	Historical bool   `help:"Take past stages and their dates as given; needs the right import_history."`
	Undo       string `help:"Undo the import with this id instead." hidden:""`
}

// importProgress is what the API tells of an import.
type importProgress struct {
	ID         string `json:"id"`
	State      string `json:"state"`
	FinishedAt string `json:"finished_at"`
	Files      []struct {
		File      string `json:"file"`
		Entity    string `json:"entity"`
		Rows      int    `json:"rows"`
		Read      int    `json:"read"`
		Created   int    `json:"created"`
		Updated   int    `json:"updated"`
		Unchanged int    `json:"unchanged"`
		Failed    int    `json:"failed"`
	} `json:"files"`
	Problems []struct {
		File    string `json:"file"`
		Column  string `json:"column"`
		Value   string `json:"value"`
		Message string `json:"message"`
		Count   int    `json:"count"`
		Rows    []int  `json:"rows"`
	} `json:"problems"`
	Failure *struct {
		Message string `json:"message"`
	} `json:"failure"`
}

// pollEvery is how often the progress of a long import is read.
const pollEvery = 300 * time.Millisecond

// Run sends the files and waits for the end. Rows with problems do not stop
// the others; they make the exit status 1.
func (c *importCmd) Run(ctx context.Context, m *Main) error {
	files, err := c.files()
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
	if err := m.print(raw, p.summary(c.DryRun)); err != nil {
		return err
	}
	if p.Failure != nil {
		return fmt.Errorf("the import stopped: %s", p.Failure.Message)
	}
	if failed := p.failed(); failed > 0 {
		return fmt.Errorf("%d rows have problems and were left out", failed)
	}
	return nil
}

// files are the files to send, by name.
func (c *importCmd) files() ([]string, error) {
	info, err := os.Stat(c.Path)
	if err != nil {
		return nil, fmt.Errorf("there is no file or folder %s", c.Path)
	}
	if !info.IsDir() {
		return []string{c.Path}, nil
	}
	entries, err := os.ReadDir(c.Path)
	if err != nil {
		return nil, fmt.Errorf("folder %s: %w", c.Path, err)
	}
	var files []string
	for _, e := range entries {
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".csv", ".xlsx":
			files = append(files, filepath.Join(c.Path, e.Name()))
		}
	}
	sort.Strings(files)
	if len(files) == 0 {
		return nil, fmt.Errorf("the folder %s holds no CSV or XLSX file", c.Path)
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
func (m *Main) follow(ctx context.Context, api *client, raw json.RawMessage) (*importProgress, json.RawMessage, error) {
	defer m.progressDone()
	for {
		p := &importProgress{}
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
		m.progress("%s: %d of %d rows", p.State, read, rows)
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

func (p *importProgress) failed() (n int) {
	for _, f := range p.Files {
		n += f.Failed
	}
	return n
}

// summary is a line per file and a line per kind of problem.
func (p *importProgress) summary(dryRun bool) string {
	var b strings.Builder
	for _, f := range p.Files {
		fmt.Fprintf(&b, "%s → %s: %d rows, %d created, %d updated, %d unchanged, %d with problems\n",
			f.File, f.Entity, f.Rows, f.Created, f.Updated, f.Unchanged, f.Failed)
	}
	for _, x := range p.Problems {
		value := ""
		if x.Value != "" {
			value = fmt.Sprintf(" %q", x.Value)
		}
		fmt.Fprintf(&b, "  %s %s%s: %s (%d rows, first: %v)\n", x.File, x.Column, value, x.Message, x.Count, x.Rows)
	}
	if dryRun {
		b.WriteString("nothing was written (dry run)")
	} else {
		b.WriteString("import " + p.ID)
	}
	return b.String()
}
