package files_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"weft/runtime/files"
	"weft/runtime/files/s3test"
)

func TestABucketIsMadeWhenAllowed(t *testing.T) {
	t.Parallel()
	b := s3test.Open(t)
	o := options(b)
	o.Bucket += "-new"
	t.Cleanup(func() {
		c := b.Client(t)
		for obj := range c.ListObjects(t.Context(), o.Bucket, minio.ListObjectsOptions{Recursive: true}) {
			_ = c.RemoveObject(t.Context(), o.Bucket, obj.Key, minio.RemoveObjectOptions{})
		}
	})
	s, err := files.NewBucket(o)
	if err != nil {
		t.Fatal(err)
	}
	wantUnavailable(t, s.Put(t.Context(), newKey(), strings.NewReader("x")))
	if _, err := s.Open(t.Context(), newKey()); err == nil {
		t.Error("opened in a bucket that is not there")
	} else {
		wantUnavailable(t, err)
	}
	o.MakeBucket = true
	if s, err = files.NewBucket(o); err != nil {
		t.Fatal(err)
	}
	key := newKey()
	if _, err := s.Open(t.Context(), key); !errors.Is(err, files.ErrNotStored) {
		t.Errorf("the first thing that is asked for, as whose the bucket is: %v", err)
	}
	if err := s.Put(t.Context(), key, strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(t.Context(), key); err != nil {
		t.Error(err)
	}
	if err := b.Client(t).RemoveBucket(t.Context(), o.Bucket); err != nil {
		t.Error(err)
	}
}

func TestUnfinishedPartsAreEnded(t *testing.T) {
	t.Parallel()
	b := s3test.Open(t)
	if b.IsMinIO(t) {
		t.Skip("MinIO lists no unfinished uploads, and ends them itself after a day")
	}
	s := newBucket(t, b)
	core := minio.Core{Client: b.Client(t)}
	key := newKey()
	if _, err := core.NewMultipartUpload(t.Context(), b.Name, "weft/files/"+key[34:]+"/"+key, minio.PutObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	if n, err := s.CleanIncomplete(t.Context(), time.Now().Add(-time.Hour)); n != 0 || err != nil {
		t.Errorf("a fresh one: %d, %v", n, err)
	}
	if n, err := s.CleanIncomplete(t.Context(), time.Now().Add(time.Hour)); n != 1 || err != nil {
		t.Errorf("an old one: %d, %v", n, err)
	}
	if n, err := s.CleanIncomplete(t.Context(), time.Now().Add(time.Hour)); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
}

// In a bucket that is shared the unfinished uploads of others are theirs.
func TestUnfinishedPartsOfOthersStay(t *testing.T) {
	t.Parallel()
	b := s3test.Open(t)
	core := minio.Core{Client: b.Client(t)}
	key := newKey()
	names := []string{"backups/db.tar", "ay/holiday", "weft/files/" + key[34:] + "/" + key, "xx/" + key, key[34:] + "/" + key}
	for _, name := range names {
		if _, err := core.NewMultipartUpload(t.Context(), b.Name, name, minio.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	o := options(b)
	o.Prefix = ""
	s, err := files.NewBucket(o)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.CleanIncomplete(t.Context(), time.Now().Add(time.Hour)); n != 1 || err != nil {
		t.Errorf("cleaned %d, %v", n, err)
	}
	var left []string
	for u := range core.ListIncompleteUploads(t.Context(), b.Name, "", true) {
		if u.Err != nil {
			t.Fatal(u.Err)
		}
		left = append(left, u.Key)
	}
	slices.Sort(left)
	want := names[:len(names)-1]
	if slices.Sort(want); !slices.Equal(left, want) {
		t.Errorf("left %v, not %v", left, want)
	}
}

func TestAddressesOfBuckets(t *testing.T) {
	t.Parallel()
	o, err := files.ParseS3("s3://KEY:SE%2FCRET@s3.example.com:9000/my-bucket/some/where?region=cn-north-1&tls=false&path_style=true&make_bucket=1&patience=3s")
	want := files.S3Options{Endpoint: "http://s3.example.com:9000", Region: "cn-north-1", Bucket: "my-bucket", Prefix: "some/where",
		AccessKey: "KEY", SecretKey: "SE/CRET", PathStyle: true, MakeBucket: true, Timeout: 3 * time.Second}
	if err != nil || o != want {
		t.Errorf("got %s, %v", o, err)
	}
	for _, bad := range []string{"", "s3://", "http://KEY:SECRET@h/bucket", "s3://h/bucket", "s3://KEY:SECRET@h/", "s3://KEY:SECRET@h/b", "s3://KEY:SECRET@h/Bucket_",
		"s3://KEY:SECRET@h/bucket?tls=perhaps",
		"s3://KEY:SECRET@h/bucket?timeout=long", "s3://KEY:SECRET@h/bucket?patience=-1s", "s3://KEY:SECRET@h:port/bucket", "s3://KEY:SEC%RET@h/bucket"} {
		if _, err := files.ParseS3(bad); err == nil {
			t.Errorf("%s is taken", bad)
		} else if strings.Contains(strings.ReplaceAll(err.Error(), "s3://KEY:SECRET@host/bucket/prefix", ""), "SEC") {
			t.Errorf("%v shows the secret", err)
		}
	}
}

func TestOptionsShowNoSecret(t *testing.T) {
	t.Parallel()
	o := files.S3Options{Endpoint: "h", Bucket: "bucket", AccessKey: "KEY", SecretKey: "SECRET", SessionToken: "SECRET"}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "s3", o, "p", &o)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s3", o, "p", &o)
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	b, err := files.NewBucket(o)
	if err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprintf("%v %+v %#v %s %v %+v %s %v %s", o, o, o, o, &o, struct{ O files.S3Options }{o}, text, b, log.String())
	if strings.Contains(all, "SECRET") || !strings.Contains(all, "https://h/bucket") {
		t.Error(all)
	}
}

func TestBucketsStandInTheHostOrInThePath(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		endpoint, bucket string
		path             bool
		want             string
	}{
		{"s3.cn-north-1.amazonaws.com.cn", "deals", false, "https://deals.s3.dualstack.cn-north-1.amazonaws.com.cn/p/"},
		{"https://cos.ap-guangzhou.myqcloud.com", "deals-125", false, "https://deals-125.cos.ap-guangzhou.myqcloud.com/p/"},
		{"https://minio.example.com:9000", "deals", true, "https://minio.example.com:9000/deals/p/"},
		{"https://s3.example.com", "my.deals", false, "https://s3.example.com/my.deals/p/"},
		{"http://127.0.0.1:9000", "deals", false, "http://127.0.0.1:9000/deals/p/"},
		{"http://minio:9000", "deals", false, "http://minio:9000/deals/p/"},
		{"http://[::1]:9000", "deals", false, "http://[::1]:9000/deals/p/"},
	} {
		b, err := files.NewBucket(files.S3Options{Endpoint: c.endpoint, Bucket: c.bucket, Prefix: "/p/", AccessKey: "KEY", SecretKey: "SECRET",
			PathStyle: c.path, Redirect: true})
		if err != nil {
			t.Errorf("%s: %v", c.endpoint, err)
			continue
		}
		s := files.New(files.Options{Storage: b})
		if got, err := s.PresignedURL(t.Context(), files.File{ID: newKey()}, "text/plain", "attachment"); err != nil || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s, %v", c.endpoint, got, err)
		}
	}
}
