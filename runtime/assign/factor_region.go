package assign

import (
	"slices"
	"strings"

	"weft/runtime/model"
	"weft/schemas"
)

// regionScorer compares the region of the record with those of the person, by the
// levels of GB/T 2260: two digits are the province, four the city.
func (d *decision) regionScorer(f *model.AssignmentFactor) scorer {
	code, _ := d.ofRecord(f.Field).(string)
	if len(code) != 6 {
		return constantly(text("why_record_unset", "factor", f.Title))
	}
	scores := regionScores(f.Def.Scores)
	return func(p *person) mark {
		held := regionCodes(d.ofPerson(f.Person, p))
		if len(held) == 0 {
			return unknown(f)
		}
		best, at := regionNone, ""
		for _, h := range held {
			if level := regionLevel(code, h); at == "" || scores[level] > scores[best] {
				best, at = level, h
			}
		}
		return mark{score: scores[best], why: text(regionWhy[best], "region", regionName(at))}
	}
}

// Levels of a match.
const (
	regionNone = iota
	regionNeighbour
	regionProvince
	regionCity
)

var regionWhy = [...]string{"why_region_none", "why_region_neighbour", "why_region_province", "why_region_city"}

func regionScores(s *schemas.AssignmentScores) [4]float64 {
	out := [4]float64{0, 0.3, 0.6, 1}
	if s == nil {
		return out
	}
	for level, given := range map[int]*float64{regionNeighbour: s.Neighbour, regionProvince: s.Province, regionCity: s.City} {
		if given != nil {
			out[level] = *given
		}
	}
	return out
}

// municipalities are the provinces that are one city: Beijing, Tianjin, Shanghai,
// Chongqing, Hong Kong and Macao.
var municipalities = []string{"11", "12", "31", "50", "81", "82"}

// regionLevel says how a person's region covers that of a record. A record of
// which only the province is known is covered by anybody of the province as by one
// who has it as a whole.
func regionLevel(record, person string) int {
	switch {
	case record[:2] != person[:2]:
		return regionNone
	case slices.Contains(municipalities, record[:2]):
		return regionCity
	case person[2:] == "0000" || record[2:] == "0000":
		return regionProvince
	case record[:4] == person[:4]:
		return regionCity
	}
	return regionNeighbour
}

// regionCodes reads the codes of a region, a list of tags, or a text such as
// "330100, 320000".
func regionCodes(stored any) []string {
	var out []string
	for _, v := range list(stored) {
		s, _ := v.(string)
		for _, code := range strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' }) {
			if len(code) == 6 {
				out = append(out, code)
			}
		}
	}
	return out
}

// regionName is the name of a code with those of the levels above it.
func regionName(code string) string {
	t, ok := model.TypeOf(schemas.TypeRegion)
	if !ok {
		return code
	}
	if name := t.Format(nil, code, "zh-CN"); name != "" {
		return name
	}
	return code
}
