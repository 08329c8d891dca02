package formula

// Limits of one script, which keep the parser's recursion within bounds.
const (
	maxScript      = 64 << 10 // bytes
	maxScriptDepth = 1000     // brackets open at once
)

// CheckScript checks the syntax of a script. Its error is a *SyntaxError.
func CheckScript(src string) error {
	if len(src) > maxScript {
		return fail(maxScript, "script_too_long", "the script is longer than %d bytes", maxScript).with("max", maxScript)
	}
	if at, deep := tooDeep(src); deep {
		return fail(at, "formula_too_deep", "nested too deeply")
	}
	if _, err := parseProgram(src); err != nil {
		return err
	}
	return nil
}

// tooDeep finds the bracket that opens one level too many. Brackets in texts
// count too: at this depth it makes no difference.
func tooDeep(src string) (at int, deep bool) {
	open := 0
	for i := range len(src) {
		switch src[i] {
		case '(', '[', '{':
			open++
		case ')', ']', '}':
			open = max(open-1, 0)
		}
		if open > maxScriptDepth {
			return i, true
		}
	}
	return 0, false
}
