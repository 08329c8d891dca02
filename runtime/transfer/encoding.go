package transfer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// decodeText gives the UTF-8 text of a file: by its byte order mark, else as
// UTF-8 when all of it is valid UTF-8, else as GB18030 (which includes GBK and
// GB2312). Excel in China writes CSV in GB18030 without a mark. guessed is
// true in the last case: a U+FFFD in the text is then a byte that fits neither.
func decodeText(r io.ReadSeeker) (text io.Reader, guessed bool, err error) {
	head := make([]byte, 3)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, false, fmt.Errorf("read import file: %w", err)
	}
	head = head[:n]
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, false, fmt.Errorf("read import file: %w", err)
	}
	if bytes.HasPrefix(head, []byte{0xFF, 0xFE}) || bytes.HasPrefix(head, []byte{0xFE, 0xFF}) {
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(r), false, nil
	}
	valid, err := validUTF8(r)
	if err != nil {
		return nil, false, fmt.Errorf("read import file: %w", err)
	}
	skip := int64(0)
	if bytes.Equal(head, []byte{0xEF, 0xBB, 0xBF}) {
		skip = 3
	}
	if _, err := r.Seek(skip, io.SeekStart); err != nil {
		return nil, false, fmt.Errorf("read import file: %w", err)
	}
	if valid || skip > 0 {
		return r, false, nil
	}
	return simplifiedchinese.GB18030.NewDecoder().Reader(r), true, nil
}

// validUTF8 reads r to its end, in pieces.
func validUTF8(r io.Reader) (bool, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	for {
		piece, err := b.Peek(64 << 10)
		if err != nil && err != io.EOF {
			return false, err
		}
		end := err == io.EOF
		whole := piece
		if !end {
			whole = piece[:len(piece)-partial(piece)]
		}
		if !utf8.Valid(whole) {
			return false, nil
		}
		if end {
			return true, nil
		}
		if _, err := b.Discard(len(whole)); err != nil {
			return false, err
		}
	}
}

// partial is the number of bytes at the end of p that may be the start of an
// incomplete rune.
func partial(p []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(p); n++ {
		if tail := p[len(p)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}
