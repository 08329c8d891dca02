package api

// liveSocket hands the connection to the hub, which checks the session again
// while the socket is open.
func liveSocket(rc *requestContext) error {
	return rc.s.o.Live.Serve(rc, rc.r, rc.actor)
}
