// Package transfer imports records from files and exports them to files: CSV and
// XLSX, mappings of columns to fields, dry runs, progress, undo. Imported rows are
// written by package record with the rights of the user who imports them; this
// package reads files, resolves references and stores the progress.
package transfer
