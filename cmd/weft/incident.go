package main

import (
	"context"
	"fmt"
	"strings"
)

type incidentCmd struct {
	List  incidentListCmd  `cmd:"" help:"List incidents, the latest first."`
	Close incidentCloseCmd `cmd:"" help:"Close incidents; what was stopped for them goes on."`
}

type incidentListCmd struct {
	All bool `help:"Closed ones, too."`
}

// listedIncident is an incident as the server answers it.
type listedIncident struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	Text   string `json:"text"`
	Count  int64  `json:"count"`
	LastAt string `json:"last_at"`
	Open   bool   `json:"open"`
}

func (i listedIncident) line() string {
	state := "open"
	if !i.Open {
		state = "closed"
	}
	return fmt.Sprintf("%s  %s  %s  %s  ×%d  %s", i.ID, i.LastAt, state, i.Kind, i.Count, i.Text)
}

// Run lists the incidents.
func (c *incidentListCmd) Run(ctx context.Context, m *Main) error {
	var page struct {
		Items []listedIncident `json:"items"`
	}
	path := "/incidents?open=true"
	if c.All {
		path = "/incidents"
	}
	if err := m.call(ctx, "GET", path, nil, &page); err != nil {
		return err
	}
	lines := make([]string, len(page.Items))
	for n, i := range page.Items {
		lines[n] = i.line()
	}
	return m.print(page.Items, strings.Join(lines, "\n"))
}

type incidentCloseCmd struct {
	ID []string `arg:"" help:"Ids of incidents."`
}

// Run closes the incidents.
func (c *incidentCloseCmd) Run(ctx context.Context, m *Main) error {
	var closed []listedIncident
	var lines []string
	for _, id := range c.ID {
		var i listedIncident
		if err := m.call(ctx, "POST", "/incidents/"+id+"/close", nil, &i); err != nil {
			return fmt.Errorf("incident %s: %w", id, err)
		}
		closed = append(closed, i)
		lines = append(lines, i.line())
	}
	return m.print(closed, strings.Join(lines, "\n"))
}
