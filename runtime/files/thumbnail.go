package files

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"weft/runtime/problem"
)

// thumbnailEdges are the longer edges of thumbnails in pixels, by name.
var thumbnailEdges = map[string]int{"small": 160, "medium": 640, "large": 1600}

// Thumbnail is a small picture of a file and its media type. It is made when it
// is first asked for, and stored with the file. Problems: invalid for a size
// other than small, medium and large, and those of picture.Maker.Thumbnail;
// not_found when the bytes are gone.
func (s *Service) Thumbnail(ctx context.Context, f File, size string) (io.ReadSeekCloser, string, error) {
	edge, ok := thumbnailEdges[size]
	if !ok {
		return nil, "", problem.New(problem.Invalid, "thumbnail_size", map[string]any{"size": size})
	}
	kept, err := s.OpenDerived(ctx, f, size)
	if err == nil {
		return detectType(kept)
	}
	if !errors.Is(err, ErrNotStored) {
		return nil, "", err
	}
	in, err := s.OpenBytes(ctx, f)
	if errors.Is(err, ErrNotStored) {
		return nil, "", problem.Wrap(problem.NotFound, err)
	}
	if err != nil {
		return nil, "", err
	}
	defer in.Close()
	body, mediaType, err := s.maker.Thumbnail(ctx, in, f.MediaType, edge)
	if err != nil {
		return nil, "", err
	}
	// A thumbnail that cannot be stored is made again.
	_ = s.PutDerived(ctx, f, size, bytes.NewReader(body))
	return nopCloser{bytes.NewReader(body)}, mediaType, nil
}

// detectType detects the type of a stored thumbnail.
func detectType(kept io.ReadSeekCloser) (io.ReadSeekCloser, string, error) {
	head := make([]byte, 16)
	n, err := io.ReadFull(kept, head)
	if err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
		_, err = kept.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = kept.Close()
		return nil, "", err
	}
	return kept, http.DetectContentType(head[:n]), nil
}

type nopCloser struct{ io.ReadSeeker }

func (nopCloser) Close() error { return nil }
