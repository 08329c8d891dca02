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
	Set settingsSetCmd `cmd:"" help:"Change settings: name, zone, first_weekday, currency, language."`
}

type settingsGetCmd struct {
	Name string `arg:"" optional:"" help:"The setting to show; all if left out."`
}

// Run shows the settings.
func (c *settingsGetCmd) Run(ctx context.Context, m *Main) error {
	var now settings.Settings
	if err := m.call(ctx, "GET", "/settings", nil, &now); err != nil {
		return err
	}
	return m.printSettings(now, c.Name)
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
		patch[name] = value
		if value == "" {
			patch[name] = nil
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
	var values map[string]string
	if err := json.Unmarshal(data, &values); err != nil {
		return err
	}
	if only != "" {
		value, ok := values[only]
		if !ok {
			return usageError{fmt.Errorf("there is no setting %q", only)}
		}
		return m.print(value, value)
	}
	var lines []string
	for _, name := range []string{"name", "zone", "first_weekday", "currency", "language"} {
		lines = append(lines, fmt.Sprintf("%-14s %s", name, values[name]))
	}
	return m.print(now, strings.Join(lines, "\n"))
}
