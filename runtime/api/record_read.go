package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/request"
)

// getRecord answers the bytes that the store's record is rendered to.
// ?fields= and ?expand= are lists with commas, or are written several times.
func getRecord(x *exchange) error {
	var fields, expand []string
	if x.r.URL.RawQuery != "" {
		q := x.r.URL.Query()
		fields, expand = lists(q["fields"]), lists(q["expand"])
	}
	v := x.vars()
	body, rev, err := x.s.o.Records.Get(x.ctx, record.Call{Actor: x.actor, Source: "api"}, v["entity"], v["id"], fields, expand)
	if err != nil {
		return err
	}
	if len(expand) == 0 && len(fields) == 0 && x.notModified(rev) && !x.timed(v["entity"]) {
		x.Header()["Etag"] = []string{request.ETag(rev)}
		x.WriteHeader(http.StatusNotModified)
		return nil
	}
	return x.record(http.StatusOK, rev, body)
}

// timed tells whether answers about a record change with time alone.
func (x *exchange) timed(entity string) bool {
	e, ok := x.s.o.Current.Model().Entity(entity)
	return !ok || e.TimeDependent()
}

// lists joins what was written with commas, once or several times.
func lists(parts []string) []string {
	text := strings.Join(parts, ",")
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

func queryRecords(x *exchange) error {
	var q record.Query
	if _, err := x.decode(&q); err != nil {
		return err
	}
	page, err := x.s.o.Records.Query(x.ctx, record.Call{Actor: x.actor, Source: "api"}, x.vars()["entity"], q)
	if err != nil {
		return err
	}
	defer page.Release()
	return x.list("items", page.Items, func(b *bytes.Buffer) {
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

func aggregateRecords(x *exchange) error {
	var q record.AggregateQuery
	if _, err := x.decode(&q); err != nil {
		return err
	}
	rows, err := x.s.o.Records.Aggregate(x.ctx, record.Call{Actor: x.actor, Source: "api"}, x.vars()["entity"], q)
	if err != nil {
		return err
	}
	return x.list("rows", rows, nil)
}

func boardRecords(x *exchange) error {
	var q record.BoardQuery
	if _, err := x.decode(&q); err != nil {
		return err
	}
	if q.By == "" {
		return problem.Of(problem.Invalid, problem.At("/by", "required"))
	}
	board, err := x.s.o.Records.Board(x.ctx, record.Call{Actor: x.actor, Source: "api"}, x.vars()["entity"], q)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, board)
}

func recordHistory(x *exchange) error {
	q := x.r.URL.Query()
	limit := 0
	if s := q.Get("limit"); s != "" {
		var err error
		if limit, err = strconv.Atoi(s); err != nil || limit < 1 {
			return badParameter("limit")
		}
	}
	v := x.vars()
	page, err := x.s.o.Records.History(x.ctx, record.Call{Actor: x.actor, Source: "api"}, v["entity"], v["id"], q.Get("cursor"), limit)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, page)
}

func badParameter(name string) error {
	return problem.New(problem.Malformed, "query_parameter", map[string]any{"name": name})
}

// bulkRecords changes many records, each through the door; the answer has a
// result for each and is 200 even when some of them were refused.
func bulkRecords(x *exchange) error {
	var in record.BulkRequest
	m, err := x.decode(&in)
	if err != nil {
		return err
	}
	if in.Values, err = objectMember(m, "values"); err != nil {
		return err
	}
	c, err := x.call("bulk")
	if err != nil {
		return err
	}
	results, err := x.s.o.Records.Bulk(x.ctx, c, x.vars()["entity"], in)
	if err != nil {
		return err
	}
	return x.bulkResults(results)
}

// bulkResults answers {"results":[{id, status, rev?, _warnings?, errors?}]}.
func (x *exchange) bulkResults(results []record.BulkResult) error {
	lang := request.Language(x.r)
	items := make([]json.RawMessage, len(results))
	for i, res := range results {
		body := map[string]any{"id": res.ID, "status": http.StatusOK}
		if res.Problem != nil {
			body = problemBody(res.Problem, lang) // the same as through every other door
			body["id"] = res.ID
		} else {
			body["rev"] = res.Rev
			if res.Warnings != nil {
				body["_warnings"] = res.Warnings
			}
			x.count("bulk")
		}
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		items[i] = raw
	}
	return x.list("results", items, nil)
}
