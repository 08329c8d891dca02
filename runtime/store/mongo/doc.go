// Package mongo keeps weft's documents in a MongoDB replica set or sharded
// cluster: a collection per collection of the port, readable documents, group
// commit in transactions, change streams. Only this package imports the driver.
// The layout of documents: docs/stored-form.md, "In MongoDB".
package mongo
