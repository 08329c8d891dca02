package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

type jobCmd struct {
	List   jobListCmd   `cmd:"" help:"List jobs that wait, run or failed."`
	Retry  jobRetryCmd  `cmd:"" help:"Let jobs run now, with all their attempts."`
	Cancel jobCancelCmd `cmd:"" help:"Take jobs away."`
}

type jobListCmd struct {
	Kind  string `help:"Only jobs of this kind."`
	State string `help:"Only waiting, running or failed ones." enum:",waiting,running,failed" default:""`
}

// listedJob is a job as the server answers it.
type listedJob struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	State    string `json:"state"`
	Due      string `json:"due"`
	Attempts int    `json:"attempts"`
	Error    string `json:"error,omitempty"`
}

func (j listedJob) line() string {
	first, _, _ := strings.Cut(j.Error, "\n")
	return strings.TrimRight(fmt.Sprintf("%s  %-12s %-8s due %s  attempts %d  %s", j.ID, j.Kind, j.State, j.Due, j.Attempts, first), " ")
}

// Run lists the jobs.
func (c *jobListCmd) Run(ctx context.Context, m *Main) error {
	jobs := []listedJob{}
	q := url.Values{"kind": {c.Kind}, "state": {c.State}}
	for {
		var page struct {
			Items  []listedJob `json:"items"`
			Cursor string      `json:"cursor"`
		}
		if err := m.call(ctx, "GET", "/jobs?"+q.Encode(), nil, &page); err != nil {
			return err
		}
		jobs = append(jobs, page.Items...)
		if page.Cursor == "" {
			break
		}
		q.Set("cursor", page.Cursor)
	}
	lines := make([]string, len(jobs))
	for i, j := range jobs {
		lines[i] = j.line()
	}
	return m.print(jobs, strings.Join(lines, "\n"))
}

type jobRetryCmd struct {
	ID []string `arg:"" help:"Ids of jobs."`
}

// Run retries the jobs.
func (c *jobRetryCmd) Run(ctx context.Context, m *Main) error { return m.eachJob(ctx, c.ID, "retry") }

type jobCancelCmd struct {
	ID []string `arg:"" help:"Ids of jobs."`
}

// Run cancels the jobs.
func (c *jobCancelCmd) Run(ctx context.Context, m *Main) error { return m.eachJob(ctx, c.ID, "cancel") }

func (m *Main) eachJob(ctx context.Context, ids []string, do string) error {
	var done []listedJob
	var lines []string
	for _, id := range ids {
		var j listedJob
		if err := m.call(ctx, "POST", "/jobs/"+url.PathEscape(id)+"/"+do, nil, &j); err != nil {
			return fmt.Errorf("job %s: %w", id, err)
		}
		done = append(done, j)
		lines = append(lines, j.line())
	}
	return m.print(done, strings.Join(lines, "\n"))
}
