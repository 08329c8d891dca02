package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// ProbeStep is something that Probe did with the storage.
type ProbeStep struct {
	Action string // put, list, get or remove; of a bucket also begin, list or end uploads in parts
	Err    error
}

// Probe stores some bytes, finds, reads and removes them: everything that the
// storage must let weft do.
func (s *Service) Probe(ctx context.Context) []ProbeStep {
	key, text := probePrefix+uuid.NewString(), []byte("weft looks whether it may store files here; this can be removed")
	list := []ProbeStep{{Action: "put", Err: s.storage.Put(ctx, key, bytes.NewReader(text))}}
	if list[0].Err != nil {
		return list
	}
	list = append(list,
		ProbeStep{"list", s.probeList(ctx, key)},
		ProbeStep{"get", s.probeGet(ctx, key, text)},
		ProbeStep{"remove", s.probeRemove(ctx, key)},
	)
	if b, ok := s.storage.(*Bucket); ok {
		list = append(list, b.probeParts(ctx, key)...)
	}
	return list
}

var errProbe = errors.New("what was put there is not there again")

func (s *Service) probeList(ctx context.Context, key string) error {
	found := false
	err := s.storage.List(ctx, key, func(at StoredObject) error {
		found = found || at.Key == key
		return nil
	})
	if err == nil && !found {
		err = errProbe
	}
	return err
}

func (s *Service) probeGet(ctx context.Context, key string, want []byte) error {
	r, err := s.storage.Open(ctx, key)
	if err != nil {
		return err
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err == nil && !bytes.Equal(got, want) {
		err = errProbe
	}
	return err
}

func (s *Service) probeRemove(ctx context.Context, key string) error {
	if err := s.storage.Remove(ctx, key); err != nil {
		return err
	}
	r, err := s.storage.Open(ctx, key)
	if errors.Is(err, ErrNotStored) {
		return nil
	}
	if err == nil {
		err = errors.Join(errors.New("what was removed is still there"), r.Close())
	}
	return err
}

// ClockDifference is how far the clock of the storage's server is ahead of this
// machine's; false when the storage has no server. Requests to S3 are signed
// with the time and refused when it is more than some minutes off.
func (s *Service) ClockDifference(ctx context.Context) (ahead time.Duration, known bool, err error) {
	b, ok := s.storage.(*Bucket)
	if !ok {
		return 0, false, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.server.url, nil)
	if err != nil {
		return 0, false, err
	}
	sent := time.Now()
	res, err := b.server.client.Do(req)
	if err != nil {
		return 0, false, fmt.Errorf("s3: %w", err)
	}
	defer res.Body.Close()
	at, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return 0, false, nil // the answer has no date
	}
	middle := sent.Add(time.Since(sent) / 2)
	// The header has whole seconds, rounded down.
	return at.Add(time.Second / 2).Sub(middle).Round(time.Second), true, nil
}

// Location says where the bytes are, without secrets.
func (s *Service) Location() string {
	if named, ok := s.storage.(fmt.Stringer); ok {
		return named.String()
	}
	return s.Dir()
}

// Dir is the folder of the bytes; "" when they are in a bucket.
func (s *Service) Dir() string {
	if f, ok := s.storage.(*folder); ok {
		return f.dir
	}
	return ""
}
