package s3test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
)

func TestBucketsAreApart(t *testing.T) {
	t.Parallel()
	a, b := Open(t), Open(t)
	if a.Name == b.Name {
		t.Fatal("two tests share a bucket")
	}
	if _, err := a.Client(t).PutObject(t.Context(), a.Name, "k", strings.NewReader("v"), 1, minio.PutObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Client(t).StatObject(t.Context(), b.Name, "k", minio.StatObjectOptions{}); err == nil {
		t.Error("an object of one bucket is in the other")
	}
}

func TestServerKeepsItsObjectsOverAKill(t *testing.T) {
	t.Parallel()
	s := Start(t)
	if _, err := s.Client(t).PutObject(t.Context(), s.Name, "k", strings.NewReader("v"), 1, minio.PutObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	s.Kill()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := s.Client(t).StatObject(ctx, s.Name, "k", minio.StatObjectOptions{}); err == nil {
		t.Error("a killed server answers")
	}
	s.Restart()
	if _, err := s.Client(t).StatObject(t.Context(), s.Name, "k", minio.StatObjectOptions{}); err != nil {
		t.Error(err)
	}
}
