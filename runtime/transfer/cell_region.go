package transfer

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"weft/runtime/model"
	"weft/runtime/problem"
)

// readRegion takes a code or names, all of them from the province on or only the
// last ones: 浙江省杭州市, 杭州市.
func readRegion(text string) (any, *problem.Field) {
	name := strings.NewReplacer(" ", "", "/", "", "-", "", ",", "", "、", "").Replace(norm.NFKC.String(text))
	switch codes := model.RegionsNamed(name); {
	case len(codes) == 1:
		return codes[0], nil
	case len(codes) > 1:
		return nil, cellProblem("import_many_regions")
	}
	return text, nil // a code, or the field says that it is none
}
