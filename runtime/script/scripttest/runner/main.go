// Command runner is a script runner and nothing else, for tests.
package main

import "weft/runtime/script"

func main() { script.RunIfRunner() }
