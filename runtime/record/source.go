package record

import "slices"

// Source says what caused a change. History rows, hooks and effects name it.
type Source string

// The sources of changes.
const (
	SourceAPI        Source = "api"
	SourceForm       Source = "form"
	SourceBulk       Source = "bulk"
	SourceImport     Source = "import"
	SourceTransition Source = "transition"
	SourceMerge      Source = "merge"
	SourceUndo       Source = "undo"
	SourceCommand    Source = "command"
	SourceTrigger    Source = "trigger"
	SourceScript     Source = "script"
	SourceApproval   Source = "approval"
	SourcePublic     Source = "public"
)

// Sources are all sources, in the order of the API's documentation.
var Sources = []Source{
	SourceAPI, SourceForm, SourceBulk, SourceImport, SourceTransition, SourceMerge,
	SourceUndo, SourceCommand, SourceTrigger, SourceScript, SourceApproval, SourcePublic,
}

// Known tells whether s is one of Sources.
func (s Source) Known() bool { return slices.Contains(Sources, s) }

// isAutomation tells whether a rule of the organisation writes, or what it wrote is
// taken back, not a user: rules may write fields that are read-only for users.
func (s Source) isAutomation() bool {
	return s == SourceTrigger || s == SourceScript || s == SourceApproval || s == SourceUndo
}
