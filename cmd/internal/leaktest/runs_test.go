package leaktest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"weft/schemas"
)

// runDocuments are buttons that everybody may press, and the copies that they make,
// which only their maker sees: whatever runs copy, tell or change is what the person
// who presses may see and change.
func runDocuments() []string {
	step := func(key, typ, more string) string {
		return fmt.Sprintf(`{"key":%q,"type":%q,%s}`, key, typ, more)
	}
	button := func(key string, steps ...string) string {
		return fmt.Sprintf(`{"kind":"trigger","key":%q,"title":%s,"entity":"matter","on":{"event":"button","roles":["member"]},"on_error":"continue","steps":[%s]}`,
			key, title(key), strings.Join(steps, ","))
	}
	everything := placeholders("", matterFields) + placeholders("old.", matterFields) + placeholders("account.", accountFields) + placeholders("peer.", matterFields) + placeholders("owner.", []string{"email"})
	copied := func(text string) string {
		return fmt.Sprintf(`"entity":"copy","values":{"text":{"text":{"en":%q}},"number":{"field":"worth"},"of":{"formula":"note ?? subject"},"matter":{"field":"peer"}}`, text)
	}
	docs := []string{
		entity("copy", "", prop("text", "long_text", ""), prop("number", "number", ""), prop("of", "long_text", ""), prop("matter", "reference", `"x-entity":"matter"`)),
		`{"kind":"role","key":"member","title":` + title("member") + `,"grants":[{"entity":"copy","operations":["create","read"],"scopes":[{"type":"own"}],"read":{"all":true},"write":{"all":true}}]}`,
		button("copies", step("c", "create", copied(everything)), step("n", "notify", fmt.Sprintf(`"to":{"formula":"'ME'"},"text":{"en":%q}`, everything)),
			step("b", "branch", `"cases":[{"where":["worth",">",0],"steps":[`+step("d", "create", copied("{subject}"))+`]}]`),
			step("e", "each", `"entity":"matter","where":["worth","present"],"steps":[`+step("f", "create", copied(everything+placeholders("outer.", matterFields)))+`]`),
			step("g", "each", `"entity":"account","where":["name","present"],"steps":[`+step("h", "create", `"entity":"copy","values":{"text":{"text":{"en":"`+placeholders("", accountFields)+`"}}}`)+`]`)),
	}
	for _, key := range matterFields {
		if computed["matter."+key] || key == "lines" {
			continue
		}
		value := exampleValue(&tester{user: &user{}}, key)
		if key == "stage" || key == "owner" || key == "helper" {
			continue
		}
		docs = append(docs, button("write_"+key, step("s", "set", fmt.Sprintf(`"values":{%q:%s}`, key, value))),
			button("sweep_"+key, step("u", "update", fmt.Sprintf(`"entity":"matter","where":["id","present"],"values":{%q:%s}`, key, value))))
	}
	return docs
}

func placeholders(root string, keys []string) string {
	text := ""
	for _, key := range keys {
		if key != "lines" {
			text += "{" + root + key + "} "
		}
	}
	return text
}

// E: what a run copies, tells and changes is what its person may see and change.
func TestRunsHaveTheRightsOfTheirPerson(t *testing.T) {
	t.Parallel()
	fx := newFixture(t)
	set := fx.Current.Model().Set.Clone()
	for _, doc := range runDocuments() {
		d, problems := schemas.Decode([]byte(strings.ReplaceAll(doc, `{"formula":"'ME'"}`, `"created_by"`)))
		if len(problems) > 0 {
			t.Fatalf("%v\n%s", problems, doc)
		}
		set.Add(d)
	}
	if _, err := fx.Builder.Publish(t.Context(), "admin", set); err != nil {
		t.Fatal(err)
	}
	for _, p := range fx.usersWithRole() {
		t.Run(p.Login, func(t *testing.T) {
			tr := fx.newTester(t, p)
			tr.pressEverything()
			tr.report()
		})
	}
}

// pressEverything presses the buttons of all matters, those that the user does not
// see included, and looks at what came of it.
func (tr *tester) pressEverything() {
	for _, r := range tr.rows["matter"] {
		got := tr.do("POST", "/records/matter/"+r.id+"/button/copies", nil)
		if seen := !r.deleted && tr.sees(tr.user, r, ""); seen != (got.Status == http.StatusAccepted) {
			tr.find("the button of a matter that is seen: %t: %d", seen, got.Status)
		}
	}
	tr.settle()
	var page struct{ Items []struct{ ID string } }
	tr.do("POST", "/records/copy/query", `{"limit":1000}`).JSON(tr.t, &page)
	if len(page.Items) == 0 && len(tr.visible(tr.user, "matter")) > 0 {
		tr.find("nothing was copied")
	}
	tr.do("GET", "/notifications", nil)
	for _, r := range tr.rows["matter"] {
		tr.do("GET", "/runs?entity=matter&id="+r.id, nil)
	}
	tr.writeEverything()
}

// writeEverything presses the buttons that write what the user may not write, on each
// matter that is seen, and on all of them: nothing changes.
func (tr *tester) writeEverything() {
	before := tr.storedDigests()
	for _, key := range matterFields {
		if computed["matter."+key] || slices.Contains([]string{"lines", "stage", "owner", "helper"}, key) {
			continue
		}
		some, last := false, ""
		for _, r := range tr.visible(tr.user, "matter") {
			if tr.may(tr.user, "update", r, key) {
				some = true
				continue
			}
			tr.do("POST", "/records/matter/"+r.id+"/button/write_"+key, nil)
			last = r.id
		}
		if !some && last != "" {
			tr.do("POST", "/records/matter/"+last+"/button/sweep_"+key, nil)
		}
	}
	tr.settle()
	after := tr.storedDigests()
	for key := range after {
		if before[key] != after[key] {
			tr.find("a run changed %s: %s, it was %s", key, after[key], before[key])
		}
	}
}

// settle waits for the runs.
func (tr *tester) settle() {
	if err := tr.Jobs.Await(tr.t.Context()); err != nil {
		tr.t.Fatal(err)
	}
}
