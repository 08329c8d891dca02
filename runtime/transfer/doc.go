// Package transfer brings records in from files and out into files: CSV and
// XLSX, mappings from columns to fields, dry runs, progress, undo, export.
// Every imported row goes through the door of runtime/record under the rights
// of the person who imports it; this room only reads files and keeps books.
package transfer
