package main

import (
	"context"
	"log/slog"
	"sync/atomic"
)

// gatedHandler logs only while enabled is set: while a server waits for its
// database, and during a command, the caller reports an error once itself.
type gatedHandler struct {
	slog.Handler
	enabled *atomic.Bool
}

// Enabled implements slog.Handler.
func (h gatedHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.enabled.Load() && h.Handler.Enabled(ctx, level)
}

// WithAttrs implements slog.Handler.
func (h gatedHandler) WithAttrs(list []slog.Attr) slog.Handler {
	return gatedHandler{h.Handler.WithAttrs(list), h.enabled}
}

// WithGroup implements slog.Handler.
func (h gatedHandler) WithGroup(name string) slog.Handler {
	return gatedHandler{h.Handler.WithGroup(name), h.enabled}
}

// logger writes warnings and errors to standard error.
func (m *Main) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(m.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}
