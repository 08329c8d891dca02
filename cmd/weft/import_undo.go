package main

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"

	"weft/runtime/transfer"
)

type importUndoCmd struct {
	ID  string `arg:"" help:"Id of the import; weft imports lists them."`
	All bool   `help:"Also what was worked on since."`
}

// Run undoes the import and waits for the end. Records that are kept make the
// exit status 1.
func (c *importUndoCmd) Run(ctx context.Context, m *Main, p *importCmd) error {
	api, err := m.connect(ctx)
	if err != nil {
		return err
	}
	path := "/imports/" + url.PathEscape(c.ID) + "/undo"
	preview := p.DryRun
	if preview {
		path += "?dry_run=true"
	}
	var raw json.RawMessage
	if err := api.call(ctx, "POST", path, map[string]bool{"all": c.All}, &raw); err != nil {
		return err
	}
	done := &transfer.Progress{}
	if err := json.Unmarshal(raw, done); err != nil {
		return err
	}
	if !preview {
		if done, raw, err = m.follow(ctx, api, raw); err != nil {
			return err
		}
	}
	if done.Undo == nil {
		done.Undo = &transfer.UndoReport{}
	}
	if err := m.print(raw, m.undoReport(done.Undo, preview)); err != nil {
		return err
	}
	if done.State == transfer.Failed {
		return m.importError(done)
	}
	if done.Undo.KeptCount > 0 {
		return errors.New(m.say("%d 条记录未撤销；用 --all 一并撤销", "%d records were kept; --all takes them too", done.Undo.KeptCount))
	}
	return nil
}

func (m *Main) undoReport(u *transfer.UndoReport, preview bool) string {
	var lines []string
	for _, entity := range slices.Sorted(maps.Keys(u.Deleted)) {
		lines = append(lines, m.say("%s：删除 %d", "%s: %d deleted", entity, u.Deleted[entity]))
	}
	for _, entity := range slices.Sorted(maps.Keys(u.Restored)) {
		lines = append(lines, m.say("%s：恢复原值 %d", "%s: %d set back", entity, u.Restored[entity]))
	}
	for i, k := range u.Kept {
		if i == shownKinds {
			lines = append(lines, "  …")
			break
		}
		lines = append(lines, "  "+k.Entity+" "+k.ID+": "+k.Message)
	}
	if preview {
		lines = append(lines, m.say("预览，未更改任何内容", "nothing was changed (dry run)"))
	}
	return strings.Join(lines, "\n")
}

type importsCmd struct{}

// Run lists the last imports.
func (importsCmd) Run(ctx context.Context, m *Main) error {
	var list struct {
		Items []json.RawMessage `json:"items"`
	}
	if err := m.call(ctx, "GET", "/imports", nil, &list); err != nil {
		return err
	}
	lines := make([]string, len(list.Items))
	for i, raw := range list.Items {
		var p transfer.Progress
		if err := json.Unmarshal(raw, &p); err != nil {
			return err
		}
		var files []string
		rows, failed := 0, 0
		for _, f := range p.Files {
			files = append(files, f.File+" → "+f.Entity)
			rows, failed = rows+f.Rows, failed+f.Failed
		}
		lines[i] = m.say("%s  %s  %-8s %s  %s（%d 行，有问题 %d）", "%s  %s  %-8s %s  %s (%d rows, %d with problems)",
			p.ID, p.At, p.State, p.ByLogin, strings.Join(files, ", "), rows, failed)
	}
	return m.print(list.Items, strings.Join(lines, "\n"))
}
