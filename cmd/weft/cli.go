package main

// cli is the command line as the contract has it.
type cli struct {
	Data       string `help:"Data folder: the embedded database, files and keys." default:"data" placeholder:"DIR" group:"Where"`
	Server     string `help:"Address of a running server, instead of a data folder." placeholder:"URL" group:"Where"`
	Token      string `help:"API token for --server (or WEFT_TOKEN)." group:"Where"`
	MongodbURI string `name:"mongodb-uri" help:"Records in MongoDB instead of the embedded database (or WEFT_MONGODB_URI)." placeholder:"URI" group:"Where"`
	JSON       bool   `name:"json" help:"Print the answer as JSON, for machines."`

	Serve    serveCmd    `cmd:"" help:"Run the server."`
	Template templateCmd `cmd:"" help:"List, install and export templates."`
	Import   importCmd   `cmd:"" help:"Import a file, or a folder of files, of CSV or XLSX."`
	Export   exportCmd   `cmd:"" help:"Export the records of an entity as CSV or XLSX."`
	User     userCmd     `cmd:"" help:"Add users and set passwords."`
	Tokens   tokenCmd    `cmd:"" name:"token" help:"Make API tokens."`
	Backup   backupCmd   `cmd:"" help:"Write a backup of database and files."`
	Restore  restoreCmd  `cmd:"" help:"Restore a backup into an empty data folder."`
	Doctor   doctorCmd   `cmd:"" help:"Check the data folder and say what to do."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}
