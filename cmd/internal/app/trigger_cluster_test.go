package app_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"weft/cmd/internal/app"
	"weft/runtime/access"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/runtime/trigger"
	"weft/schemas"
)

// Runs are carried out once, by whichever process has time.
func TestTwoProcessesRunTriggersOnce(t *testing.T) {
	t.Parallel()
	onTwoProcesses(t, func(w *twoProcesses) {
		set := w.a.Current.Model().Set.Clone()
		for _, doc := range append(ticketDefinitions,
			onTicket("counts", `"on":{"event":"created"},"steps":[{"key":"s","type":"set","values":{"score":{"formula":"(score ?? 0) + 1"}}},`+noteStep("n", "one")+`]`),
			onTicket("hears", `"on":{"event":"changed","fields":["score"]},"steps":[`+noteStep("n", "two")+`]`)) {
			d, problems := schemas.Decode([]byte(words.Replace(doc)))
			if len(problems) > 0 {
				w.t.Fatal(problems)
			}
			set.Add(d)
		}
		if _, err := w.a.Builder.Publish(w.t.Context(), "admin", set); err != nil {
			w.t.Fatal(err)
		}
		const each = 15
		create := func(a *app.App) {
			for i := range each {
				if _, err := a.Records.Create(w.t.Context(), record.Call{Actor: access.System()}, "ticket", map[string]any{"name": fmt.Sprint(i)}); err != nil {
					w.t.Error(err)
				}
			}
		}
		create(w.a) // the other process runs some of it, maybe before it knows of the trigger
		if err := w.b.Builder.Refresh(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
		var wg sync.WaitGroup
		for _, a := range []*app.App{w.a, w.b} {
			wg.Go(func() { create(a) })
		}
		wg.Wait()
		for _, a := range []*app.App{w.a, w.b} {
			if err := a.Jobs.Await(w.t.Context()); err != nil {
				w.t.Fatal(err)
			}
		}
		if n := len(w.docs("note")); n != 2*3*each {
			w.t.Errorf("%d notes", n)
		}
		for _, doc := range w.docs("ticket") {
			if doc["score"] != 1.0 {
				w.t.Errorf("%v", doc)
			}
		}
		page, err := w.b.Triggers.List(w.t.Context(), access.System(), "en", trigger.Query{State: trigger.Done, Limit: 1000})
		if err != nil || len(page.Items) != 2*3*each {
			w.t.Errorf("%d runs, %v", len(page.Items), err)
		}
	})
}

// docs are the records of an entity.
func (w *twoProcesses) docs(entity string) []map[string]any {
	w.t.Helper()
	var list []map[string]any
	for d, err := range store.Each(w.t.Context(), w.a.Store, entity, store.Find{Limit: 500}) {
		if err != nil {
			w.t.Fatal(err)
		}
		list = append(list, decodeDoc(w.t, d.Body))
	}
	return list
}

func decodeDoc(t *testing.T, body []byte) map[string]any {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}
