package leaktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"weft/cmd/internal/apptest"
)

// socket is a live connection of a user.
type socket struct {
	*tester
	conn *websocket.Conn
}

type frame struct {
	Ref, Event string
	ID         string
	Items      []struct{ ID string }
}

func (tr *tester) dial() *socket {
	conn, res, err := websocket.DefaultDialer.Dial(strings.Replace(tr.URL, "http", "ws", 1)+"/api/v1/live",
		http.Header{"Authorization": {"Bearer " + tr.user.Token}})
	if err != nil {
		tr.t.Fatal(err)
	}
	res.Body.Close()
	tr.t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		tr.t.Fatal(err)
	}
	return &socket{tester: tr, conn: conn}
}

// ask subscribes and reads up to the answer; every frame is checked.
func (l *socket) ask(ref, entity, query string) (frame, string) {
	sent := fmt.Sprintf(`{"op":"subscribe","ref":%q,"entity":%q,"query":%s}`, ref, entity, query)
	if err := l.conn.WriteMessage(websocket.TextMessage, []byte(sent)); err != nil {
		l.t.Fatal(err)
	}
	for {
		f, text := l.read(sent)
		if f.Ref == ref && (f.Event == "snapshot" || f.Event == "error") {
			return f, text
		}
	}
}

func (l *socket) read(sent string) (frame, string) {
	_, raw, err := l.conn.ReadMessage()
	if err != nil {
		l.t.Fatal(err)
	}
	var f frame
	if err := json.Unmarshal(raw, &f); err != nil {
		l.t.Fatal(err)
	}
	l.checkAnswer("live", sent, &apptest.Answer{Body: string(raw)})
	return f, string(raw)
}

func (l *socket) drop(ref string) {
	if err := l.conn.WriteMessage(websocket.TextMessage, []byte(fmt.Sprintf(`{"op":"unsubscribe","ref":%q}`, ref))); err != nil {
		l.t.Fatal(err)
	}
}

// probeSubscribe subscribes to what the query probes query.
func probeSubscribe(tr *tester) {
	l := tr.dial()
	for _, entity := range entities {
		f, _ := l.ask("all", entity, `{"limit":1000}`)
		var got []string
		for _, item := range f.Items {
			got = append(got, item.ID)
		}
		if tr.reads(entity) && !slices.Equal(got, idsOf(tr.visible(tr.user, entity))) {
			tr.find("live snapshot of %s: %v", entity, got)
		}
		l.drop("all")
		for i, key := range fieldsOf[entity] {
			if tr.readsSomewhere(tr.user, entity, key) || entity == "line" {
				continue
			}
			for _, form := range fieldQueries["query"][i%7 : i%7+1] { // the protocol limits subscriptions
				_, got := l.ask("hidden", entity, fmt.Sprintf(form, key))
				_, want := l.ask("hidden", entity, fmt.Sprintf(form, noField))
				if mask(got, key) != mask(want, noField) {
					tr.find("live %s: %s, but %s", fmt.Sprintf(form, key), got, want)
				}
			}
		}
	}
	for i, r := range tr.rows["matter"] {
		if i%4 == 0 {
			f, _ := l.ask("word", "matter", fmt.Sprintf(`{"search":%q}`, r.values["note"]))
			if seen := !r.deleted && tr.sees(tr.user, r, "note"); tr.reads("matter") && seen != (len(f.Items) == 1) {
				tr.find("live search: %d rows, want %v", len(f.Items), seen)
			}
			l.drop("word")
		}
	}
	l.ask("visits", "stage_visit", `{"limit":1000}`)
}

// mask removes the word that was asked for, and the sequence number.
func mask(text, word string) string {
	text = strings.ReplaceAll(text, word, "·")
	before, after, _ := strings.Cut(text, `"seq":`)
	return before + strings.TrimLeft(after, "0123456789")
}

// checkEvents lets every user listen while the administrator changes every row,
// and checks the events.
func (fx *fixture) checkEvents(t *testing.T, agents []*tester) {
	lines := make([]*socket, len(agents))
	for i, tr := range agents {
		lines[i] = tr.dial()
		lines[i].ask("all", "matter", `{"limit":1000}`)
		lines[i].ask("accounts", "account", `{"limit":1000}`)
	}
	for _, r := range fx.rows["matter"] {
		if r.deleted {
			continue
		}
		for _, note := range []string{fx.secretNote(r), asText(r.values["note"])} {
			fx.Do(t, fx.Admin, "PATCH", "/records/matter/"+r.id, object{"note": note}).Want(t, http.StatusOK)
		}
	}
	for _, l := range lines {
		l.ask("end", "matter", `{"limit":1}`)
	}
}

// secretNote is another text that the note of a row has for a moment.
func (fx *fixture) secretNote(r *row) string {
	text := fx.text()
	fx.addSecret(text, r, "note")
	return text
}
