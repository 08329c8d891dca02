package apitest

import (
	"testing"

	"weft/cmd/internal/apptest"
)

// thingDefinitions have fields of types that the deal lacks.
var thingDefinitions = []string{
	`{"kind":"entity","key":"thing","type":"object","x-title":{"zh-CN":"物","en":"Thing"},"x-title-field":"name","x-owner-field":"owner","properties":{
	   "name":{"x-type":"text","x-title":{"zh-CN":"名称","en":"Name"}},
	   "labels":{"x-type":"tags","x-title":{"zh-CN":"标签","en":"Labels"}},
	   "photo":{"x-type":"image","x-title":{"zh-CN":"照片","en":"Photo"}},
	   "seal":{"x-type":"signature","x-title":{"zh-CN":"签名","en":"Signature"}},
	   "owner":{"x-type":"user","x-title":{"zh-CN":"负责人","en":"Owner"},"default":{"me":true}},
	   "part_of":{"x-type":"reference","x-entity":"thing","x-title":{"zh-CN":"属于","en":"Part of"}}}}`,
	`{"kind":"role","key":"keeper","title":{"zh-CN":"保管","en":"Keeper"},"grants":[{"entity":"thing","operations":["create","read","update"],
	  "scopes":[{"type":"all"}],"read":{"all":true},"write":{"all":true}}]}`,
}

// No annotation of the field is needed.
func TestTextSortOrder(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.Options{Definitions: thingDefinitions})
	li := app.User(t, "li", "keeper")
	for _, name := range []string{"张", "item 10", "王", "阿", "item 2", "陈", "李"} {
		app.Create(t, li.Token, "thing", map[string]any{"name": name})
	}
	app.Create(t, li.Token, "thing", map[string]any{})
	inOrder := []string{"item 2", "item 10", "阿", "陈", "李", "王", "张", ""}
	for start, body := 0, map[string]any{"sort": []string{"name"}, "limit": 3}; ; {
		var page struct {
			Items  []struct{ Name string }
			Cursor string
		}
		app.Do(t, li.Token, "POST", "/records/thing/query", body).Want(t, 200).JSON(t, &page)
		for i, item := range page.Items {
			if want := inOrder[start+i]; item.Name != want {
				t.Errorf("at %d stands %q, want %q", start+i, item.Name, want)
			}
		}
		if start += len(page.Items); page.Cursor == "" {
			break
		}
		body["cursor"] = page.Cursor
	}
	var groups struct{ Rows []struct{ Name string } }
	app.Do(t, li.Token, "POST", "/records/thing/aggregate", `{"groupBy":["name"]}`).Want(t, 200).JSON(t, &groups)
	for i, row := range groups.Rows {
		if row.Name != inOrder[i] {
			t.Errorf("group %d is %q, want %q", i, row.Name, inOrder[i])
		}
	}
}

// TestContractDetails checks single sentences of the contract.
func TestContractDetails(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.Options{Definitions: thingDefinitions})
	li := app.User(t, "li", "keeper")
	text, image := app.Upload(t, li.Token, "a.txt", "no picture"), app.Upload(t, li.Token, "a.png", picture(t, "screen.png"))
	whole := app.Create(t, li.Token, "thing", map[string]any{"name": "whole"})
	part := app.Create(t, li.Token, "thing", map[string]any{"name": "part", "part_of": whole, "labels": []string{"red"}})
	app.Create(t, li.Token, "thing", map[string]any{"labels": []string{"new", "red"}})
	app.Run(t, []apptest.Scenario{
		{Name: "without groups one row, also when no figure is asked", As: li.Token, Method: "POST", Path: "/records/thing/aggregate", Body: `{}`, Status: 200, Has: []string{`{"rows":[{}]}`}},
		{Name: "a record counts under each of its tags", As: li.Token, Method: "POST", Path: "/records/thing/aggregate", Body: `{"groupBy":["labels"],"metrics":{"n":["count"]},"where":["labels","present"]}`,
			Status: 200, Has: []string{`{"rows":[{"labels":"new","n":1},{"labels":"red","n":2}]}`}},
		{Name: "an image is a picture", As: li.Token, Method: "POST", Path: "/records/thing", Body: map[string]any{"photo": []string{text}},
			Status: 422, Has: []string{`"path":"/photo/0"`, `"code":"media_type"`}},
		{Name: "so is a signature", As: li.Token, Method: "POST", Path: "/records/thing", Body: map[string]any{"seal": []string{text}},
			Status: 422, Has: []string{`"path":"/seal/0"`, `"code":"media_type"`}},
		{Name: "a picture it takes", As: li.Token, Method: "POST", Path: "/records/thing", Body: map[string]any{"photo": []string{image}}, Status: 201},
		{Name: "a list in an address may be written as often as it has members", As: li.Token, Method: "GET", Path: "/records/thing/" + part + "?expand=part_of&expand=owner&fields=name&fields=part_of",
			Status: 200, Has: []string{`"part_of":{`, `"owner":{`, `"name":"whole"`}, Not: []string{`"created_at":"…`}},
	})
}
