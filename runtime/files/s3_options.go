package files

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7/pkg/s3utils"
)

// S3Options say where a bucket is and how to reach it. Printed or logged, they
// show no secret.
type S3Options struct {
	// Endpoint is a host with an optional port, or https:// or http:// before
	// it; TLS is the default.
	Endpoint string
	// PublicEndpoint is the same server as browsers reach it, where Endpoint is
	// inside a network; only redirects of downloads use it.
	PublicEndpoint string
	// Region of the bucket; "" takes it from the endpoint's name, else us-east-1.
	Region string
	Bucket string
	// Prefix is the first part of every key, ended by a slash; "" for none.
	Prefix    string
	AccessKey string
	SecretKey string `json:"-"`
	// SessionToken belongs to temporary keys.
	SessionToken string `json:"-"`
	// PathStyle names the bucket in the path (https://host/bucket/key) instead
	// of in the host (https://bucket.host/key). Hosts without a domain name are
	// always addressed so.
	PathStyle bool
	// MakeBucket makes the bucket when it is missing.
	MakeBucket bool
	// Redirect sends downloads to the bucket itself by a presigned address that
	// is valid for two minutes; else they go through weft.
	Redirect bool
	// Timeout is how long connecting may take, and the answer to the question
	// whether the server responds at all; 0 is a second. A call to a server
	// that is gone ends after twice that time.
	Timeout time.Duration
}

// ParseS3 reads s3://KEY:SECRET@host/bucket/prefix with the parameters region,
// tls=false, path_style=true, make_bucket=true, redirect=true, timeout=3s and
// token. Its errors do not repeat the address, which contains a secret.
func ParseS3(text string) (S3Options, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "s3" || u.Host == "" {
		return S3Options{}, errors.New("the address of a bucket is s3://KEY:SECRET@host/bucket/prefix")
	}
	bucket, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	secret, _ := u.User.Password()
	q := u.Query()
	o := S3Options{Endpoint: "https://" + u.Host, Region: q.Get("region"), Bucket: bucket, Prefix: prefix,
		AccessKey: u.User.Username(), SecretKey: secret, SessionToken: q.Get("token")}
	tls := true
	for name, into := range map[string]*bool{"tls": &tls, "path_style": &o.PathStyle, "make_bucket": &o.MakeBucket, "redirect": &o.Redirect} {
		if text := q.Get(name); text != "" {
			if *into, err = strconv.ParseBool(text); err != nil {
				return S3Options{}, fmt.Errorf("the parameter %s of a bucket's address is true or false", name)
			}
		}
	}
	if text := cmp.Or(q.Get("timeout"), q.Get("patience")); text != "" { // patience: the name before 2026-12
		if o.Timeout, err = time.ParseDuration(text); err != nil {
			return S3Options{}, errors.New("the parameter timeout of a bucket's address is a time, such as 3s")
		}
	}
	if !tls {
		o.Endpoint = "http://" + u.Host
	}
	return o, o.check()
}

// check refuses options that are missing or invalid.
func (o S3Options) check() error {
	if _, err := o.url(); err != nil {
		return err
	}
	if _, err := o.publicURL(); err != nil {
		return err
	}
	if o.Timeout < 0 {
		return errors.New("the timeout with S3 is a time above zero, such as 3s")
	}
	if err := s3utils.CheckValidBucketNameStrict(o.Bucket); err != nil {
		return fmt.Errorf("the name of the bucket %q: %w", o.Bucket, err)
	}
	if o.AccessKey == "" || o.SecretKey == "" {
		return errors.New("a bucket needs an access key and a secret key")
	}
	return nil
}

// url is the endpoint as an address.
func (o S3Options) url() (*url.URL, error) { return endpointURL(o.Endpoint) }

// publicURL is the endpoint for browsers.
func (o S3Options) publicURL() (*url.URL, error) {
	if o.PublicEndpoint == "" {
		return o.url()
	}
	return endpointURL(o.PublicEndpoint)
}

func endpointURL(text string) (*url.URL, error) {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, errors.New("an S3 endpoint is a host with an optional port, such as https://s3.cn-north-1.amazonaws.com.cn")
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// region is the one that requests are signed for.
func (o S3Options) region(u *url.URL) string {
	if o.Region != "" {
		return o.Region
	}
	if r := s3utils.GetRegionFromURL(*u); r != "" {
		return r
	}
	return "us-east-1"
}

// inPath tells whether the bucket is named in the path.
func (o S3Options) inPath(u *url.URL) bool {
	// A certificate for *.host does not cover two more labels.
	if o.PathStyle || !strings.Contains(u.Hostname(), ".") || u.Scheme == "https" && strings.Contains(o.Bucket, ".") {
		return true
	}
	_, err := netip.ParseAddr(u.Hostname())
	return err == nil
}

// prefix is the first part of every key.
func (o S3Options) prefix() string {
	if p := strings.Trim(o.Prefix, "/"); p != "" {
		return p + "/"
	}
	return ""
}

// String shows where the bucket is, and nothing that is secret.
func (o S3Options) String() string {
	u, err := o.url()
	if err != nil {
		return "s3: endpoint not usable"
	}
	return u.String() + "/" + o.Bucket + "/" + o.prefix()
}

// GoString is String.
func (o S3Options) GoString() string { return o.String() }

// LogValue is String.
func (o S3Options) LogValue() slog.Value { return slog.StringValue(o.String()) }
