package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// print writes the answer of a command: JSON with --json, else the text.
func (m *Main) print(v any, text string) error {
	if !m.cli.JSON {
		_, err := fmt.Fprintln(m.Stdout, text)
		return err
	}
	e := json.NewEncoder(m.Stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// progress writes a line over the last one, on a terminal only.
func (m *Main) progress(format string, args ...any) {
	if m.cli.JSON || !isTerminal(m.Stderr) {
		return
	}
	fmt.Fprintf(m.Stderr, "\r\033[K"+format, args...)
}

// progressDone ends the line of progress.
func (m *Main) progressDone() {
	if !m.cli.JSON && isTerminal(m.Stderr) {
		fmt.Fprint(m.Stderr, "\r\033[K")
	}
}

// lang is the language of reports: of --lang, else of the environment.
func (m *Main) lang() string {
	if m.cli.Lang != "" {
		return m.cli.Lang
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := m.Getenv(name); v != "" {
			if strings.HasPrefix(strings.ToLower(v), "zh") {
				return "zh-CN"
			}
			return "en"
		}
	}
	return "en"
}

// say chooses one of two texts by the language and formats it.
func (m *Main) say(zh, en string, args ...any) string {
	if m.lang() == "zh-CN" {
		return fmt.Sprintf(zh, args...)
	}
	return fmt.Sprintf(en, args...)
}

func isTerminal(w any) bool {
	if c, ok := w.(redactingWriter); ok {
		w = c.Writer
	}
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// ignoreEOF keeps a read error that is not the end of the input.
func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
