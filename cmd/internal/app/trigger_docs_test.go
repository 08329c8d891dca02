package app_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"weft/cmd/internal/apptest"
)

// examplesOf are the definitions in a page of the documentation.
func examplesOf(t *testing.T, page string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", page))
	if err != nil {
		t.Fatal(err)
	}
	var docs []string
	for _, block := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllSubmatch(text, -1) {
		docs = append(docs, string(block[1]))
	}
	return docs
}

// The examples of docs/triggers.md do what the page says of them. // I
func TestTheExamplesOfTheTriggersPage(t *testing.T) {
	t.Parallel()
	examples := examplesOf(t, "triggers.md")
	if !slices.Equal(examples, examplesOf(t, "triggers.zh-CN.md")) || len(examples) < 10 {
		t.Fatalf("the two pages have %d examples, or other ones", len(examples))
	}
	c := newClock("2026-03-02T00:30:00Z") // 08:30 in China
	f := triggered{newTestApp(t, apptest.Options{Now: c.now})}
	f.publish(examples...)
	f.followed()

	big, small := f.create("lead", `{"name":"big","amount":200000,"ends":"2026-03-20"}`), f.create("lead", `{"name":"small","amount":5}`)
	f.await()
	f.want("lead", big, "grade", "a")
	f.want("lead", small, "grade", "b")
	if n := f.count("task", `["title","=","联系 big"]`); n != 1 {
		t.Errorf("%d tasks", n)
	}
	f.patch("lead", big, `{"amount":300000}`)
	f.await()
	f.patch("lead", big, `{"amount":100}`)
	f.await()
	if n := f.count("call", `["text","=","200000 → 300000"]`); n != 1 || f.count("call", `["lead","=","`+big+`"]`) != 1 {
		t.Errorf("%d notes of a greater amount", n)
	}
	f.pass(c, 30*time.Minute) // nine o'clock
	f.want("lead", small, "calls", 1)
	f.pass(c, 90*time.Minute) // two hours after the creation
	f.want("lead", small, "reason", "silent")
	f.want("lead", big, "reason", nil)
	f.pass(c, 24*time.Hour)
	if n := f.inbox("small 仍未跟进"); n != 1 {
		t.Errorf("%d messages a day later", n)
	}
	f.pass(c, 14*24*time.Hour) // the 17th
	f.want("lead", big, "reason", "2026-03-20 到期")
	f.create("call", `{"lead":"`+small+`","text":"called"}`)
	f.post("/records/lead/"+small+"/button/close_lead", `{"values":{"reason":"enough"}}`, http.StatusAccepted)
	f.await()
	f.want("lead", small, "stage", "won")
	if n := f.count("call", `["text","=","enough"]`); n != 1 {
		t.Errorf("%d calls got the reason", n)
	}
	if n := f.inbox("small 赢单：5"); n != 1 {
		t.Errorf("%d messages of the win", n)
	}
	f.post("/records/lead/"+small+"/button/close_lead", ``, http.StatusConflict)
	if got := f.runs("state=failed"); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// inbox counts messages of a text to the administrator.
func (f triggered) inbox(text string) int {
	f.t.Helper()
	var page struct {
		Items []struct {
			Text struct {
				ZhCN string `json:"zh-CN"`
			}
		}
	}
	f.Do(f.t, f.Admin, "GET", "/notifications", nil).Want(f.t, http.StatusOK).JSON(f.t, &page)
	n := 0
	for _, m := range page.Items {
		if m.Text.ZhCN == text {
			n++
		}
	}
	return n
}
