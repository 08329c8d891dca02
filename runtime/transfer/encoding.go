package transfer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"weft/runtime/problem"
)

// textEncoding is the encoding that a text file was read in.
type textEncoding struct {
	name    string
	guessed bool // neither a mark nor the content proves it
}

// encodings can be named for a file; nil is UTF-8. Other names of the same
// encoding are accepted too.
var encodings = map[string]encoding.Encoding{
	"UTF-8": nil, "UTF-16": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "GB18030": simplifiedchinese.GB18030,
	"Big5": traditionalchinese.Big5, "Windows-1252": charmap.Windows1252, "Windows-1250": charmap.Windows1250, "Windows-1251": charmap.Windows1251,
}

var encodingAliases = map[string]string{
	"utf8": "UTF-8", "utf16": "UTF-16", "gb18030": "GB18030", "gbk": "GB18030", "gb2312": "GB18030", "cp936": "GB18030", "big5": "Big5",
	"windows1252": "Windows-1252", "cp1252": "Windows-1252", "latin1": "Windows-1252", "iso88591": "Windows-1252",
	"windows1250": "Windows-1250", "cp1250": "Windows-1250", "windows1251": "Windows-1251", "cp1251": "Windows-1251",
}

const encodingNames = "UTF-8, UTF-16, GB18030 (GBK), Big5, Windows-1252 (Latin-1), Windows-1250, Windows-1251"

// encodingName is the name in encodings of what a user wrote.
func encodingName(text string) (string, bool) {
	name, ok := encodingAliases[strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(text))]
	return name, ok
}

// decodeText gives the UTF-8 text of a file: in the encoding that is wanted, else
// by its byte order mark, else as UTF-8 when all of it is valid UTF-8, else as
// GB18030 (which includes GBK and GB2312), in which Excel in China writes CSV.
func decodeText(r io.ReadSeeker, want string) (io.Reader, textEncoding, error) {
	head := make([]byte, 3)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, textEncoding{}, fmt.Errorf("read import file: %w", err)
	}
	e, skip := textEncoding{}, int64(0)
	switch head = head[:n]; {
	case want != "":
		name, ok := encodingName(want)
		if !ok {
			return nil, e, problem.New(problem.Invalid, "import_unknown_encoding", map[string]any{"encoding": truncate(want), "known": encodingNames})
		}
		e.name = name
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		e.name = "UTF-16"
	case bytes.Equal(head, []byte{0xEF, 0xBB, 0xBF}):
		e.name = "UTF-8"
	default:
		if e, err = detectEncoding(r); err != nil {
			return nil, e, fmt.Errorf("read import file: %w", err)
		}
	}
	if e.name == "UTF-8" && bytes.Equal(head, []byte{0xEF, 0xBB, 0xBF}) {
		skip = 3
	}
	if _, err := r.Seek(skip, io.SeekStart); err != nil {
		return nil, e, fmt.Errorf("read import file: %w", err)
	}
	if codec := encodings[e.name]; codec != nil {
		return codec.NewDecoder().Reader(r), e, nil
	}
	return r, e, nil
}

// detectEncoding tells UTF-8 from other encodings by reading all of r.
func detectEncoding(r io.ReadSeeker) (textEncoding, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return textEncoding{}, err
	}
	valid, err := validUTF8(r)
	if valid {
		return textEncoding{name: "UTF-8"}, err
	}
	return textEncoding{name: "GB18030", guessed: true}, err
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
