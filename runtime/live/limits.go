package live

import "time"

// Limits bound what one caller can ask of the hub. Zero values mean the defaults.
type Limits struct {
	Frame            int64         // bytes of a frame from a client: 64 KiB
	Subscriptions    int           // per socket: 100
	SocketsPerUser   int           // 500
	Sockets          int           // 10,000
	Records          int           // that all subscriptions of one user may hold: 100,000
	Read             time.Duration // the longest one read of a query may take: 10 s
	Messages         int           // from a client per second: 50, after a burst of four times as many
	Queue            int           // bytes waiting for a slow client: 2 MiB
	Write            time.Duration // deadline of one write: 10 s
	Ping             time.Duration // between pings: 54 s; a client silent for a tenth longer is disconnected
	Check            time.Duration // between checks that a caller may still subscribe: 2 s
	Age              time.Duration // between refreshes of queries with relative dates: 1 min
	ResumeWithin     time.Duration // how long the subscriptions of a lost socket can be resumed: 2 min
	ResumableRecords int           // records of all resumable subscriptions: 500,000
}

func (l Limits) orDefaults() Limits {
	or(&l.Frame, 64<<10)
	or(&l.Subscriptions, 100)
	or(&l.SocketsPerUser, 500)
	or(&l.Sockets, 10000)
	or(&l.Records, 100_000)
	or(&l.Read, 10*time.Second)
	or(&l.Messages, 50)
	or(&l.Queue, 2<<20)
	or(&l.Write, 10*time.Second)
	or(&l.Ping, 54*time.Second)
	or(&l.Check, 2*time.Second)
	or(&l.Age, time.Minute)
	or(&l.ResumeWithin, 2*time.Minute)
	or(&l.ResumableRecords, 500000)
	return l
}

func or[T int | int64 | time.Duration](v *T, def T) {
	if *v <= 0 {
		*v = def
	}
}
