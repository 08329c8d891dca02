package api

import (
	"net/http"
	"strings"

	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/request"
	"weft/runtime/transfer"
)

// exportRecords streams what a query finds, all of it, as CSV or XLSX by Accept.
func exportRecords(x *exchange) error {
	var q record.Query
	if _, err := x.decode(&q); err != nil {
		return err
	}
	o := transfer.ExportOptions{Lang: request.Language(x.r)}
	switch header := x.r.URL.Query().Get("header"); header {
	case "", "titles":
	case "keys":
		o.Keys = true
	default:
		return badParameter("header")
	}
	media, ext := csvType+"; charset=utf-8", ".csv"
	switch accept := x.r.Header.Get("Accept"); {
	case strings.Contains(accept, xlsxType):
		o.Format, media, ext = transfer.XLSX, xlsxType, ".xlsx"
	case accept == "", strings.Contains(accept, csvType), strings.Contains(accept, "*/*"):
		o.Format = transfer.CSV
	default:
		return problem.New(problem.MediaType, "content_type", map[string]any{"want": csvType + ", XLSX"})
	}
	entity := x.vars()["entity"]
	h := x.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", `attachment; filename="`+entity+ext+`"`)
	// Nothing is written before the query and the rights are known to be good.
	return x.s.o.Transfer.Export(x.ctx, record.Call{Actor: x.actor, Source: "api"}, entity, q, o, x)
}

func undoImport(x *exchange) error {
	id := x.vars()["id"]
	if err := x.s.o.Transfer.Undo(x.ctx, x.actor, id); err != nil {
		return err
	}
	return x.importAnswer(id)
}

// importProblems answers every row problem of an import as CSV.
func importProblems(x *exchange) error {
	h := x.Header()
	h.Set("Content-Type", csvType+"; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="problems.csv"`)
	return x.s.o.Transfer.Problems(x.ctx, x.actor, x.vars()["id"], request.Language(x.r), x)
}

// statusOf is 202 for an import, or its undo, that still runs.
func statusOf(p *transfer.Progress) int {
	switch p.State {
	case transfer.Queued, transfer.Running, transfer.Undoing:
		return http.StatusAccepted
	}
	return http.StatusOK
}
