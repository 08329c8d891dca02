package leaktest

import "fmt"

// The entities of these tests: a matter with a field of every type that can
// leak, the account it refers to, the team that the account refers to, and
// its lines. Fields are listed in the order of their definition.
var (
	matterFields = []string{"subject", "note", "serial", "level", "tags", "amount", "worth", "due", "seen", "account", "peer", "owner",
		"helper", "file", "lines", "fee", "line_sum", "lost_reason", "stage"}
	accountFields = []string{"name", "secret", "budget", "sector", "owner", "team", "revenue"}
	teamFields    = []string{"name", "motto"}
	lineFields    = []string{"matter", "item", "price", "concealed"}
)

var fieldsOf = map[string][]string{"matter": matterFields, "account": accountFields, "team": teamFields, "line": lineFields}

// searchable are the fields that search covers.
var searchable = map[string][]string{"matter": {"subject", "note"}, "account": {"name", "secret"}, "team": {"motto"}, "line": {"item", "concealed"}}

// computed fields are never writable.
var computed = map[string]bool{"matter.fee": true, "matter.line_sum": true, "account.revenue": true}

func title(s string) string { return fmt.Sprintf(`{"zh-CN":%q,"en":%q}`, s, s) }

func prop(key, kind, more string) string {
	if more != "" {
		more = "," + more
	}
	return fmt.Sprintf(`%q:{"x-type":%q,"x-title":%s%s}`, key, kind, title(key), more)
}

func choices(keys ...string) string {
	list := ""
	for i, k := range keys {
		if i > 0 {
			list += ","
		}
		list += fmt.Sprintf(`{"key":%q,"title":%s}`, k, title(k))
	}
	return `"x-choices":[` + list + `]`
}

func entity(key, more string, props ...string) string {
	list := ""
	for i, p := range props {
		if i > 0 {
			list += ","
		}
		list += p
	}
	return fmt.Sprintf(`{"kind":"entity","key":%q,"type":"object","x-title":%s,%s"properties":{%s}}`, key, title(key), more, list)
}

const searched = `"x-searchable":true`

func entityDocuments() []string {
	return []string{
		entity("team", `"x-title-field":"name",`, prop("name", "text", ""), prop("motto", "text", searched)),
		entity("account", `"x-title-field":"name","x-owner-field":"owner",`,
			prop("name", "text", searched), prop("secret", "text", searched), prop("budget", "number", ""),
			prop("sector", "choice", choices("x", "y")), prop("owner", "user", ""),
			prop("team", "reference", `"x-entity":"team"`),
			prop("revenue", "roll_up", `"x-reveals":true,"x-roll-up":{"entity":"matter","field":"account","func":"sum","of":"amount"},"x-result":"currency","x-currency":"CNY"`)),
		entity("matter", `"x-title-field":"subject","x-owner-field":"owner",`,
			prop("subject", "text", searched+`,"x-sortable":true`), prop("note", "long_text", searched),
			prop("serial", "text", `"x-unique":true`), prop("level", "choice", choices("a", "b", "c")), prop("tags", "tags", ""),
			prop("amount", "currency", `"x-currency":"CNY"`), prop("worth", "number", ""), prop("due", "date", ""),
			prop("seen", "datetime", ""), prop("account", "reference", `"x-entity":"account"`),
			prop("peer", "reference", `"x-entity":"matter","x-on-delete":"clear"`), prop("owner", "user", ""), prop("helper", "user", ""),
			prop("file", "attachment", ""), prop("lines", "child_rows", `"x-child":"line"`),
			prop("fee", "formula", `"x-formula":"worth * 7 + 1000000000","x-result":"number"`),
			prop("line_sum", "roll_up", `"x-reveals":true,"x-roll-up":{"entity":"line","field":"matter","func":"sum","of":"price"},"x-result":"number"`),
			prop("lost_reason", "text", ""), prop("stage", "choice", choices("new", "busy", "lost"))),
		entity("line", `"x-title-field":"item","x-child-of":{"entity":"matter","field":"matter"},`,
			prop("matter", "reference", `"x-entity":"matter"`), prop("item", "text", searched), prop("price", "number", ""),
			prop("concealed", "text", searched)),
		machineDocument, keptRule, otherRule, scoredRule,
		`{"kind":"view","key":"matters","title":` + title("matters") + `,"entity":"matter","type":"list","columns":["subject","worth","note"],"sort":["-worth"]}`,
	}
}

// keptRule and otherRule leave every matter as it is, with a trace; scoredRule says in
// its reasons what it read.
var (
	otherRule = `{"kind":"assignment_rule","key":"other","title":` + title("other") + `,"entity":"matter","where":["subject","=","nothing"],"candidates":{"roles":["member"]}}`

	keptRule = `{"kind":"assignment_rule","key":"kept","title":` + title("kept") + `,"entity":"matter","candidates":{"where":["login","=","nobody"]},"present_owner":"keep"}`

	scoredRule = `{"kind":"assignment_rule","key":"scored","title":` + title("scored") + `,"entity":"matter","candidates":{"roles":["member"]},"claim":{},
 "filters":[{"key":"serial","title":` + title("serial") + `,"where":["login","!=",{"field":"serial"}]}],
 "factors":[{"key":"worth","type":"formula","weight":1,"formula":"worth"},{"key":"due","type":"formula","weight":1,"formula":"YEAR(due)"}]}`
)

var machineDocument = `{"kind":"stage_machine","key":"matter","title":` + title("matter") + `,"entity":"matter","field":"stage","initial":"new",
 "stages":[{"key":"new","title":` + title("new") + `,"type":"open"},{"key":"busy","title":` + title("busy") + `,"type":"open"},
  {"key":"lost","title":` + title("lost") + `,"type":"lost"}],
 "transitions":[{"key":"start","title":` + title("start") + `,"from":["new"],"to":"busy","direction":"forward"},
  {"key":"back","title":` + title("back") + `,"from":["busy"],"to":"new","direction":"back","reason":{"required":true}},
  {"key":"lose","title":` + title("lose") + `,"from":["new","busy"],"to":"lost","direction":"close","reason":{"required":true,"field":"lost_reason"}}]}`
