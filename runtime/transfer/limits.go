package transfer

import "weft/runtime/problem"

// Limits of one import. A file that breaks one is refused as a whole, before
// anything of it is written.
const (
	maxFiles       = 50
	maxFileBytes   = 256 << 20 // of one file as uploaded
	maxRows        = 1_000_000 // of one file, without the header
	maxColumns     = 500
	maxRecordBytes = 4 << 20 // of one CSV record, line breaks included

	maxZipEntries    = 10_000
	maxUnzippedBytes = 1 << 30  // of one sheet, which is read as a stream
	maxSharedBytes   = 64 << 20 // of all shared strings, which are kept in memory
	maxPartBytes     = 8 << 20  // of any other part that is read as a whole
	maxTokenBytes    = 1 << 20  // of one tag or one text of a part; a cell has 32,767 characters at most
	maxStrings       = 2_000_000
	maxStyles        = 100_000 // Excel has 65,490 at most
	maxMerges        = 200_000
	maxRatio         = 300 // uncompressed to compressed, for parts over minRatioBytes
	minRatioBytes    = 4 << 20
)

// tooLarge is the problem of a file that breaks a limit; what is a catalogue
// word: rows, columns, bytes, record, parts, ratio, text, strings, styles, merges.
func tooLarge(what string, max int64) error {
	return problem.New(problem.TooLarge, "import_limit_"+what, map[string]any{"max": max})
}

// unreadable is the problem of a file that cannot be read.
func unreadable(key string, cause error) error {
	e := problem.New(problem.Invalid, key, nil)
	e.Err = cause
	return e
}
