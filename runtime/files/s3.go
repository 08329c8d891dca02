package files

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"weft/runtime/problem"
)

// A whole transfer has no time limit, only one without progress: see
// stallGuard.
const (
	handshakeMax = 3 * time.Second
	s3Tries      = 3
)

// Bucket is the Storage in a bucket of S3. It may be used by many nodes at once.
type Bucket struct {
	o      S3Options
	client minio.Core
	signer *minio.Client // signs addresses for browsers
	server *serverProbe

	mu       sync.Mutex
	exists   bool     // the bucket is known to exist
	creating *attempt // the attempt that all callers wait for; nil when none runs
}

// NewBucket checks the options; nothing is sent before the first call.
func NewBucket(o S3Options) (*Bucket, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	u, err := o.url()
	if err != nil {
		return nil, err
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	o.Region = o.region(u)
	dialer := &net.Dialer{Timeout: o.Timeout, KeepAlive: 15 * time.Second}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, TLSHandshakeTimeout: max(handshakeMax, o.Timeout),
		MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute, DisableCompression: true, ForceAttemptHTTP2: true,
	}
	client, err := o.client(u, bodyRevoker{transport})
	if err != nil {
		return nil, err
	}
	public, err := o.publicURL()
	if err != nil {
		return nil, err
	}
	signer, err := o.client(public, transport)
	if err != nil {
		return nil, err
	}
	return &Bucket{o: o, client: minio.Core{Client: client}, signer: signer, server: newServerProbe(u, transport, o.Timeout), exists: !o.MakeBucket}, nil
}

// client speaks to the server at u; it signs for the options' region.
func (o S3Options) client(u *url.URL, transport http.RoundTripper) (*minio.Client, error) {
	lookup := minio.BucketLookupDNS
	if o.inPath(u) {
		lookup = minio.BucketLookupPath
	}
	c, err := minio.New(u.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(o.AccessKey, o.SecretKey, o.SessionToken),
		Secure: u.Scheme == "https", Transport: transport, Region: o.Region, BucketLookup: lookup, MaxRetries: s3Tries,
	})
	if err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	return c, nil
}

// String shows where the bucket is.
func (b *Bucket) String() string { return b.o.String() }

// Close closes idle connections.
func (b *Bucket) Close() error {
	b.server.transport.CloseIdleConnections()
	return nil
}

// name is the name of a key's object in the bucket.
func (b *Bucket) name(key string) string { return b.o.prefix() + objectPath(key) }

// ensureBucket makes the bucket if that is wanted and was not done yet. Callers
// share one attempt, each until its context ends, so that they do not queue for
// a server that is gone.
func (b *Bucket) ensureBucket(ctx context.Context) error {
	b.mu.Lock()
	if b.exists {
		b.mu.Unlock()
		return nil
	}
	making := b.creating
	if making == nil {
		making = &attempt{done: make(chan struct{})}
		b.creating = making
		go b.create(context.WithoutCancel(ctx), making)
	}
	b.mu.Unlock()
	select {
	case <-making.done:
		return making.err
	case <-ctx.Done():
		return s3Problem(ctx, ctx.Err())
	}
}

// attempt is one to make the bucket.
type attempt struct {
	done chan struct{}
	err  error // to be read when it is done
}

func (b *Bucket) create(ctx context.Context, a *attempt) {
	a.err = b.makeBucket(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.exists, b.creating = a.err == nil, nil
	close(a.done)
}

func (b *Bucket) makeBucket(ctx context.Context) error {
	ctx, w := b.server.guard(ctx)
	defer w.stop()
	found, err := b.client.BucketExists(ctx, b.o.Bucket)
	if err == nil && !found {
		err = b.client.MakeBucket(ctx, b.o.Bucket, minio.MakeBucketOptions{Region: b.o.Region})
		if code := minio.ToErrorResponse(err).Code; code == "BucketAlreadyOwnedByYou" {
			err = nil
		}
	}
	if err != nil {
		return s3Problem(ctx, fmt.Errorf("make bucket %s: %w", b.o.Bucket, err))
	}
	return nil
}

// s3Problem converts an error of the bucket into what a caller can act on:
// nothing is stored under the key, storage is full, or try again later.
func s3Problem(ctx context.Context, err error) error {
	if err == nil || problem.As(err) != nil {
		return err
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	var answer minio.ErrorResponse
	if errors.As(err, &answer) {
		switch answer.Code {
		case "NoSuchKey":
			return fmt.Errorf("%w: %w", ErrNotStored, err)
		case "XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage":
			return problem.Wrap(problem.StorageFull, err)
		}
	}
	return &problem.Error{Code: problem.Unavailable, Key: "files_unavailable", RetryAfter: 2 * time.Second, Err: err}
}
