package mongo

import (
	"strconv"

	driver "go.mongodb.org/mongo-driver/mongo"
)

// keepOwn is how many commits of this process are remembered until the change
// stream has told of them. A forgotten one counts as another process's.
const keepOwn = 4096

// ownCommits are the transactions of this process, by which the change stream's
// events of them are known. It is guarded by feed.mu.
type ownCommits struct {
	byKey map[string]*ownCommit
	order []string
	// answered counts those whose outcome is known.
	answered uint64
}

// ownCommit is one transaction.
type ownCommit struct {
	touched []*collection
	// numbered: its collections have their new numbers.
	numbered bool
	// answered is its place among those whose outcome is known, from 1 on.
	answered uint64
}

// transactionKey names a transaction as the events of a change stream do.
func transactionKey(lsid []byte, number int64) string {
	return string(strconv.AppendInt(append([]byte(nil), lsid...), number, 16))
}

// keyOf names the transaction that is under way in a session.
func keyOf(session driver.Session) string {
	_, id, _ := session.ID().Lookup("id").BinaryOK()
	if x, ok := session.(driver.XSession); ok {
		return transactionKey(id, x.ClientSession().TxnNumber)
	}
	return ""
}

// expect notes a transaction that is about to be committed.
func (f *feed) expect(key string, touched []*collection) {
	f.mu.Lock()
	defer f.mu.Unlock()
	o := &f.own
	if o.byKey == nil {
		o.byKey = map[string]*ownCommit{}
	}
	if len(o.order) >= keepOwn {
		delete(o.byKey, o.order[0])
		o.order = o.order[1:]
	}
	o.byKey[key] = &ownCommit{touched: touched}
	o.order = append(o.order, key)
}

// committed numbers what a transaction changed, before its callers are
// answered, unless the stream was faster.
func (f *feed) committed(key string, touched []*collection) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.own.answered++
	c := f.own.byKey[key]
	if c == nil {
		c = &ownCommit{touched: touched}
	}
	c.answered = f.own.answered
	f.numberLocked(c)
}

// forget lets a transaction count as another process's, since its outcome is
// not known.
func (f *feed) forget(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.own.byKey, key)
}

// heard is called for every event of a transaction; own tells whether it is of
// this process.
func (f *feed) heard(key string) (answered uint64, own bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.own.byKey[key]
	if c == nil {
		return 0, false
	}
	f.numberLocked(c)
	return c.answered, true
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
