package mongo

import "strconv"

// maxOwnCommits bounds how many commits of this process are remembered until
// their events arrive. Forgotten ones count as another process's.
const maxOwnCommits = 4096

// ownCommits are the transactions of this process whose events have not arrived
// yet, by the id of their row in commitCollection, which is the first thing
// they write. It is guarded by changeFeed.mu.
type ownCommits struct {
	byID map[string]*ownCommit
	// answered counts those whose outcome is known.
	answered uint64
	// current is the transaction whose events are arriving, currentKey its key;
	// current is nil if it is another process's.
	current    *ownCommit
	currentKey string
}

// ownCommit is one transaction.
type ownCommit struct {
	touched []*collection
	// numbered: its collections have their new numbers.
	numbered bool
	// answered is its position among those whose outcome is known, from 1 on.
	answered uint64
}

// transactionKey identifies a transaction in the events of a change stream; ""
// is none.
func transactionKey(lsid []byte, number int64) string {
	if len(lsid) == 0 {
		return ""
	}
	return string(strconv.AppendInt(append([]byte(nil), lsid...), number, 16))
}

// addOwnCommit records a transaction before it is committed.
func (f *changeFeed) addOwnCommit(id string, touched []*collection) *ownCommit {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.own.byID == nil || len(f.own.byID) >= maxOwnCommits {
		f.own.byID = map[string]*ownCommit{}
	}
	c := &ownCommit{touched: touched}
	f.own.byID[id] = c
	return c
}

// ownCommitDone numbers what a transaction changed, before its callers are
// answered, unless its events arrived earlier.
func (f *changeFeed) ownCommitDone(c *ownCommit) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.own.answered++
	c.answered = f.own.answered
	f.numberLocked(c)
}

// forgetOwnCommit makes a transaction count as another process's, since its
// outcome is not known.
func (f *changeFeed) forgetOwnCommit(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.own.byID, id)
}

// startTransaction is called for the first event of a transaction: the one of
// its row.
func (f *changeFeed) startTransaction(id, key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.own.current, f.own.currentKey = f.own.byID[id], key
	delete(f.own.byID, id)
}

// nextEvent is called for every further event; own tells whether it is of this
// process.
func (f *changeFeed) nextEvent(key string) (answered uint64, own bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if key == "" || key != f.own.currentKey || f.own.current == nil {
		return 0, false
	}
	f.numberLocked(f.own.current)
	return f.own.current.answered, true
}

func (f *changeFeed) numberLocked(c *ownCommit) {
	if c.numbered {
		return
	}
	c.numbered = true
	n := f.next()
	for _, k := range c.touched {
		raiseTo(k.changed, n)
	}
}
