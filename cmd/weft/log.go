package main

import (
	"context"
	"log/slog"
	"sync/atomic"
)

// quietHandler is silent until it is told to speak: while a server waits for
// its database, and during a command, what is wrong is said once by the caller.
type quietHandler struct {
	slog.Handler
	speaks *atomic.Bool
}

// Enabled is false while the handler is silent.
func (h quietHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.speaks.Load() && h.Handler.Enabled(ctx, level)
}

// WithAttrs keeps the silence.
func (h quietHandler) WithAttrs(list []slog.Attr) slog.Handler {
	return quietHandler{h.Handler.WithAttrs(list), h.speaks}
}

// WithGroup keeps the silence.
func (h quietHandler) WithGroup(name string) slog.Handler {
	return quietHandler{h.Handler.WithGroup(name), h.speaks}
}

// logger writes what a server has to tell to standard error.
func (m *Main) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(m.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}
