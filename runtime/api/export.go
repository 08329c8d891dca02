package api

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/request"
	"weft/runtime/transfer"
)

// exportRecords answers all records that a query finds, as CSV or XLSX by Accept.
func exportRecords(rc *requestContext) error {
	var q read.Query
	if _, err := rc.decode(&q); err != nil {
		return err
	}
	o := transfer.ExportOptions{Lang: request.Language(rc.r)}
	switch header := rc.r.URL.Query().Get("header"); header {
	case "", "titles":
	case "keys":
		o.Keys = true
	default:
		return badParameter("header")
	}
	media, ext := csvType+"; charset=utf-8", ".csv"
	switch accept := rc.r.Header.Get("Accept"); {
	case strings.Contains(accept, xlsxType):
		o.Format, media, ext = transfer.XLSX, xlsxType, ".xlsx"
	case accept == "", strings.Contains(accept, csvType), strings.Contains(accept, "*/*"):
		o.Format = transfer.CSV
	default:
		return problem.New(problem.MediaType, "content_type", map[string]any{"want": csvType + ", XLSX"})
	}
	entity := rc.vars()["entity"]
	release, err := tryShare(&rc.s.concurrency.exports, rc.actor.UserID, "too_many_exports")
	if err != nil {
		return err
	}
	defer release()
	return rc.spool(func(out io.Writer) error {
		return rc.s.o.Transfer.Export(rc.ctx, record.Call{Actor: rc.actor, Source: record.SourceAPI}, entity, q, o, out)
	}, media, entity+ext)
}

// spool lets make write to a temporary file, and then sends that: a client that
// reads slowly keeps no snapshot of the database open.
func (rc *requestContext) spool(make func(io.Writer) error, media, name string) error {
	if rc.writes != nil { // the body was read; its deadline would end the request
		_ = rc.writes.SetReadDeadline(time.Time{})
	}
	file, err := os.CreateTemp("", "weft-export-")
	if err != nil {
		return fmt.Errorf("temporary file of an export: %w", err)
	}
	defer os.Remove(file.Name())
	defer file.Close()
	buffered := bufio.NewWriterSize(file, 64<<10)
	if err := make(buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("temporary file of an export: %w", err)
	}
	size, err := file.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("temporary file of an export: %w", err)
	}
	h := rc.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	rc.WriteHeader(http.StatusOK)
	return rc.send(file)
}

// send copies in pieces, each of which the client must take within the route's
// WriteTimeout.
func (rc *requestContext) send(in io.Reader) error {
	piece := make([]byte, 64<<10)
	for rc.ctx.Err() == nil {
		n, err := in.Read(piece)
		if n > 0 {
			if _, err := rc.Write(piece[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return context.Cause(rc.ctx)
}

// undoImport reverts an import; with dry_run it says what would be done.
func undoImport(rc *requestContext) error {
	id := rc.vars()["id"]
	var in struct {
		All bool `json:"all"`
	}
	if rc.r.ContentLength > 0 {
		if _, err := rc.decode(&in); err != nil {
			return err
		}
	}
	preview, err := rc.flag("dry_run")
	if err != nil {
		return err
	}
	if preview {
		p, err := rc.s.o.Transfer.PreviewUndo(rc.ctx, rc.actor, id, in.All)
		if err != nil {
			return err
		}
		return rc.json(http.StatusOK, p.In(request.Language(rc.r)))
	}
	key, err := rc.idempotencyKey()
	if err != nil {
		return err
	}
	call := record.Call{Actor: rc.actor, Key: key, Digest: rc.digest()}
	if err := rc.s.o.Transfer.Undo(rc.ctx, call, id, in.All); err != nil {
		return err
	}
	return rc.importAnswer(id)
}

// importProblems answers every row problem of an import as CSV.
func importProblems(rc *requestContext) error {
	h := rc.Header()
	h.Set("Content-Type", csvType+"; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="problems.csv"`)
	return rc.s.o.Transfer.Problems(rc.ctx, rc.actor, rc.vars()["id"], request.Language(rc.r), rc)
}

// statusOf is 202 while an import or its undo runs, else 200.
func statusOf(p *transfer.Progress) int {
	switch p.State {
	case transfer.Queued, transfer.Running, transfer.Undoing:
		return http.StatusAccepted
	}
	return http.StatusOK
}
