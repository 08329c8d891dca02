package transpile

// HostModules are the modules that weft gives to scripts. A library cannot have
// one of their names.
var HostModules = []string{"date", "http", "log", "money", "query", "record", "text", "user"}
