package transpile

import (
	"strings"
	"unicode/utf8"
)

// Bounds of nesting. They keep the recursion and the backtracking of the parsers
// short. Brackets in texts and comments count, too: at this depth it makes no
// difference.
const (
	maxBrackets = 200 // open at once
	// esbuild takes time that grows with the third power of this depth.
	maxArrows = 100 // arrow functions within each other without brackets
	// The engine reads the parameters of an arrow function twice, and with them
	// what is nested in them four times, eight times and so on.
	maxParameters = 8 // lists of parameters within each other
)

// checkNesting finds the place where a source is nested too deeply for esbuild.
func checkNesting(src string) *Message {
	open, arrows := 0, 0
	for i := range len(src) {
		switch src[i] {
		case '(', '[', '{':
			open++
		case ')', ']', '}':
			open, arrows = max(open-1, 0), 0
		case ';', ',':
			arrows = 0
		case '>':
			if i > 0 && src[i-1] == '=' {
				arrows++
			}
		}
		if open > maxBrackets || arrows > maxArrows {
			return tooDeep(src, i)
		}
	}
	return nil
}

// checkParameters finds lists of parameters within each other in the output of
// esbuild, which writes them as "(a, b) =>" whatever the source looks like.
func checkParameters(code string) *Message {
	depths := []int{0} // of the lists within each open bracket
	for i := range len(code) {
		switch code[i] {
		case '(', '[', '{':
			depths = append(depths, 0)
		case ')', ']', '}':
			last := max(len(depths)-1, 1)
			inner := depths[min(last, len(depths)-1)]
			if depths = depths[:last]; code[i] == ')' && strings.HasPrefix(code[i+1:], " =>") {
				inner++
			}
			if inner > maxParameters {
				return &Message{Line: 1, Column: 1, Text: "parameters of functions are nested too deeply"}
			}
			depths[len(depths)-1] = max(depths[len(depths)-1], inner)
		}
	}
	return nil
}

func tooDeep(src string, at int) *Message {
	line := 1 + strings.Count(src[:at], "\n")
	column := 1 + utf8.RuneCountInString(src[strings.LastIndexByte(src[:at], '\n')+1:at])
	return &Message{Line: line, Column: column, Text: "nested too deeply"}
}
