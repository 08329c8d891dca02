//go:build unix

package testserver

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"time"
)

// Address returns a loopback address where nothing listens. Its port lies
// below those that the kernel gives to outgoing connections, so that a server
// can be started again on it.
func Address() (string, error) {
	for range 100 {
		at := fmt.Sprintf("127.0.0.1:%d", 15000+rand.IntN(15000))
		l, err := net.Listen("tcp", at)
		if err != nil {
			continue
		}
		return at, l.Close()
	}
	return "", errors.New("no free port between 15000 and 30000")
}

// Ready waits until p accepts connections at the address, at most for timeout.
func (p *Process) Ready(address string, timeout time.Duration) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	end := time.After(timeout)
	for {
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-tick.C:
		case <-p.ended:
			return fmt.Errorf("the server ended: %s", p.Log())
		case <-end:
			return fmt.Errorf("the server does not listen on %s after %v: %s", address, timeout, p.Log())
		}
	}
}
