package live_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"weft/runtime/live"
)

// Two hundred subscribers hear of every change, in order, whoever they are.
func TestCrowd(t *testing.T) {
	t.Parallel()
	const subscribers, changes = 200, 20
	st := newHarness(t, live.Limits{})
	owner := st.user("ann", "sales", "")
	tokens := []string{st.session("admin"), st.session("ann")}
	clients := make([]*client, subscribers)
	for i := range clients {
		clients[i] = st.dial(tokens[i%2])
		clients[i].send(all)
	}
	for _, c := range clients {
		c.want("snapshot")
	}
	var mu sync.Mutex
	var ids []string
	sent := map[string]time.Time{}
	var late []time.Duration
	var wg sync.WaitGroup
	got := make([][]string, subscribers)
	for i, c := range clients {
		wg.Go(func() {
			for range changes {
				m := c.next()
				at := time.Now()
				id, _ := m.Items[0]["name"].(string)
				got[i] = append(got[i], id)
				mu.Lock()
				late = append(late, at.Sub(sent[id]))
				mu.Unlock()
			}
		})
	}
	for i := range changes {
		name := string(rune('a' + i))
		ids = append(ids, name)
		mu.Lock()
		sent[name] = time.Now()
		mu.Unlock()
		st.create("deal", doc{"name": name, "owner": owner})
	}
	wg.Wait()
	for i := range got {
		if !slices.Equal(got[i], ids) {
			t.Fatalf("subscriber %d heard %v", i, got[i])
		}
	}
	slices.Sort(late)
	t.Logf("from before the create until heard: median %v, p99 %v", late[len(late)/2], late[len(late)*99/100])
}
