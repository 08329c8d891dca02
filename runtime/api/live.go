package api

// liveSocket hands the connection to the hub. The caller is known by cookie or
// header like everywhere else, and the hub asks again while the socket is open.
func liveSocket(x *exchange) error {
	x.s.o.Live(x, x.r, x.actor)
	return nil
}
