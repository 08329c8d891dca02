package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"weft/runtime/store"

	driver "go.mongodb.org/mongo-driver/mongo"
	protocol "go.mongodb.org/mongo-driver/x/mongo/driver"
	"go.mongodb.org/mongo-driver/x/mongo/driver/topology"
)

// Labels by which the database says how an error may be handled.
const (
	labelNetwork   = "NetworkError"
	labelTransient = "TransientTransactionError"
	labelUnknown   = "UnknownTransactionCommitResult"
)

// Error codes.
const (
	codeDuplicateKey  = 11000
	codeOutOfDisk     = 14031
	codeNotThere      = 26
	codeHistoryLost   = 286
	codeIndexNotFound = 27
	codeExists        = 48

	codeNoIndex = 67

	// Indexes are being built in the database or in the collection.
	codeBuilding     = 12586
	codeBuildingHere = 12587

	codeSnapshotUnavailable = 246
)

// unavailableCodes are answers of a server that cannot serve now: shutting
// down, no primary, its hosts out of reach, too few members that confirm, the
// time limit of an operation exceeded, or the cursor, snapshot or operation
// that was used is gone.
var unavailableCodes = []int{6, 7, 43, 50, 64, 89, 91, 100, 133, 134, 189, 202, 237, 239, 246, 262, 365, 9001, 10107, 11600, 11601, 11602, 13435, 13436}

// classify wraps an error of the driver in the port's errors; others stay as
// they are.
func classify(err error) error {
	if err == nil || known(err) {
		return err
	}
	if reason := accessErrorOf(err); reason != nil {
		return &AccessError{reason: reason, cause: err}
	}
	if hasCode(err, codeOutOfDisk) {
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	}
	if unreachable(err) {
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	return fmt.Errorf("mongo: %w", err)
}

// unreachable tells whether the database could not be reached or could not
// serve.
func unreachable(err error) bool {
	var selection topology.ServerSelectionError
	return !answered(err) || errors.As(err, &selection) || errors.Is(err, driver.ErrClientDisconnected) ||
		errors.Is(err, topology.ErrServerClosed) || errors.Is(err, topology.ErrTopologyClosed) || hasCode(err, unavailableCodes...) ||
		hasLabel(err, labelTransient)
}

// answered tells whether an error is an answer of the database. A failed
// connection has no label: its type tells.
func answered(err error) bool {
	var failed topology.ConnectionError
	var cleared protocol.RetryablePoolError
	switch {
	case accessErrorOf(err) != nil:
		return true
	case hasLabel(err, labelNetwork), driver.IsTimeout(err), errors.As(err, &failed), errors.As(err, &cleared):
		return false
	}
	return true
}

func known(err error) bool {
	for _, e := range []error{store.ErrFull, store.ErrReadOnly, store.ErrUnavailable, store.ErrUnknown, store.ErrTooNew, store.ErrNotFound,
		store.ErrConflict, ErrStandalone, ErrTooOld, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func hasCode(err error, codes ...int) bool {
	var server driver.ServerError
	if !errors.As(err, &server) {
		return false
	}
	return slices.ContainsFunc(codes, server.HasErrorCode)
}

func hasLabel(err error, label string) bool {
	var labelled interface{ HasErrorLabel(string) bool }
	return errors.As(err, &labelled) && labelled.HasErrorLabel(label)
}
