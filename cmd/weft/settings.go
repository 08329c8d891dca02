package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"weft/runtime/settings"
)

type settingsCmd struct {
	Get settingsGetCmd `cmd:"" help:"Show the settings, or one of them."`
	Set settingsSetCmd `cmd:"" help:"Change settings: name, zone, first_weekday, currency, language, calendar (as JSON)."`
}

type settingsGetCmd struct {
	Name string `arg:"" optional:"" help:"The setting to show; all if left out."`
}

// Run shows the settings.
func (c *settingsGetCmd) Run(ctx context.Context, m *Main) error {
	var now warnedSettings
	if err := m.call(ctx, "GET", "/settings", nil, &now); err != nil {
		return err
	}
	for _, w := range now.Warnings {
		if c.Name == "" || strings.HasPrefix(w.Path, "/"+c.Name) {
			fmt.Fprintf(m.Stderr, "weft: warning: %s: %s\n", w.Path, w.Message)
		}
	}
	return m.printSettings(now.Settings, c.Name)
}

// warnedSettings are the settings as the server answers them.
type warnedSettings struct {
	settings.Settings
	Warnings []struct{ Path, Message string } `json:"_warnings"`
}

type settingsSetCmd struct {
	Change []string `arg:"" help:"NAME=VALUE; an empty value restores the default."`
}

// Run changes the settings and shows them.
func (c *settingsSetCmd) Run(ctx context.Context, m *Main) error {
	patch := map[string]any{}
	for _, change := range c.Change {
		name, value, ok := strings.Cut(change, "=")
		if !ok {
			return usageError{fmt.Errorf("%q must have the form NAME=VALUE", change)}
		}
		switch {
		case value == "":
			patch[name] = nil
		case name == "calendar":
			patch[name] = json.RawMessage(value)
			if !json.Valid([]byte(value)) {
				return usageError{fmt.Errorf("the calendar must be JSON such as {\"holidays\":{…}}")}
			}
		default:
			patch[name] = value
		}
	}
	var now settings.Settings
	if err := m.call(ctx, "PATCH", "/settings", patch, &now); err != nil {
		return err
	}
	return m.printSettings(now, "")
}

// printSettings prints one setting, or all of them.
func (m *Main) printSettings(now settings.Settings, only string) error {
	data, err := json.Marshal(now)
	if err != nil {
		return err
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(data, &values); err != nil {
		return err
	}
	if only != "" {
		value, ok := values[only]
		if !ok {
			return usageError{fmt.Errorf("there is no setting %q", only)}
		}
		return m.print(value, settingText(value))
	}
	var lines []string
	for _, name := range []string{"name", "zone", "first_weekday", "currency", "language", "calendar"} {
		lines = append(lines, fmt.Sprintf("%-14s %s", name, settingText(values[name])))
	}
	return m.print(now, strings.Join(lines, "\n"))
}

// settingText shows a text as it is, anything else as JSON.
func settingText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}
