package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// Peer is one running product: its set-up script writes this as JSON.
type Peer struct {
	Name  string            `json:"name"`
	Kind  string            `json:"kind"` // weft, pocketbase, directus, nocobase
	Base  string            `json:"base"` // http://127.0.0.1:PORT
	Token string            `json:"token"`
	Pid   int               `json:"pid"`
	DBPid int               `json:"db_pid,omitempty"` // database server: its CPU counts as the product's, its memory does not
	WS    string            `json:"ws,omitempty"`
	Paths map[string]string `json:"paths,omitempty"` // collection -> REST path segment, when it differs
}

func loadPeer(file string) *Peer {
	b, err := os.ReadFile(file)
	die(err)
	p := &Peer{}
	die(json.Unmarshal(b, p))
	if !strings.HasPrefix(p.Base, "http://127.0.0.1:") {
		die(fmt.Errorf("base %q is not on 127.0.0.1", p.Base))
	}
	dbPid = p.DBPid
	return p
}

var createdT = regexp.MustCompile(`("created":"\d{4}-\d\d-\d\d) (\d\d)`)

func (p *Peer) seg(coll string) string {
	if s, ok := p.Paths[coll]; ok {
		return s
	}
	return coll
}

func (p *Peer) req(method, path string, body []byte) []byte {
	return build(method, hostOf(p.Base), path, p.Token, body)
}

func (p *Peer) items(coll string) string {
	switch p.Kind {
	case "pocketbase":
		return "/api/collections/" + p.seg(coll) + "/records"
	case "directus":
		return "/items/" + p.seg(coll)
	case "weft":
		return "/api/v1/records/" + p.seg(coll)
	}
	return "/api/" + p.seg(coll)
}

func (p *Peer) create(coll string, body []byte) []byte {
	switch p.Kind {
	case "nocobase":
		return p.req("POST", p.items(coll)+":create", body)
	case "weft": // the one value that is written another way: a time is RFC 3339
		return p.req("POST", p.items(coll), createdT.ReplaceAll(body, []byte("${1}T${2}")))
	}
	return p.req("POST", p.items(coll), body)
}

func (p *Peer) get(coll, id string) []byte {
	if p.Kind == "nocobase" {
		return p.req("GET", p.items(coll)+":get?filterByTk="+id, nil)
	}
	return p.req("GET", p.items(coll)+"/"+id, nil)
}

func (p *Peer) update(coll, id string, body []byte) []byte {
	switch p.Kind {
	case "nocobase":
		return p.req("POST", p.items(coll)+":update?filterByTk="+id, body)
	}
	return p.req("PATCH", p.items(coll)+"/"+id, body)
}

// list asks for 50 rows, newest first: field op value, with or without the total.
func (p *Peer) list(coll, field, op, val string, total bool) []byte {
	u := p.items(coll)
	switch p.Kind {
	case "pocketbase":
		o := map[string]string{"eq": "=", "contains": "~"}[op]
		u += "?perPage=50&sort=-created&filter=" + esc(field+o+"'"+val+"'")
		if !total {
			u += "&skipTotal=1"
		}
	case "directus":
		o := map[string]string{"eq": "_eq", "contains": "_contains"}[op]
		u += "?limit=50&sort=-created&filter" + esc("["+field+"]["+o+"]") + "=" + esc(val)
		if total {
			u += "&meta=filter_count"
		}
	case "weft":
		count := ""
		if total {
			count = `,"count":"exact"`
		}
		if op == "contains" {
			return p.req("POST", u+"/query", fmt.Appendf(nil, `{"search":%q,"sort":["-created"],"limit":50%s}`, val, count))
		}
		return p.req("POST", u+"/query", fmt.Appendf(nil, `{"where":[%q,"=",%q],"sort":["-created"],"limit":50%s}`, field, val, count))
	case "nocobase":
		o := map[string]string{"eq": "$eq", "contains": "$includes"}[op]
		u += ":list?pageSize=50&page=1&sort=-created&filter=" + esc(fmt.Sprintf(`{%q:{%q:%q}}`, field, o, val))
	}
	return p.req("GET", u, nil)
}

// countByStage is the product's own group-by; ok is false when it has none.
func (p *Peer) countByStage(coll string) (req []byte, ok bool) {
	switch p.Kind {
	case "pocketbase": // a view collection made at set-up
		return p.req("GET", p.items(coll+"_by_stage")+"?perPage=50&skipTotal=1", nil), true
	case "directus":
		return p.req("GET", p.items(coll)+"?"+esc("aggregate[count]")+"=*&"+esc("groupBy[]")+"=stage", nil), true
	case "weft":
		return p.req("POST", p.items(coll)+"/aggregate", []byte(`{"groupBy":["stage"],"metrics":{"n":["count"]}}`)), true
	case "nocobase":
		body := `{"measures":[{"field":["id"],"aggregation":"count","alias":"n"}],"dimensions":[{"field":["stage"]}]}`
		return p.req("POST", p.items(coll)+":query", []byte(body)), true
	}
	return nil, false
}

// ids fetches some record ids to read or change.
func (p *Peer) ids(coll string, want int) []string {
	if p.Kind == "weft" {
		return p.weftIDs(coll, want)
	}
	var out []string
	for page := 1; len(out) < want && page <= 20; page++ {
		u := p.Base + p.items(coll)
		switch p.Kind {
		case "pocketbase":
			u += fmt.Sprintf("?perPage=500&skipTotal=1&fields=id&page=%d", page)
		case "directus":
			u += fmt.Sprintf("?limit=500&fields=id&page=%d", page)
		case "nocobase":
			u += fmt.Sprintf(":list?pageSize=200&fields=id&page=%d", page)
		}
		st, b, err := call("GET", u, p.Token, "", nil)
		die(err)
		if st != 200 {
			die(fmt.Errorf("ids: %d %.300s", st, b))
		}
		var r struct {
			Items []map[string]any `json:"items"`
			Data  []map[string]any `json:"data"`
		}
		die(json.Unmarshal(b, &r))
		rows := append(r.Items, r.Data...)
		if len(rows) == 0 {
			break
		}
		for _, m := range rows {
			v := m["id"]
			switch x := v.(type) {
			case string:
				out = append(out, x)
			case float64:
				out = append(out, fmt.Sprintf("%.0f", x))
			}
		}
	}
	return out
}

// weftIDs reads ids page by page with weft's cursor.
func (p *Peer) weftIDs(coll string, want int) []string {
	var out []string
	cursor := ""
	for len(out) < want {
		body, _ := json.Marshal(map[string]any{"fields": []string{"id"}, "limit": min(1000, want), "cursor": cursor})
		if cursor == "" {
			body, _ = json.Marshal(map[string]any{"fields": []string{"id"}, "limit": min(1000, want)})
		}
		st, b, err := call("POST", p.Base+p.items(coll)+"/query", p.Token, "application/json", body)
		die(err)
		if st != 200 {
			die(fmt.Errorf("ids: %d %.300s", st, b))
		}
		var r struct {
			Items  []struct{ ID string } `json:"items"`
			Cursor string                `json:"cursor"`
		}
		die(json.Unmarshal(b, &r))
		for _, m := range r.Items {
			out = append(out, m.ID)
		}
		if r.Cursor == "" {
			break
		}
		cursor = r.Cursor
	}
	return out
}
