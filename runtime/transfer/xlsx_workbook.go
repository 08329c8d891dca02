package transfer

import (
	"archive/zip"
	"encoding/xml"
	"io"
	"strings"
)

// workbook holds what its sheets need to be read.
type workbook struct {
	sheets  []sheetPart
	strings []string
	styles  []cellStyle // by style index of a cell
	epoch   bool        // dates count from 1904
}

type sheetPart struct {
	name, part string
	hidden     bool
}

// sheet finds a sheet by name, compared without case; "" is the first visible one.
func (b *workbook) sheet(name string) (sheetPart, error) {
	for _, s := range b.sheets {
		if strings.EqualFold(s.name, name) || name == "" && !s.hidden {
			return s, nil
		}
	}
	e := unreadable("import_no_sheet", nil)
	asProblem(e).Params = map[string]any{"sheet": truncate(name)}
	return sheetPart{}, e
}

func readWorkbook(z *zip.Reader) (*workbook, error) {
	var roots relationships
	if err := decodePart(z, "_rels/.rels", false, &roots); err != nil {
		return nil, err
	}
	main := partPath("", roots.ofType("officeDocument"))
	var doc struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string     `xml:"name,attr"`
			State string     `xml:"state,attr"`
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := decodePart(z, main, false, &doc); err != nil {
		return nil, err
	}
	var rels relationships
	if err := decodePart(z, partPath(main, "_rels/"+main[strings.LastIndex(main, "/")+1:]+".rels"), false, &rels); err != nil {
		return nil, err
	}
	b := &workbook{epoch: doc.Properties.Date1904 == "1" || doc.Properties.Date1904 == "true"}
	for _, s := range doc.Sheets {
		for _, a := range s.Attrs {
			if target := rels.target(a.Value); a.Name.Local == "id" && target != "" {
				b.sheets = append(b.sheets, sheetPart{s.Name, partPath(main, target), s.State == "hidden" || s.State == "veryHidden"})
			}
		}
	}
	if err := b.readStyles(z, main, rels); err != nil {
		return nil, err
	}
	return b, b.readStrings(z, main, rels)
}

type relationships struct {
	List []struct {
		ID     string `xml:"Id,attr"`
		Type   string `xml:"Type,attr"`
		Target string `xml:"Target,attr"`
	} `xml:"Relationship"`
}

func (r relationships) ofType(last string) string {
	for _, x := range r.List {
		if strings.HasSuffix(x.Type, "/"+last) {
			return x.Target
		}
	}
	return ""
}

func (r relationships) target(id string) string {
	for _, x := range r.List {
		if x.ID == id {
			return x.Target
		}
	}
	return ""
}

// readStrings reads the shared strings; runs of one string are joined,
// phonetic hints (rPh) are left out.
func (b *workbook) readStrings(z *zip.Reader, main string, rels relationships) error {
	target := rels.ofType("sharedStrings")
	if target == "" {
		return nil
	}
	part, err := openPart(z, partPath(main, target), maxSharedBytes)
	if err != nil {
		return err
	}
	defer part.Close()
	d := xml.NewDecoder(part)
	for {
		token, err := d.RawToken()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return partError(err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "si" {
			text, err := readRuns(d, "si")
			if err != nil {
				return err
			}
			if b.strings = append(b.strings, text); len(b.strings) > maxStrings {
				return tooLarge("strings", maxStrings)
			}
		}
	}
}

// readRuns joins the texts up to the end of element.
func readRuns(d *xml.Decoder, element string) (string, error) {
	var out strings.Builder
	inText, phonetic := false, false
	for {
		token, err := d.RawToken()
		if err != nil {
			return "", partError(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			inText = t.Name.Local == "t"
			phonetic = phonetic || t.Name.Local == "rPh"
		case xml.CharData:
			if inText && !phonetic {
				out.Write(t)
			}
		case xml.EndElement:
			inText = false
			switch t.Name.Local {
			case "rPh":
				phonetic = false
			case element:
				return unescapeXML(out.String()), nil
			}
		}
	}
}
