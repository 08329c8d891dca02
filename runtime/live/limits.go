package live

import "time"

// Limits bound what one caller can ask of the hub. Zero values mean the defaults.
type Limits struct {
	Frame          int64         // bytes of a frame from a client: 64 KiB
	Subscriptions  int           // per socket: 100
	SocketsPerUser int           // 500
	Sockets        int           // 10,000
	Messages       int           // from a client per second: 50, after a burst of four times as many
	Queue          int           // bytes waiting for a slow client: 2 MiB
	Write          time.Duration // deadline of one write: 10 s
	Ping           time.Duration // between pings: 54 s; a client silent for a tenth longer is gone
	Check          time.Duration // between looks whether a caller may still listen: 2 s
	Age            time.Duration // between refreshes of queries that speak of the present time: 1 min
	Park           time.Duration // how long a lost socket's subscriptions can be taken up again: 2 min
	Parked         int           // records of parked subscriptions, all in all: 500,000
}

func (l Limits) orDefaults() Limits {
	or(&l.Frame, 64<<10)
	or(&l.Subscriptions, 100)
	or(&l.SocketsPerUser, 500)
	or(&l.Sockets, 10000)
	or(&l.Messages, 50)
	or(&l.Queue, 2<<20)
	or(&l.Write, 10*time.Second)
	or(&l.Ping, 54*time.Second)
	or(&l.Check, 2*time.Second)
	or(&l.Age, time.Minute)
	or(&l.Park, 2*time.Minute)
	or(&l.Parked, 500000)
	return l
}

func or[T int | int64 | time.Duration](v *T, def T) {
	if *v <= 0 {
		*v = def
	}
}

// rate is a token bucket; only one goroutine uses it.
type rate struct {
	perSecond, burst, left float64
	at                     time.Time
}

func newRate(perSecond int, now time.Time) *rate {
	burst := float64(4 * perSecond)
	return &rate{float64(perSecond), burst, burst, now}
}

func (r *rate) allow(now time.Time) bool {
	r.left = min(r.burst, r.left+now.Sub(r.at).Seconds()*r.perSecond)
	r.at = now
	if r.left < 1 {
		return false
	}
	r.left--
	return true
}
