package leaktest

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"weft/builder"
	"weft/runtime/api"
	"weft/runtime/live"
	"weft/runtime/record"
	"weft/runtime/record/read"
)

// probe tries to get, through one route, what the user may not see or change.
type probe func(*tester)

// readProbes are the probes of read-only routes, by the route's name.
var readProbes = map[string][]probe{
	"record.get":       {probeGet, probeByID("record.get")},
	"record.query":     {probeList, probeFilter, probeSort, probeSearch, probePath, probeHidden("query"), probeBisect, probeByID("record.query"), probeVisits, probeUsers},
	"record.aggregate": {probeAggregate, probeHidden("aggregate"), probeByID("record.aggregate")},
	"record.board":     {probeBoard, probeBoardFields, probeHidden("board"), probeByID("record.board")},
	"record.bin":       {probeBin},
	"record.history":   {probeHistory, probeByID("record.history")},

	"record.assignments": {probeAssignments, probeByID("record.assignments")},
	"assignment.reasons": {probeReasons},
	"comment.list":       {probeByID("comment.list")},
	"draft.get":          {probeByID("draft.get")},
	"record.export":      {probeExport, probeHidden("export"), probeByID("record.export")},
	"file.download":      {probeFiles},
	"file.thumbnail":     {probeFiles},
	"import.get":         {probeForeignImport("GET", "")},
	"import.problems":    {probeForeignImport("GET", "/problems")},
	"import.list":        {probeLists("/imports", "")},
	"mapping.list":       {probeLists("/import-mappings", "theirs")},
	"mapping.get":        {probeMapping},
	"meta":               {probeShape("/meta")},
	"openapi":            {probeShape("/openapi.json")},
	"me":                 {probeOwn("/me")},
	"access.explain":     {probeByID("access.explain")},
	"token.list":         {probeOwn("/tokens")},
	"session.list":       {probeOwn("/sessions")},
	"live":               {probeSubscribe},
}

// writeProbes are the probes of writing routes; everything they send must be refused.
var writeProbes = map[string][]probe{
	"file.upload":       {probeUploadFor("/files")},
	"upload.begin":      {probeUploadFor("/files/uploads")},
	"record.create":     {probeCreate, probeUnique, probeLines, probeByID("record.create")},
	"record.update":     {probeUnwritable("record.update"), probeAttach, probeStage, probeLines, probeByID("record.update")},
	"record.delete":     {probeByID("record.delete"), probeReferrers},
	"record.restore":    {probeByID("record.restore")},
	"record.transition": {probeUnwritable("record.transition"), probeStage, probeByID("record.transition")},
	"record.bulk":       {probeUnwritable("record.bulk"), probeHidden("bulk"), probeByID("record.bulk")},
	"record.assign":     {probeScores, probeByID("record.assign")},
	"record.claim":      {probeByID("record.claim")},
	"comment.add":       {probeByID("comment.add")},
	"comment.remove":    {probeByID("comment.remove")},
	"draft.save":        {probeByID("draft.save")},
	"record.merge":      {probeUnwritable("record.merge"), probeByID("record.merge")},
	"record.import":     {probeUnwritable("record.import"), probeImport("?dry_run=true"), probeImport("")},
	"import.create":     {probeImports},
	"import.undo":       {probeForeignImport("POST", "/undo")},
	"mapping.put":       {probeMapping},
	"password.set":      {probePasswords},
}

// otherRoutes are routes that show no record, with the reason. Routes for
// administrators need no probe: probeAdministration requests all of them.
var otherRoutes = map[string]string{
	"upload.get":           "shows the caller's own upload; those of others are not found, as the tests of uploads show",
	"upload.append":        "takes bytes of the caller's own upload and has no answer; those of others are not found",
	"upload.end":           "has no answer; uploads of others are not found",
	"upload.override":      "is one of the methods above; those of others are not found",
	"upload.capabilities":  "answers fixed headers",
	"upload.options":       "answers fixed headers",
	"session.create":       "answers a token for a password, and the caller's own name",
	"session.delete":       "has no answer",
	"token.create":         "answers the caller's own token",
	"token.revoke":         "has no answer; tokens of others are not found, as access tests",
	"session.revoke":       "has no answer; sessions of others are not found, as access tests",
	"session.revokeOthers": "has no answer",
	"link.list":            "shows the caller's own links to forms",
	"link.create":          "answers the caller's own link",
	"link.delete":          "has no answer; links of others are not found, as the tests of public forms show",
	"public_form.get":      "shows a form without any record, as the tests of public forms show",
	"public_form.submit":   "answers the number of the caller's own record",
	"webhook.call":         "answers the number of what was kept",
	"public_form.options":  "has no answer",
	"run.list":             "shows runs of a record that the caller reads, cut to it, as TestRunsHaveTheRightsOfTheirPerson and the tests of runs show",
	"run.get":              "shows one of run.list; others are not found, as the tests of runs show",
	"button.press":         "names a run; TestRunsHaveTheRightsOfTheirPerson presses buttons",
	"notification.list":    "shows the caller's own messages, without the names of hidden records, as the tests of notifications show",
	"notification.read":    "tells how many messages of the caller it marked",
	"preference.get":       "shows the caller's own preference, as the tests of preferences show",
	"preference.set":       "answers the caller's own preference",
	"draft.delete":         "has no answer",
	"settings.get":         "shows settings that everybody needs to read values",
	"healthz":              "tells that the process runs",
	"readyz":               "tells that the store answers",
	"metrics":              "counts requests by route and entity, for the operator of the machine",
	"page":                 "is a fixed page",
}

// queryMembers are the members of queries, and the probe that covers each.
var queryMembers = map[string]string{
	"Query.where": "probeFilter", "Query.search": "probeSearch", "Query.sort": "probeSort", "Query.limit": "probeList", "Query.cursor": "probeList",
	"Query.fields": "probeList", "Query.expand": "probeList", "Query.count": "probeList",
	"AggregateQuery.where": "probeHidden", "AggregateQuery.search": "probeSearch", "AggregateQuery.groupBy": "probeAggregate",
	"AggregateQuery.metrics": "probeAggregate", "AggregateQuery.sort": "names groups and metrics of the same query only", "AggregateQuery.limit": "cuts rows",
	"BoardQuery.by": "probeBoard", "BoardQuery.where": "probeHidden", "BoardQuery.search": "probeSearch", "BoardQuery.sort": "probeBoard",
	"BoardQuery.limit": "probeBoard", "BoardQuery.sums": "probeBoard", "BoardQuery.fields": "probeBoardFields", "BoardQuery.expand": "probeBoardFields",
	"BulkRequest.op": "probeByID", "BulkRequest.ids": "probeByID", "BulkRequest.where": "probeHidden", "BulkRequest.values": "probeUnwritable",
	"BulkRequest.to": "probeByID", "BulkRequest.comment": "is only written",
}

// liveOps are the operations of the live protocol.
var liveOps = map[string]string{"subscribe": "probeSubscribe", "unsubscribe": "has no answer", "notifications": "tells that there are messages to the caller, and nothing of them"}

// A route, a query member or a live operation without a probe fails this test.
func TestEveryRouteIsProbed(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, r := range (&api.Server{}).Routes() {
		known[r.Name] = true
		if r.Policy != api.AdminOnly && len(readProbes[r.Name])+len(writeProbes[r.Name]) == 0 && otherRoutes[r.Name] == "" {
			t.Errorf("%s %s (%s) has neither a probe nor a reason why it shows no record", r.Method, r.Path, r.Name)
		}
	}
	for _, name := range slices.Concat(slices.Collect(maps.Keys(readProbes)), slices.Collect(maps.Keys(writeProbes)), slices.Collect(maps.Keys(otherRoutes))) {
		if !known[name] {
			t.Errorf("there is no route %s any more", name)
		}
	}
	for _, q := range []any{read.Query{}, read.AggregateQuery{}, read.BoardQuery{}, record.BulkRequest{}} {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(q)) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if key := reflect.TypeOf(q).Name() + "." + name; queryMembers[key] == "" {
				t.Errorf("nobody asks for the member %s", key)
			}
		}
	}
	for _, op := range live.Ops() {
		if liveOps[op] == "" {
			t.Errorf("nobody asks for the live operation %s", op)
		}
	}
}

// probeAdministration requests every route for administrators.
func probeAdministration(tr *tester) {
	ask := func(method, path string) {
		path = strings.NewReplacer("{id}", tr.rows["matter"][0].id, "{name}", "theirs", "{kind}", "entity", "{version}", "1", "{key}", "matter").Replace(path)
		got := tr.do(method, strings.TrimPrefix(path, "/api/v1")+"?user=admin&op=read&entity=matter&id="+tr.rows["matter"][0].id, nil)
		if got.Status != http.StatusForbidden {
			tr.find("%s %s: %d", method, path, got.Status)
		}
	}
	for _, r := range tr.API.Routes() {
		if r.Policy == api.AdminOnly {
			ask(r.Method, r.Path)
		}
	}
	for _, r := range builder.Table() {
		ask(r.Method, r.Path)
	}
}
