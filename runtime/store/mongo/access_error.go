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

// Reasons of an AccessError.
var (
	ErrAuthentication = errors.New("mongo: the database does not take the user and password of the URI; see that both are right, and authSource the database that knows the user")
	ErrForbidden      = errors.New("mongo: the user of the URI may not do what weft needs; give it the role readWrite on the database")
)

// AccessError is a refusal that an operator has to resolve: errors.Is(err,
// ErrAuthentication) or ErrForbidden. It is store.ErrUnavailable too, since
// nothing can be read meanwhile. Its text does not repeat the database's
// message, which contains the command.
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

// Unwrap returns the reason, store.ErrUnavailable and the driver's error.
func (r *AccessError) Unwrap() []error { return []error{r.reason, store.ErrUnavailable, r.cause} }

// Codes of refusals. Atlas uses one for several reasons.
const (
	codeUserNotFound         = 11
	codeUnauthorized         = 13
	codeAuthenticationFailed = 18
	codeAtlas                = 8000
)

// accessErrorOf is the reason of a refusal, nil if the error is none.
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

// isSignInError looks for a failed sign-in: of a connection that was being
// made, or remembered by the driver for a server. A sign-in that the network
// broke off has no code.
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

// accessErrorLogInterval is how long a lasting refusal is not logged again.
const accessErrorLogInterval = 10 * time.Minute

// logAccessError completes an AccessError and logs it once for all calls that
// meet it.
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
