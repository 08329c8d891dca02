package main

import (
	"time"

	"weft/runtime/files"
)

// cli is the command line as the contract has it. A flag with a variable may
// also come from the environment; a flag takes precedence.
type cli struct {
	Data       string `help:"Data folder: the embedded database, files and keys; with MongoDB only files and keys." default:"data" placeholder:"DIR" variable:"WEFT_DATA" group:"Where"`
	Server     string `help:"Address of a running server, instead of a data folder." placeholder:"URL" group:"Where"`
	Token      string `help:"API token for --server." variable:"WEFT_TOKEN" group:"Where"`
	MongodbURI string `name:"mongodb-uri" help:"Records in MongoDB, a replica set or sharded cluster, instead of the embedded database; the database is weft when the URI names none." placeholder:"URI" variable:"WEFT_MONGODB_URI" group:"Where"`
	JSON       bool   `name:"json" help:"Print the answer as JSON, for machines."`
	Lang       string `help:"Language of reports and messages: en or zh-CN; as LANG says if left out." enum:",en,zh-CN" default:"" placeholder:"LANG"`

	Bucket bucket   `embed:"" prefix:"s3-" group:"Files in S3"`
	Quota  byteSize `name:"files-quota" help:"How much all attachments may take together, e.g. 50GiB; no limit if left out." placeholder:"SIZE" variable:"WEFT_FILES_QUOTA" group:"Files"`

	UserQuota byteSize `name:"files-user-quota" help:"How much one user's attachments may take that no record uses yet; 0 for no limit." default:"2GiB" placeholder:"SIZE" variable:"WEFT_FILES_USER_QUOTA" group:"Files"`
	MaxUpload byteSize `name:"max-upload" help:"The largest attachment." default:"100MiB" placeholder:"SIZE" variable:"WEFT_MAX_UPLOAD" group:"Files"`

	Serve    serveCmd    `cmd:"" help:"Run the server."`
	Template templateCmd `cmd:"" help:"List, install and export templates."`
	Check    checkCmd    `cmd:"" help:"Say what would keep definitions from being published."`
	Impact   impactCmd   `cmd:"" help:"Say which records and people a publishing would affect."`
	Publish  publishCmd  `cmd:"" help:"Publish definitions."`
	Versions versionsCmd `cmd:"" help:"List the published versions."`
	Rollback rollbackCmd `cmd:"" help:"Publish an earlier version again."`
	Import   importCmd   `cmd:"" help:"Import a file, or a folder of files, of CSV or XLSX, or undo an import."`
	Imports  importsCmd  `cmd:"" help:"List the last imports."`
	Export   exportCmd   `cmd:"" help:"Export the records of an entity as CSV or XLSX."`
	User     userCmd     `cmd:"" help:"Add users and set passwords."`
	Job      jobCmd      `cmd:"" help:"Show and manage what runs in the background."`
	Script   scriptCmd   `cmd:"" help:"Try scripts."`
	Incident incidentCmd `cmd:"" help:"Show and close what an administrator has to look at."`
	Settings settingsCmd `cmd:"" help:"Show and change the settings of the organisation."`
	Tokens   tokenCmd    `cmd:"" name:"token" help:"Make API tokens."`
	Backup   backupCmd   `cmd:"" help:"Write a backup of database and files."`
	Restore  restoreCmd  `cmd:"" help:"Restore a backup, of either database, into an empty data folder or database."`
	Migrate  migrateCmd  `cmd:"" help:"Copy everything to another database or another place of attachments, and compare."`
	Doctor   doctorCmd   `cmd:"" help:"Check database, files and data folder, and say what to do."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// bucket says where attachments are when they are not in the data folder.
type bucket struct {
	Endpoint   string `help:"Host of the S3 service, with http:// in front if it has no TLS." placeholder:"URL" variable:"WEFT_S3_ENDPOINT"`
	Bucket     string `help:"Bucket of attachments, instead of the data folder." placeholder:"NAME" variable:"WEFT_S3_BUCKET"`
	Prefix     string `help:"Prefix of every key, so that several weft can share one bucket." placeholder:"TEXT" variable:"WEFT_S3_PREFIX"`
	Region     string `help:"Region of the bucket, if the service has regions." placeholder:"NAME" variable:"WEFT_S3_REGION"`
	AccessKey  string `help:"Access key." placeholder:"KEY" variable:"WEFT_S3_ACCESS_KEY"`
	SecretKey  string `help:"Secret key; better given by its variable, since flags can be seen by others on the machine." placeholder:"KEY" variable:"WEFT_S3_SECRET_KEY"`
	PathStyle  bool   `help:"Name the bucket in the path instead of the host." variable:"WEFT_S3_PATH_STYLE"`
	MakeBucket bool   `help:"Make the bucket when it is missing." variable:"WEFT_S3_MAKE_BUCKET"`
	Redirect   bool   `help:"Send downloads to the bucket itself, by addresses that are valid for a short time." variable:"WEFT_S3_REDIRECT"`

	PublicEndpoint string        `help:"Host that browsers are sent to with --s3-redirect, where the endpoint is inside a network." placeholder:"URL" variable:"WEFT_S3_PUBLIC_ENDPOINT"`
	Timeout        time.Duration `help:"How long the service may take to begin its answer; a distant one needs more." default:"1s" placeholder:"TIME" variable:"WEFT_S3_TIMEOUT"`
}

// storage is where the bytes of attachments go; nil for the data folder.
func (b bucket) storage() (files.Storage, error) {
	if b.Bucket == "" && b.Endpoint == "" {
		return nil, nil
	}
	s, err := files.NewBucket(files.S3Options{
		Endpoint: b.Endpoint, Bucket: b.Bucket, Prefix: b.Prefix, Region: b.Region, AccessKey: b.AccessKey, SecretKey: b.SecretKey,
		PathStyle: b.PathStyle, MakeBucket: b.MakeBucket, Redirect: b.Redirect, PublicEndpoint: b.PublicEndpoint, Timeout: b.Timeout,
	})
	if err != nil {
		return nil, usageError{err}
	}
	return s, nil
}
