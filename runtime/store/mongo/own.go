package mongo

import "strconv"

// keepOwn bounds how many commits of this process are remembered until the
// change stream tells of them. Forgotten ones count as another process's.
const keepOwn = 4096

// ownCommits are the transactions of this process that the change stream has
// not told of yet, by the id of their row in commitCollection, which is the
// first thing they write. It is guarded by feed.mu.
type ownCommits struct {
	byID map[string]*ownCommit
	// answered counts those whose outcome is known.
	answered uint64
	// now is the transaction whose events the stream is telling, key its name
	// there; now is nil if it is another process's.
	now *ownCommit
	key string
}

// ownCommit is one transaction.
type ownCommit struct {
	touched []*collection
	// numbered: its collections have their new numbers.
	numbered bool
	// answered is its place among those whose outcome is known, from 1 on.
	answered uint64
}

// transactionKey names a transaction as the events of a change stream do; "" is none.
func transactionKey(lsid []byte, number int64) string {
	if len(lsid) == 0 {
		return ""
	}
	return string(strconv.AppendInt(append([]byte(nil), lsid...), number, 16))
}

// expect notes a transaction that is about to be committed.
func (f *feed) expect(id string, touched []*collection) *ownCommit {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.own.byID == nil || len(f.own.byID) >= keepOwn {
		f.own.byID = map[string]*ownCommit{}
	}
	c := &ownCommit{touched: touched}
	f.own.byID[id] = c
	return c
}

// committed numbers what a transaction changed, before its callers are
// answered, unless the stream was faster.
func (f *feed) committed(c *ownCommit) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.own.answered++
	c.answered = f.own.answered
	f.numberLocked(c)
}

// forget lets a transaction count as another process's, since its outcome is
// not known.
func (f *feed) forget(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.own.byID, id)
}

// begins is called for the first event of a transaction: that of its row.
func (f *feed) begins(id, key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.own.now, f.own.key = f.own.byID[id], key
	delete(f.own.byID, id)
}

// heard is called for every further event; own tells whether it is of this process.
func (f *feed) heard(key string) (answered uint64, own bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if key == "" || key != f.own.key || f.own.now == nil {
		return 0, false
	}
	f.numberLocked(f.own.now)
	return f.own.now.answered, true
}

func (f *feed) numberLocked(c *ownCommit) {
	if c.numbered {
		return
	}
	c.numbered = true
	n := f.next()
	for _, k := range c.touched {
		raise(k.changed, n)
	}
}
