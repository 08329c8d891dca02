package access

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"
)

// Limits of failed sign-ins within one window, per account and per network
// . They are counted before the password is looked at, so parallel tries
// cannot slip through, and they are stored, so a restart does not forget them.
const (
	attemptWindow   = 15 * time.Minute
	accountAttempts = 10
	networkAttempts = 100
)

// Bounds of one account's concurrent sign-ins: more running would take
// the password hashing, and the tries of the network, from other accounts.
const (
	accountRunning = 4
	accountWaiting = 32
)

type attemptDoc struct {
	ID    string `json:"id"`
	Rev   int64  `json:"rev"`
	N     int    `json:"n"`
	Until string `json:"until"`
}

type attemptKey struct {
	id  string
	max int
}

// attemptKeys of a sign-in: the account as it was typed, known or not, and the
// caller's network: an IPv4 address, or the /64 of an IPv6 address, which is
// what one customer is given. The command line has no address.
func attemptKeys(login, address string) []attemptKey {
	keys := []attemptKey{{"a:" + digestOf(query.Fold(login)).String()[:32], accountAttempts}}
	if ip, err := netip.ParseAddr(address); err == nil {
		ip = ip.Unmap().WithZone("")
		network := ip.String()
		if ip.Is6() {
			network = netip.PrefixFrom(ip, 64).Masked().String()
		}
		keys = append(keys, attemptKey{"n:" + network, networkAttempts})
	} else if address != "" {
		keys = append(keys, attemptKey{"n:unknown", networkAttempts})
	}
	return keys
}

// countAttempt counts one try; rate when one of the limits is reached.
func (s *Service) countAttempt(ctx context.Context, keys []attemptKey) error {
	return s.changeAttempts(ctx, keys, func(d *attemptDoc, key attemptKey) error {
		now := s.Now()
		until := parseInstant(d.Until)
		if !now.Before(until) {
			d.N, d.Until = 0, query.FormatInstant(now.Add(attemptWindow))
		} else if d.N >= key.max {
			return tooMany(until.Sub(now))
		}
		d.N++
		return nil
	})
}

// undoAttempt takes a try back that was right: the account starts afresh,
// the network has one try less.
func (s *Service) undoAttempt(ctx context.Context, keys []attemptKey) error {
	return s.changeAttempts(ctx, keys, func(d *attemptDoc, key attemptKey) error {
		if key.id[0] == 'a' {
			d.N = 0
		} else if d.N > 0 {
			d.N--
		}
		return nil
	})
}

// changeAttempts changes the counts in one commit, again when another node was faster.
func (s *Service) changeAttempts(ctx context.Context, keys []attemptKey, change func(*attemptDoc, attemptKey) error) error {
	s.attempts.Lock()
	defer s.attempts.Unlock()
	for range 8 {
		b := &store.Batch{}
		for _, key := range keys {
			d, err := attemptTable.Get(ctx, s.Store, key.id)
			if errors.Is(err, store.ErrNotFound) {
				d = attemptDoc{ID: key.id}
			} else if err != nil {
				return storeProblem(err)
			}
			if err := change(&d, key); err != nil {
				return err
			}
			op, err := attemptTable.Put(d)
			if err != nil {
				return err
			}
			b.Ops = append(b.Ops, op)
		}
		if err := s.Store.Commit(ctx, b); !store.LostRace(err) {
			return storeProblem(err)
		}
	}
	return tooMany(time.Second)
}
