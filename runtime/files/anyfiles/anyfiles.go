// Package anyfiles is the one switch over the tests that keep attachments:
// WEFT_TEST_FILES says where their bytes lie, in a folder (where it is not
// set) or in s3.
package anyfiles

import (
	"path/filepath"
	"testing"
	"time"

	"weft/runtime/files"
	"weft/runtime/files/s3test"
	"weft/runtime/store/storetest/anystore"
)

// timeout is that of tests, whose servers share a machine with many others.
const timeout = 30 * time.Second

// Open opens an empty storage, which ends with the test.
func Open(t testing.TB) files.Storage {
	t.Helper()
	if anystore.Files(t) == anystore.Folder {
		return files.NewFolder(filepath.Join(t.TempDir(), "files"))
	}
	b := s3test.Open(t)
	scheme := "http://"
	if b.Secure {
		scheme = "https://"
	}
	bucket, err := files.NewBucket(files.S3Options{
		Endpoint: scheme + b.Endpoint, Region: b.Region, Bucket: b.Name, Prefix: "weft/files",
		AccessKey: b.AccessKey, SecretKey: b.SecretKey, PathStyle: true, Timeout: timeout,
	})
	if err != nil {
		t.Fatal(err)
	}
	return bucket
}
