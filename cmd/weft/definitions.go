package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
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
	Definitions []json.RawMessage `json:"definitions"`
	Remove      []definitionName  `json:"remove,omitempty"`
	Force       bool              `json:"force,omitempty"`
	Replace     []replacement     `json:"replace,omitempty"`
	Titles      string            `json:"titles,omitempty"`
	Note        string            `json:"note,omitempty"`
}

// replacement replaces a choice by another one in all records.
type replacement struct {
	Entity string `json:"entity"`
	Field  string `json:"field"`
	From   string `json:"from"`
	To     string `json:"to"`
}

var replacementForm = regexp.MustCompile(`^([^.:]+)\.([^.:]+):([^=]+)=(.+)$`)

type definitionName struct {
	Kind string `json:"kind"`
	Key  string `json:"key"`
}

func (d definitionFiles) proposal() (*proposal, error) {
	if len(d.Path) == 0 && len(d.Remove) == 0 && len(d.Replace) == 0 {
		return nil, usageError{errors.New("name files of definitions, or what to --remove or --replace")}
	}
	p := &proposal{Definitions: []json.RawMessage{}, Force: d.Force, Titles: d.Titles, Note: d.Note}
	for _, text := range d.Replace {
		part := replacementForm.FindStringSubmatch(text)
		if part == nil {
			return nil, usageError{fmt.Errorf("%q must have the form ENTITY.FIELD:FROM=TO", text)}
		}
		p.Replace = append(p.Replace, replacement{part[1], part[2], part[3], part[4]})
	}
	for _, name := range d.Remove {
		kind, key, ok := strings.Cut(name, "/")
		if !ok {
			return nil, usageError{fmt.Errorf("%q must have the form kind/key", name)}
		}
		p.Remove = append(p.Remove, definitionName{kind, key})
	}
	for _, path := range d.Path {
		if err := p.add(path); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// add reads a file, or all files of a folder that end in .json.
func (p *proposal) add(path string) error {
	return filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name != path && filepath.Ext(name) != ".json" {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if !json.Valid(text) {
			return fmt.Errorf("%s is not JSON", name)
		}
		p.Definitions = append(p.Definitions, text)
		return nil
	})
}

// definitionProblem is a problem or a warning of definitions.
type definitionProblem struct {
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// problemLines are lines of problems after a word.
func problemLines(word string, list []definitionProblem) string {
	var lines []string
	for _, f := range list {
		lines = append(lines, word+": "+f.Path+": "+f.Message)
	}
	return strings.Join(lines, "\n")
}

type checkCmd struct{ definitionFiles }

// Run says what publishing would refuse, and what should be mended.
func (c *checkCmd) Run(ctx context.Context, m *Main) error {
	p, err := c.proposal()
	if err != nil {
		return err
	}
	api, err := m.connect(ctx)
	if err != nil {
		return err
	}
	var found struct {
		Problems []definitionProblem `json:"problems"`
		Warnings []definitionProblem `json:"warnings"`
	}
	var refused *problemError
	switch err := api.call(ctx, "POST", "/builder/check", p, &found); {
	case errors.As(err, &refused) && refused.Status == 422:
		for _, e := range refused.Errors {
			found.Problems = append(found.Problems, definitionProblem(e))
		}
	case err != nil:
		return fmt.Errorf("check: %w", err)
	}
	text := strings.TrimPrefix(problemLines("problem", found.Problems)+"\n"+problemLines("warning", found.Warnings), "\n")
	if text == "" {
		text = "nothing stands against publishing"
	}
	if err := m.print(found, strings.TrimSuffix(text, "\n")); err != nil || len(found.Problems) == 0 {
		return err
	}
	return errors.New("this cannot be published")
}

type impactCmd struct{ definitionFiles }

// Run says what publishing would hit: records, people, values that do not fit.
func (c *impactCmd) Run(ctx context.Context, m *Main) error {
	p, err := c.proposal()
	if err != nil {
		return err
	}
	api, err := m.connect(ctx)
	if err != nil {
		return err
	}
	var answer json.RawMessage
	if err := api.call(ctx, "POST", "/builder/impact", p, &answer); err != nil {
		return fmt.Errorf("impact: %w", err)
	}
	var impact struct {
		Effects []struct {
			Path    string            `json:"path"`
			Message map[string]string `json:"message"`
			Samples json.RawMessage   `json:"samples"`
		} `json:"effects"`
	}
	if err := json.Unmarshal(answer, &impact); err != nil {
		return fmt.Errorf("impact: %w", err)
	}
	var lines []string
	for _, e := range impact.Effects {
		lines = append(lines, strings.TrimSpace(e.Path+": "+e.Message["en"]+" "+string(e.Samples)))
	}
	if len(lines) == 0 {
		lines = []string{"no record and nobody is affected"}
	}
	return m.print(answer, strings.Join(lines, "\n"))
}

type publishCmd struct{ definitionFiles }

// published is what the API says of a publication.
type published struct {
	Version     int64               `json:"version"`
	Conversions []convertedField    `json:"conversions,omitempty"`
	Warnings    []definitionProblem `json:"warnings,omitempty"`
}

// convertedField says what becomes of the values of a field in the background.
type convertedField struct {
	Path    string `json:"path"`
	From    string `json:"from"`
	To      string `json:"to"`
	Records int64  `json:"records"`
	Unfit   int64  `json:"unfit"`
}

// Run publishes definitions with the current ones.
func (c *publishCmd) Run(ctx context.Context, m *Main) error {
	p, err := c.proposal()
	if err != nil {
		return err
	}
	return m.publish(ctx, "/builder/publish", p)
}

func (m *Main) publish(ctx context.Context, path string, body any) error {
	api, err := m.connect(ctx)
	if err != nil {
		return err
	}
	var done published
	if err := api.call(ctx, "POST", path, body, &done); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	text := fmt.Sprintf("the definitions are now version %d", done.Version)
	for _, c := range done.Conversions {
		text += fmt.Sprintf("\nconverting %s from %s to %s: %d records, %d values do not fit", c.Path, c.From, c.To, c.Records, c.Unfit)
	}
	if len(done.Warnings) > 0 {
		text += "\n" + problemLines("warning", done.Warnings)
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
	api, err := m.connect(ctx)
	if err != nil {
		return err
	}
	var list struct {
		Items []struct {
			Version int64  `json:"version"`
			At      string `json:"at"`
			By      string `json:"by"`
			Cause   string `json:"cause,omitempty"`
		} `json:"items"`
	}
	if err := api.call(ctx, "GET", "/builder/versions", nil, &list); err != nil {
		return err
	}
	var lines []string
	for _, v := range list.Items {
		lines = append(lines, fmt.Sprintf("%6d  %s  %-12s %s", v.Version, v.At, v.By, v.Cause))
	}
	if len(lines) == 0 {
		lines = []string{"nothing is published yet"}
	}
	return m.print(list.Items, strings.Join(lines, "\n"))
}
