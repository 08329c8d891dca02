package app_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"weft/cmd/internal/apptest"
	"weft/runtime/transfer"
	"weft/runtime/trigger"
)

// importDeals imports the real sales history, which stands beside the repository.
func importDeals(t *testing.T, f triggered) {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "..", "shared", "data", "b2b-sales")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the sales history is missing: %s has to stand beside the repository", dir)
		}
		t.Skipf("no sales history in %s", dir)
	}
	admin, err := f.Access.ActorOf(t.Context(), "admin")
	if err != nil {
		t.Fatal(err)
	}
	j := transfer.Job{Mapping: "b2b-sales"}
	for _, name := range []string{"accounts.csv", "products.csv", "sales_teams.csv", "sales_pipeline.csv"} {
		file, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		j.Inputs = append(j.Inputs, transfer.Input{Name: name, Reader: file})
	}
	id, err := f.Transfer.Import(t.Context(), admin, j)
	if err != nil {
		t.Fatal(err)
	}
	for {
		done, err := f.Transfer.Wait(t.Context(), admin, id, time.Minute) // large imports are answered while they run
		if err != nil || done.State == transfer.Failed {
			t.Fatalf("%+v %v", done, err)
		}
		if done.State == transfer.Done {
			return
		}
		<-time.After(pollImport)
	}
}

const pollImport = 100 * time.Millisecond

// A draft is run over the stages of all imported deals, and changes nothing.
func TestReplayOverTheImportedDeals(t *testing.T) {
	t.Parallel()
	f := triggered{newTestApp(t, apptest.Options{Install: []string{"opportunity-pipeline"}, Unchecked: true})}
	importDeals(t, f)
	f.await()
	before := f.everything()
	began := time.Now()
	var a trigger.ReplayAnswer
	f.post("/builder/triggers/replay", `{"definition":{"kind":"trigger","key":"draft","title":{"en":"Draft"},"entity":"opportunity","on":{"event":"stage_entered"},
		"steps":[{"key":"s","type":"set","values":{"name":{"text":{"en":"{name} {stage} {account.name}"}}}},{"key":"n","type":"notify","to":"owner","text":{"en":"{name} is {stage}"}}]}}`, http.StatusOK).JSON(t, &a)
	took := time.Since(began)
	visits := f.count("stage_visit", `["entity","=","opportunity"]`)
	t.Logf("%d events of %d visits in %v", a.Events, visits, took.Round(time.Millisecond))
	if a.Events != visits || len(a.Would) != visits || len(a.Did) != 0 {
		t.Errorf("%d events, %d would, %d did, %d visits", a.Events, len(a.Would), len(a.Did), visits)
	}
	if w := a.Would[0]; w.Error != nil || len(w.Changes) != 1 || w.Changes[0].Fields["name"].To == "" || len(w.Messages) != 1 {
		t.Errorf("%+v", w)
	}
	if after := f.everything(); after != before {
		t.Errorf("a dry run wrote something:\n%s\n%s", before, after)
	}
}
