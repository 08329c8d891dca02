package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"weft/builder"
	"weft/schemas"
)

// definitionFiles are definitions from files, and others that go away.
type definitionFiles struct {
	Path   []string `arg:"" optional:"" help:"Files of definitions, or folders with such files."`
	Remove []string `help:"Remove a definition, as kind/key." placeholder:"NAME"`
	Force  bool     `help:"Remove what no record uses; keep values that do not fit a new type out of sight."`

	Replace []string `help:"Replace a choice in all records, as ENTITY.FIELD:FROM=TO." placeholder:"CHOICE"`
	Titles  string   `help:"Language of the titles by which choices become text: zh-CN or en; their keys if left out." placeholder:"LANG"`
	Note    string   `help:"What the change is about, for the list of versions."`
}

// proposal is what the builder's routes take.
type proposal struct {
	builder.Proposal
	Force bool `json:"force,omitempty"`
}

var replacementForm = regexp.MustCompile(`^([^.:]+)\.([^.:]+):([^=]+)=(.+)$`)

func (d definitionFiles) proposal(m *Main) (*proposal, error) {
	if len(d.Path) == 0 && len(d.Remove) == 0 && len(d.Replace) == 0 {
		return nil, usageError{errors.New("name files of definitions, or what to --remove or --replace")}
	}
	p := &proposal{builder.Proposal{Definitions: []json.RawMessage{}, Titles: d.Titles, Note: d.Note}, d.Force}
	for _, text := range d.Replace {
		part := replacementForm.FindStringSubmatch(text)
		if part == nil {
			return nil, usageError{fmt.Errorf("%q must have the form ENTITY.FIELD:FROM=TO", text)}
		}
		p.Replace = append(p.Replace, builder.Replacement{Entity: part[1], Field: part[2], From: part[3], To: part[4]})
	}
	for _, name := range d.Remove {
		kind, key, ok := strings.Cut(name, "/")
		if !ok {
			return nil, usageError{fmt.Errorf("%q must have the form kind/key", name)}
		}
		p.Remove = append(p.Remove, builder.Ref{Kind: schemas.Kind(kind), Key: key})
	}
	for _, path := range d.Path {
		if err := p.add(m, path); err != nil {
			return nil, err
		}
	}
	if len(d.Path) > 0 && len(p.Definitions) == 0 {
		return nil, errors.New(m.say("%s 中没有定义（.json 文件）", "there are no definitions (files .json) in %s", strings.Join(d.Path, ", ")))
	}
	return p, nil
}

// add reads a file, or all files of a folder that end in .json.
func (p *proposal) add(m *Main, path string) error {
	return filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name != path && filepath.Ext(name) != ".json" {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		text = bytes.TrimPrefix(text, []byte("\ufeff")) // editors on Windows write it
		if err := m.checkJSON(text); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		p.Definitions = append(p.Definitions, text)
		return nil
	})
}

// checkJSON says where a text stops being JSON in UTF-8.
func (m *Main) checkJSON(text []byte) error {
	if !utf8.Valid(text) {
		return errors.New(m.say("不是 UTF-8 编码，请另存为 UTF-8", "is not UTF-8; save it as UTF-8"))
	}
	var syntax *json.SyntaxError
	var any json.RawMessage
	if err := json.Unmarshal(text, &any); !errors.As(err, &syntax) {
		return err
	}
	before := text[:min(int(syntax.Offset), len(text))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return errors.New(m.say("第 %d 行第 %d 个字符处不是有效的 JSON：%s", "is not JSON at line %d, character %d: %s", line, column, syntax))
}

// problemEntry is one problem or warning of an answer.
type problemEntry struct {
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// problemLines are lines of problems after a word.
func problemLines(word string, list []problemEntry) string {
	var lines []string
	for _, f := range list {
		lines = append(lines, word+": "+f.Path+": "+f.Message)
	}
	return strings.Join(lines, "\n")
}

type checkCmd struct{ definitionFiles }

// Run says what publishing would refuse, and what should be mended.
func (c *checkCmd) Run(ctx context.Context, m *Main) error {
	p, err := c.proposal(m)
	if err != nil {
		return err
	}
	var found struct {
		Problems []problemEntry `json:"problems"`
		Warnings []problemEntry `json:"warnings"`
	}
	var refused *problemError
	switch err := m.call(ctx, "POST", "/builder/check", p, &found); {
	case errors.As(err, &refused) && refused.Status == 422:
		found.Problems = refused.Errors
	case err != nil:
		return fmt.Errorf("%s: %w", m.say("检查", "check"), err)
	}
	text := strings.TrimPrefix(problemLines(m.say("问题", "problem"), found.Problems)+"\n"+problemLines(m.say("提醒", "warning"), found.Warnings), "\n")
	if text == "" {
		text = m.say("可以发布", "nothing stands against publishing")
	}
	if err := m.print(found, strings.TrimSuffix(text, "\n")); err != nil || len(found.Problems) == 0 {
		return err
	}
	return errors.New(m.say("不能发布", "this cannot be published"))
}

type impactCmd struct{ definitionFiles }

// Run says what publishing would hit: records, people, values that do not fit.
func (c *impactCmd) Run(ctx context.Context, m *Main) error {
	p, err := c.proposal(m)
	if err != nil {
		return err
	}
	var answer json.RawMessage
	if err := m.call(ctx, "POST", "/builder/impact", p, &answer); err != nil {
		return fmt.Errorf("impact: %w", err)
	}
	var impact struct {
		Effects []struct {
			builder.Effect
			Samples json.RawMessage `json:"samples"`
		} `json:"effects"`
	}
	if err := json.Unmarshal(answer, &impact); err != nil {
		return fmt.Errorf("impact: %w", err)
	}
	var lines []string
	for _, e := range impact.Effects {
		lines = append(lines, strings.TrimSpace(e.Path+": "+e.Message.In(m.lang())+" "+string(e.Samples)))
	}
	if len(lines) == 0 {
		lines = []string{m.say("不影响任何记录和人员", "no record and nobody is affected")}
	}
	return m.print(answer, strings.Join(lines, "\n"))
}

type publishCmd struct{ definitionFiles }

// published is what the API says of a publication.
type published struct {
	Version     int64                      `json:"version"`
	Conversions []builder.ConversionReport `json:"conversions,omitempty"`
	Warnings    []problemEntry             `json:"warnings,omitempty"`
}

// Run publishes definitions with the current ones.
func (c *publishCmd) Run(ctx context.Context, m *Main) error {
	p, err := c.proposal(m)
	if err != nil {
		return err
	}
	return m.publish(ctx, "/builder/publish", p)
}

func (m *Main) publish(ctx context.Context, path string, body any) error {
	var done published
	if err := m.call(ctx, "POST", path, body, &done); err != nil {
		return fmt.Errorf("%s: %w", m.say("发布", "publish"), err)
	}
	text := m.say("定义已发布为版本 %d", "the definitions are now version %d", done.Version)
	for _, c := range done.Conversions {
		text += m.say("\n正在把 %s 从 %s 转换为 %s：%d 条记录，%d 个值无法转换", "\nconverting %s from %s to %s: %d records, %d values do not fit", c.Path, c.From, c.To, c.Records, c.Unfit)
	}
	if len(done.Warnings) > 0 {
		text += "\n" + problemLines(m.say("提醒", "warning"), done.Warnings)
	}
	return m.print(done, text)
}

type rollbackCmd struct {
	Version int64 `arg:"" help:"The version whose definitions are published again."`
}

// Run publishes an earlier version again.
func (c *rollbackCmd) Run(ctx context.Context, m *Main) error {
	return m.publish(ctx, fmt.Sprintf("/builder/versions/%d/rollback", c.Version), map[string]any{})
}

type versionsCmd struct{}

// Run lists the published versions, newest first.
func (versionsCmd) Run(ctx context.Context, m *Main) error {
	var list struct {
		Items []struct {
			Version int64  `json:"version"`
			At      string `json:"at"`
			By      string `json:"by"`
			Cause   string `json:"cause,omitempty"`
		} `json:"items"`
	}
	if err := m.call(ctx, "GET", "/builder/versions", nil, &list); err != nil {
		return err
	}
	var lines []string
	for _, v := range list.Items {
		lines = append(lines, fmt.Sprintf("%6d  %s  %-12s %s", v.Version, v.At, v.By, v.Cause))
	}
	if len(lines) == 0 {
		lines = []string{m.say("还没有发布过", "nothing is published yet")}
	}
	return m.print(list.Items, strings.Join(lines, "\n"))
}
