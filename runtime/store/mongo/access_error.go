package mongo

import (
	"errors"
	"slices"
	"time"

	"weft/runtime/store"

	driver "go.mongodb.org/mongo-driver/mongo"
	protocol "go.mongodb.org/mongo-driver/x/mongo/driver"
	"go.mongodb.org/mongo-driver/x/mongo/driver/topology"
)

// Why the database refuses to work with weft: see Refusal.
var (
	ErrAuthentication = errors.New("mongo: the database does not take the user and password of the URI; see that both are right, and authSource the database that knows the user")
	ErrForbidden      = errors.New("mongo: the user of the URI may not do what weft needs; give it the role readWrite on the database")
)

// AccessError is an answer that waiting does not change, but a person can:
// errors.Is(err, ErrAuthentication) or ErrForbidden. It is store.ErrUnavailable
// too, since nothing can be asked meanwhile. What the database said is not in
// its text, for that holds the command.
type AccessError struct {
	reason   error
	database string
	cause    error
}

func (r *AccessError) Error() string {
	if r.reason == ErrForbidden {
		return r.reason.Error() + " " + r.database
	}
	return r.reason.Error()
}

// Unwrap gives the reason, store.ErrUnavailable, and what the driver said.
func (r *AccessError) Unwrap() []error { return []error{r.reason, store.ErrUnavailable, r.cause} }

// Codes by which the database refuses. Atlas has one for many things.
const (
	codeUserNotFound         = 11
	codeUnauthorized         = 13
	codeAuthenticationFailed = 18
	codeAtlas                = 8000
)

// accessErrorOf is the reason why the database refuses, nil if it does not.
func accessErrorOf(err error) error {
	var server driver.ServerError
	switch {
	case isSignInError(err):
		return ErrAuthentication
	case errors.As(err, &server) && (server.HasErrorCode(codeUnauthorized) || server.HasErrorCodeWithMessage(codeAtlas, "not allowed")):
		return ErrForbidden
	}
	return nil
}

// isSignInError looks for the answer to a sign-in: that of a connection which
// was about to be made, or what the driver remembers of a server. A sign-in
// that the network broke off has no code.
func isSignInError(err error) bool {
	var answer protocol.Error
	if errors.As(err, &answer) && slices.Contains([]int32{codeUserNotFound, codeAuthenticationFailed, codeAtlas}, answer.Code) {
		return true
	}
	var selection topology.ServerSelectionError
	if !errors.As(err, &selection) {
		return false
	}
	for _, server := range selection.Desc.Servers {
		if server.LastError != nil && isSignInError(server.LastError) {
			return true
		}
	}
	return false
}

// accessErrorLogInterval is how long a refusal that lasts is not told again.
const accessErrorLogInterval = 10 * time.Minute

// logAccessError completes a refusal and logs it, once for all calls that meet it.
func (h *health) logAccessError(err error) {
	var r *AccessError
	if !errors.As(err, &r) {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	r.database = h.database
	if now := time.Now(); now.Sub(h.loggedAt[r.reason]) >= accessErrorLogInterval {
		h.loggedAt[r.reason] = now
		h.log.Error("the database refuses; trying again with every call", "reason", r)
	}
}
