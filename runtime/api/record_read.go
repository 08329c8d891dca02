package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/request"
)

// getRecord answers one record. ?fields= and ?expand= are lists separated by
// commas, or repeated parameters. If-None-Match is ignored: the revision does not
// change with the rights, so that a kept copy may hold fields that were taken
// from the caller since, and lack others.
func getRecord(rc *requestContext) error {
	var fields, expand []string
	if rc.r.URL.RawQuery != "" {
		q := rc.r.URL.Query()
		fields, expand = lists(q["fields"]), lists(q["expand"])
	}
	v := rc.vars()
	body, rev, err := rc.s.o.Reads.Get(rc.ctx, rc.actor, v["entity"], v["id"], fields, expand)
	if err != nil {
		return err
	}
	return rc.record(http.StatusOK, rev, body)
}

// lists reads a list parameter: separated by commas, repeated, or both.
func lists(parts []string) []string {
	text := strings.Join(parts, ",")
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

func queryRecords(rc *requestContext) error {
	var q read.Query
	if _, err := rc.decode(&q); err != nil {
		return err
	}
	page, err := rc.s.o.Reads.Query(rc.ctx, rc.actor, rc.vars()["entity"], q)
	if err != nil {
		return err
	}
	defer page.Release()
	return rc.list("items", page.Items, func(b *bytes.Buffer) {
		writeCursor(b, page.Cursor)
		if page.Count != nil {
			writeInt(b, "count", *page.Count)
		}
		if page.Exact != nil {
			b.WriteString(`,"exact":`)
			b.WriteString(strconv.FormatBool(*page.Exact))
		}
	})
}

// writeCursor writes a cursor, whose characters need no escaping.
func writeCursor(b *bytes.Buffer, cursor string) {
	if cursor != "" {
		b.WriteString(`,"cursor":"`)
		b.WriteString(cursor)
		b.WriteByte('"')
	}
}

func writeInt(b *bytes.Buffer, name string, n int64) {
	b.WriteString(`,"`)
	b.WriteString(name)
	b.WriteString(`":`)
	b.Write(strconv.AppendInt(b.AvailableBuffer(), n, 10))
}

func aggregateRecords(rc *requestContext) error {
	var q read.AggregateQuery
	if _, err := rc.decode(&q); err != nil {
		return err
	}
	rows, err := rc.s.o.Reads.Aggregate(rc.ctx, rc.actor, rc.vars()["entity"], q)
	if err != nil {
		return err
	}
	return rc.list("rows", rows, nil)
}

// queryBin lists the recycle bin.
func queryBin(rc *requestContext) error {
	q := struct {
		Limit  *int   `json:"limit"`
		Cursor string `json:"cursor"`
	}{}
	if _, err := rc.decode(&q); err != nil {
		return err
	}
	limit := 50
	if q.Limit != nil {
		limit = *q.Limit
	}
	return rc.answer(rc.s.o.Records.Bin(rc.ctx, record.Call{Actor: rc.actor, Lang: request.Language(rc.r)}, rc.vars()["entity"], limit, q.Cursor))
}

func boardRecords(rc *requestContext) error {
	var q read.BoardQuery
	if _, err := rc.decode(&q); err != nil {
		return err
	}
	if q.By == "" {
		return problem.Of(problem.Invalid, problem.At("/by", "required"))
	}
	return rc.answer(rc.s.o.Reads.Board(rc.ctx, rc.actor, rc.vars()["entity"], q))
}

func recordHistory(rc *requestContext) error {
	q := rc.r.URL.Query()
	limit := 0
	if s := q.Get("limit"); s != "" {
		var err error
		if limit, err = strconv.Atoi(s); err != nil || limit < 1 {
			return badParameter("limit")
		}
	}
	v := rc.vars()
	return rc.answer(rc.s.o.Reads.History(rc.ctx, rc.actor, v["entity"], v["id"], q.Get("cursor"), limit))
}

func badParameter(name string) error {
	return problem.New(problem.Malformed, "query_parameter", map[string]any{"name": name})
}

// bulkRecords changes many records, each as a single change would be. The answer
// has a result for each and is 200 even when some were refused.
func bulkRecords(rc *requestContext) error {
	var in record.BulkRequest
	m, err := rc.decode(&in)
	if err != nil {
		return err
	}
	if in.Values, err = objectMember(m, "values"); err != nil {
		return err
	}
	c, err := rc.call(record.SourceBulk)
	if err != nil {
		return err
	}
	results, err := rc.s.o.Records.Bulk(rc.ctx, c, rc.vars()["entity"], in)
	if err != nil {
		return err
	}
	// Each record got the values; the next request waits if that was too much.
	_ = rc.spendQuota(len(rc.body) * max(0, len(results)-1))
	return rc.bulkResults(results)
}

// bulkResults answers {"results":[{id, status, rev?, _warnings?, errors?}]}.
func (rc *requestContext) bulkResults(results []record.BulkResult) error {
	lang := request.Language(rc.r)
	items := make([]json.RawMessage, len(results))
	for i, res := range results {
		body := map[string]any{"id": res.ID, "status": http.StatusOK}
		if res.Problem != nil {
			body = problemBody(res.Problem, lang) // as from every other source
			body["id"] = res.ID
		} else {
			body["rev"] = res.Rev
			if res.Warnings != nil {
				body["_warnings"] = res.Warnings
			}
			rc.count("bulk")
		}
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		items[i] = raw
	}
	return rc.list("results", items, nil)
}
