// Package apitest asks the HTTP API of a whole weft, over a real listener and a
// real store. It holds tests only: they need every service at once, which only
// cmd may assemble.
package apitest
