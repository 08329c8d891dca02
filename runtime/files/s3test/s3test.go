//go:build unix

// Package s3test gives tests an S3: a bucket of their own on a server that
// the tests of a package share, or a server of one's own to kill and freeze.
//
// The server is the one that WEFT_TEST_S3 names (http://KEY:SECRET@host:port),
// else versitygw from PATH or where `go install` puts it. Without one of them
// tests are left out; with CI=true they fail.
package s3test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"weft/crashtest/testserver"
)

// Bucket is an empty bucket and the keys to it.
type Bucket struct {
	Endpoint             string // host:port
	Secure               bool   // speaks TLS
	Region               string
	AccessKey, SecretKey string
	Name                 string
}

const region = "us-east-1"

// shared is the server of this test process; nil when there is none.
var shared = sync.OnceValues(func() (*Bucket, error) {
	if at := os.Getenv("WEFT_TEST_S3"); at != "" {
		return parse(at)
	}
	path := find()
	if path == "" {
		return nil, nil
	}
	scratch, err := os.MkdirTemp("", "weft-s3-*")
	if err != nil {
		return nil, err
	}
	address, err := testserver.Address()
	if err != nil {
		return nil, err
	}
	if _, err := run(path, address, scratch, true); err != nil {
		return nil, err
	}
	return &Bucket{Endpoint: address, Region: region, AccessKey: accessKey, SecretKey: secretKey}, nil
})

// parse reads http://KEY:SECRET@host:port?region=R.
func parse(at string) (*Bucket, error) {
	u, err := url.Parse(at)
	if err != nil || u.User == nil || u.Host == "" {
		return nil, fmt.Errorf("WEFT_TEST_S3 is not of the form http://KEY:SECRET@host:port")
	}
	secret, _ := u.User.Password()
	b := &Bucket{Endpoint: u.Host, Secure: u.Scheme == "https", Region: u.Query().Get("region"), AccessKey: u.User.Username(), SecretKey: secret}
	if b.Region == "" {
		b.Region = region
	}
	return b, nil
}

// Open makes an empty bucket on the shared server; it goes when the test ends.
func Open(t testing.TB) Bucket {
	t.Helper()
	server, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	if server == nil {
		testserver.Missing(t, what) // does not return
		return Bucket{}
	}
	b := *server
	b.make(t)
	t.Cleanup(func() { b.remove(t) })
	return b
}

// Client is a client of the bucket's server.
func (b Bucket) Client(t testing.TB) *minio.Client {
	t.Helper()
	c, err := minio.New(b.Endpoint, &minio.Options{
		Creds: credentials.NewStaticV4(b.AccessKey, b.SecretKey, ""), Secure: b.Secure, Region: b.Region,
		BucketLookup: minio.BucketLookupPath,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// IsMinIO tells whether the bucket's server is a MinIO.
func (b Bucket) IsMinIO(t testing.TB) bool {
	t.Helper()
	scheme := "http://"
	if b.Secure {
		scheme = "https://"
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, scheme+b.Endpoint+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return strings.HasPrefix(res.Header.Get("Server"), "MinIO")
}

// make gives the bucket a name and makes it.
func (b *Bucket) make(t testing.TB) {
	t.Helper()
	b.Name = fmt.Sprintf("weft-test-%012x", rand.Uint64()>>16)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := b.Client(t).MakeBucket(ctx, b.Name, minio.MakeBucketOptions{Region: b.Region}); err != nil {
		t.Fatalf("make bucket: %v", err)
	}
}

// remove empties the bucket and takes it away.
func (b Bucket) remove(t testing.TB) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := b.Client(t)
	for object := range c.ListObjects(ctx, b.Name, minio.ListObjectsOptions{Recursive: true}) {
		if object.Err == nil {
			object.Err = c.RemoveObject(ctx, b.Name, object.Key, minio.RemoveObjectOptions{})
		}
		if object.Err != nil {
			t.Logf("empty bucket %s: %v", b.Name, object.Err)
			return
		}
	}
	for part := range c.ListIncompleteUploads(ctx, b.Name, "", true) {
		if part.Err == nil {
			part.Err = c.RemoveIncompleteUpload(ctx, b.Name, part.Key)
		}
		if part.Err != nil {
			t.Logf("empty bucket %s: %v", b.Name, part.Err)
			return
		}
	}
	if err := c.RemoveBucket(ctx, b.Name); err != nil && minio.ToErrorResponse(err).Code != "NoSuchBucket" {
		t.Logf("remove bucket %s: %v", b.Name, err)
	}
}
