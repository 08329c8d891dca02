// Package clienttest generates clients from the OpenAPI document, builds them
// and runs them against the real server: one in TypeScript (openapi-typescript,
// openapi-fetch) and one in Go (ogen). The generated code is kept in the cache
// folder of the user, by the document and the versions of the generators. The
// package has only tests.
package clienttest
