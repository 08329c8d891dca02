package leaktest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
)

// grant is one grant of a role document.
type grant struct {
	Entity      string   `json:"entity"`
	Operations  []string `json:"operations"`
	Scopes      []scope  `json:"scopes"`
	Read        fieldSet `json:"read"`
	Write       fieldSet `json:"write"`
	Transitions []string `json:"transitions,omitempty"`
}

type scope struct {
	Type  string          `json:"type"`
	Where json.RawMessage `json:"where,omitempty"`
}

type fieldSet struct {
	All    bool     `json:"all,omitempty"`
	Except []string `json:"except,omitempty"`
	Only   []string `json:"only,omitempty"`
}

func all(except ...string) fieldSet { return fieldSet{All: true, Except: except} }
func only(keys ...string) fieldSet  { return fieldSet{Only: keys} }

// The filters that row scopes use; the oracle evaluates each by its own code.
const (
	levelIsA   = `["level","=","a"]`
	sectorIsX  = `["account.sector","=","x"]`
	helperIsMe = `["helper","=",{"me":true}]`
	ownSector  = `["sector","=","x"]`
)

func where(text string) scope { return scope{Type: "filter", Where: json.RawMessage(text)} }

func in(kinds ...string) []scope {
	list := make([]scope, len(kinds))
	for i, k := range kinds {
		list[i] = scope{Type: k}
	}
	return list
}

func ops(list ...string) []string { return list }

var allOperations = ops("create", "read", "update", "delete", "export", "import")

// roles are the roles of these tests: one for each way to restrict rows and
// fields, and some at random.
func roles() map[string][]grant {
	list := map[string][]grant{
		"own": {
			{Entity: "matter", Operations: allOperations, Scopes: in("own"), Read: all("worth", "file", "fee"), Write: all("worth", "serial", "file"), Transitions: []string{"*"}},
			{Entity: "account", Operations: ops("read"), Scopes: in("own"), Read: only("name", "sector")},
			{Entity: "line", Operations: allOperations, Scopes: in("all"), Read: all("concealed"), Write: all("concealed")},
		},
		"superior": {
			{Entity: "matter", Operations: ops("read", "update", "export"), Scopes: in("subordinates"), Read: all("lost_reason"), Write: only("note")},
			{Entity: "account", Operations: ops("read", "export"), Scopes: in("all"), Read: all("secret", "budget")},
		},
		"department": {
			{Entity: "matter", Operations: ops("read", "export"), Scopes: in("department_below"), Read: only("subject", "level", "owner", "account", "stage", "peer")},
			{Entity: "account", Operations: ops("read"), Scopes: in("department"), Read: all()},
		},
		"filtered": {
			{Entity: "matter", Operations: ops("read", "export", "update"), Scopes: []scope{where(levelIsA)}, Read: all("amount", "note", "stage"), Write: only("tags")},
			{Entity: "account", Operations: ops("read"), Scopes: []scope{where(ownSector)}, Read: only("name", "team", "revenue")},
			{Entity: "team", Operations: ops("read"), Scopes: in("all"), Read: only("name")},
			{Entity: "line", Operations: ops("read"), Scopes: in("all"), Read: all()},
		},
		"mixed": {
			{Entity: "matter", Operations: allOperations, Scopes: in("own"), Read: all(), Write: all(), Transitions: []string{"*"}},
			{Entity: "matter", Operations: ops("read", "delete", "export"), Scopes: []scope{where(levelIsA)}, Read: only("subject", "worth", "file", "lines"), Write: only("subject")},
			{Entity: "matter", Operations: ops("read", "update"), Scopes: []scope{where(helperIsMe)}, Read: only("note", "amount", "account"), Write: only("note")},
			{Entity: "account", Operations: ops("read", "update"), Scopes: in("all"), Read: only("name"), Write: only("name")},
			{Entity: "account", Operations: ops("read"), Scopes: in("own"), Read: all(), Write: only("secret")},
			{Entity: "line", Operations: ops("read", "update", "create", "delete"), Scopes: in("own"), Read: all(), Write: all()},
		},
		"blind": { // writes what it does not see
			{Entity: "matter", Operations: ops("read", "update", "delete"), Scopes: in("all"), Read: only("subject"), Write: only("note", "lines")},
			{Entity: "account", Operations: ops("read", "delete"), Scopes: in("all"), Read: only("sector")},
		},
		"nothing": {},
	}
	for seed := range uint64(2) {
		list[fmt.Sprintf("random%d", seed)] = randomGrants(rand.New(rand.NewPCG(seed, 11)))
	}
	return list
}

func randomGrants(r *rand.Rand) []grant {
	some := func(keys []string, of int) []string {
		list := []string{}
		for _, k := range keys {
			if r.IntN(of) == 0 {
				list = append(list, k)
			}
		}
		return list
	}
	var list []grant
	for range 3 {
		for _, e := range []string{"matter", "account", "line", "team"} {
			g := grant{Entity: e, Operations: append(some([]string{"update", "delete", "export"}, 2), "read"), Read: all(some(fieldsOf[e], 2)...), Write: only(some(writableOf(e), 3)...)}
			kinds := []scope{{Type: "own"}, {Type: "department"}, {Type: "subordinates"}}
			if e == "matter" {
				kinds = append(kinds, where(levelIsA), where(sectorIsX), where(helperIsMe))
			}
			g.Scopes = []scope{kinds[r.IntN(len(kinds))]}
			list = append(list, g)
		}
	}
	return list
}

func writableOf(entity string) []string {
	return slices.DeleteFunc(slices.Clone(fieldsOf[entity]), func(key string) bool { return computed[entity+"."+key] })
}

func roleDocument(key string, grants []grant) string {
	raw, err := json.Marshal(map[string]any{"kind": "role", "key": key, "title": map[string]string{"zh-CN": key, "en": key}, "grants": grants})
	if err != nil {
		panic(err) // plain data always encodes
	}
	return string(raw)
}
