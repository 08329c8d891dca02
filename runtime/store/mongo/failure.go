package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"weft/runtime/store"

	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/x/mongo/driver/topology"
)

// Labels by which the database says what may be done about an error.
const (
	labelTransient = "TransientTransactionError"
	labelUnknown   = "UnknownTransactionCommitResult"
)

// Codes of errors.
const (
	codeDuplicateKey  = 11000
	codeOutOfDisk     = 14031
	codeNotThere      = 26
	codeHistoryLost   = 286
	codeIndexNotFound = 27
	codeExists        = 48

	codeNoIndex = 67

	// Indexes are being built, in the database or in the collection.
	codeBuilding     = 12586
	codeBuildingHere = 12587

	codeSnapshotUnavailable = 246
)

// unavailableCodes are answers of a server that cannot serve now: shutting
// down, no primary, its hosts out of reach, the time of an operation is up.
var unavailableCodes = []int{6, 7, 50, 89, 91, 133, 134, 189, 246, 262, 9001, 10107, 11600, 11602, 13435, 13436}

// classify names an error of the driver by the port's errors; others stay as they are.
func classify(err error) error {
	if err == nil || known(err) {
		return err
	}
	if hasCode(err, codeOutOfDisk) {
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	}
	if unreachable(err) {
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	return fmt.Errorf("mongo: %w", err)
}

// unreachable tells whether the database could not be asked or could not serve.
func unreachable(err error) bool {
	var selection topology.ServerSelectionError
	return driver.IsNetworkError(err) || driver.IsTimeout(err) || errors.As(err, &selection) || errors.Is(err, driver.ErrClientDisconnected) ||
		errors.Is(err, topology.ErrServerClosed) || errors.Is(err, topology.ErrTopologyClosed) || hasCode(err, unavailableCodes...) ||
		hasLabel(err, labelTransient)
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
