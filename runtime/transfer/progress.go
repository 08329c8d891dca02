package transfer

import "weft/schemas"

// State of an import.
type State string

// The states. An import in state done may hold rows with problems; failed
// means that it stopped as a whole.
const (
	Queued  State = "queued"
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
	Undoing State = "undoing"
	Undone  State = "undone"
)

// Progress of an import is the answer of POST …/import and of GET /imports/{id},
// and stored.
type Progress struct {
	ID         string         `json:"id"`
	State      State          `json:"state"`
	DryRun     bool           `json:"dry_run"`
	Historical bool           `json:"historical"`
	Mapping    string         `json:"mapping,omitempty"`
	By         string         `json:"by"`
	ByLogin    string         `json:"by_login,omitempty"`
	At         string         `json:"at"`
	FinishedAt string         `json:"finished_at,omitempty"`
	Files      []FileProgress `json:"files"`
	// Unused are given files that no mapping names.
	Unused []string `json:"unused,omitempty"`
	// Problems are grouped: one entry for all rows that fail alike, most rows
	// first. MoreProblems counts rows beyond what is kept.
	Problems     []ProblemGroup `json:"problems"`
	MoreProblems int            `json:"more_problems,omitempty"`
	// Failure says why an import failed as a whole.
	Failure *Failure    `json:"failure,omitempty"`
	Undo    *UndoReport `json:"undo,omitempty"`
}

// FileProgress counts the rows of one file as records of one entity. Rows is 0
// until the file has been counted; Read counts rows that are finished: created,
// updated, unchanged, merged into an earlier row with the same key (distinct),
// or failed. In a dry run they say what would happen.
type FileProgress struct {
	File      string   `json:"file"`
	Sheet     string   `json:"sheet,omitempty"`
	Entity    string   `json:"entity"`
	Rows      int      `json:"rows"`
	Read      int      `json:"read"`
	Created   int      `json:"created"`
	Updated   int      `json:"updated"`
	Unchanged int      `json:"unchanged"`
	Merged    int      `json:"merged,omitempty"`
	Failed    int      `json:"failed"`
	Ignored   []string `json:"ignored_columns,omitempty"`
	// Header is the number of the header row. Encoding is that of a text file;
	// where neither a mark nor the content proves it, it is a guess.
	Header          int    `json:"header,omitempty"`
	Encoding        string `json:"encoding,omitempty"`
	EncodingGuessed bool   `json:"encoding_guessed,omitempty"`
	// Columns of the file in their order, with what they fill.
	Columns []ReadColumn `json:"columns,omitempty"`
}

// ReadColumn is a column of a file: its header, the fields that it fills, and its
// first cells, by which people recognise it.
type ReadColumn struct {
	Header  string   `json:"header"`
	Fields  []string `json:"fields,omitempty"`
	Samples []string `json:"samples,omitempty"`
}

// Samples of a column: how many, and how much of each in characters.
const (
	sampleRows   = 3
	sampleLength = 80
)

// readColumns lists the columns of a header with what they fill.
func (s *step) readColumns(header []string) []ReadColumn {
	list := make([]ReadColumn, len(header))
	for i, h := range header {
		list[i].Header = h
	}
	for _, c := range s.columns {
		list[c.index].Fields = append(list[c.index].Fields, c.spec.Field)
	}
	return list
}

// addSamples keeps the cells of one of the first rows.
func (f *FileProgress) addSamples(cells []string) {
	for i := range f.Columns {
		text := []rune(cellAt(cells, i))
		f.Columns[i].Samples = append(f.Columns[i].Samples, string(text[:min(len(text), sampleLength)]))
	}
}

// ProblemGroup is one reason with the rows that share it.
type ProblemGroup struct {
	File   string `json:"file"`
	Entity string `json:"entity"`
	Column string `json:"column,omitempty"`
	Field  string `json:"field,omitempty"`
	// Path and Problem are what other sources answer: the JSON pointer of the
	// entry, and the code of the whole (guard, unique, invalid …).
	Path    string `json:"path,omitempty"`
	Problem string `json:"problem,omitempty"`
	// Value is the cell's text where one value is the reason, cut to 200 characters.
	Value   string        `json:"value,omitempty"`
	Code    string        `json:"code"`
	Message string        `json:"message"`
	Texts   schemas.Title `json:"texts"`
	Count   int           `json:"count"`
	// Rows are the first rows, as a spreadsheet counts.
	Rows []int `json:"rows"`
}

// Failure is why an import stopped as a whole.
type Failure struct {
	Code    string         `json:"code"`
	Message string         `json:"message"`
	Texts   schemas.Title  `json:"texts"`
	Errors  []FailureEntry `json:"errors,omitempty"`
}

// FailureEntry is one problem of the mapping or of a file; Path is a JSON
// pointer into the mapping.
type FailureEntry struct {
	Path    string        `json:"path"`
	Code    string        `json:"code"`
	Message string        `json:"message"`
	Texts   schemas.Title `json:"texts"`
}

// UndoReport says what an undo did, by entity.
type UndoReport struct {
	Deleted  map[string]int `json:"deleted"`
	Restored map[string]int `json:"restored"`
	// DryRun says that the report tells what would be done.
	DryRun bool `json:"dry_run,omitempty"`
	// Kept are the first records that could not be reverted, with the reason;
	// KeptCount counts all of them.
	Kept      []KeptRecord `json:"kept,omitempty"`
	KeptCount int          `json:"kept_count,omitempty"`
}

// KeptRecord is a record that an undo did not change.
type KeptRecord struct {
	Entity  string        `json:"entity"`
	ID      string        `json:"id"`
	Code    string        `json:"code"`
	Message string        `json:"message"`
	Texts   schemas.Title `json:"texts"`
}

// Finished tells whether the import or its undo has ended.
func (p *Progress) Finished() bool {
	return p.State == Done || p.State == Failed || p.State == Undone
}

// In fills the messages in lang ("zh-CN" or "en").
func (p *Progress) In(lang string) *Progress {
	for i := range p.Problems {
		p.Problems[i].Message = p.Problems[i].Texts.In(lang)
	}
	if f := p.Failure; f != nil {
		f.Message = f.Texts.In(lang)
		for i := range f.Errors {
			f.Errors[i].Message = f.Errors[i].Texts.In(lang)
		}
	}
	if p.Undo != nil {
		for i := range p.Undo.Kept {
			p.Undo.Kept[i].Message = p.Undo.Kept[i].Texts.In(lang)
		}
	}
	return p
}
