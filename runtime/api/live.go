package api

// liveSocket hands the connection to the hub. The caller is known by cookie or
// header like everywhere else, and the hub asks again while the socket is open.
func liveSocket(rc *requestContext) error {
	return rc.s.o.Live.Serve(rc, rc.r, rc.actor)
}
