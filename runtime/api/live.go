package api

// liveSocket hands the connection to the hub. The caller is known by cookie or
// header like everywhere else, and the hub asks again while the socket is open.
func liveSocket(x *exchange) error {
	return x.s.o.Live.Serve(x, x.r, x.actor)
}
