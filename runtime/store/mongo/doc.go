// Package mongo keeps weft's documents in a MongoDB replica set or sharded
// cluster: a collection per collection of the port, readable documents, group
// commit in transactions, change streams. Only this package knows the driver.
// How documents lie there: docs/stored-form.md, "In MongoDB".
package mongo
