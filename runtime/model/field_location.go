package model

import (
	"strconv"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

func init() { registerType(locationType{plain{schemas.TypeLocation, query.Object}}) }

// locationType is a point with the coordinate system it was measured in:
// GCJ-02 is that of Chinese maps, WGS 84 that of satellites. It is kept as given.
type locationType struct{ plain }

// locationParts are the members of a location and how each is normalised.
var locationParts = map[string]func(any) (any, []problem.Field){
	"lat":     func(v any) (any, []problem.Field) { return normaliseDegrees(v, 90) },
	"lng":     func(v any) (any, []problem.Field) { return normaliseDegrees(v, 180) },
	"system":  normaliseSystem,
	"address": normaliseAddress,
}

func (locationType) Schema(*schemas.Field) map[string]any {
	return map[string]any{
		"type":                 "object",
		"required":             []string{"lat", "lng", "system"},
		"additionalProperties": false,
		"properties": map[string]any{
			"lat":     map[string]any{"type": "number", "minimum": -90, "maximum": 90},
			"lng":     map[string]any{"type": "number", "minimum": -180, "maximum": 180},
			"system":  map[string]any{"enum": []string{"wgs84", "gcj02"}},
			"address": map[string]any{"type": "string", "maxLength": textLength},
		},
	}
}

func (locationType) Check(f *schemas.Field) []problem.Field { return checkOnly(f, "default") }

func (locationType) Normalise(f *Field, wire any) (any, []problem.Field) {
	in, ok := wire.(map[string]any)
	if !ok {
		return nil, wrongType("object")
	}
	out := make(map[string]any, len(in))
	var ps []problem.Field
	for _, key := range []string{"lat", "lng", "system"} {
		if in[key] == nil {
			ps = append(ps, problem.At("/"+key, "required"))
		}
	}
	for key, v := range in {
		part, known := locationParts[key]
		switch {
		case !known:
			ps = append(ps, problem.At(problem.Pointer(key), "unknown_field", "field", key))
		case v != nil:
			stored, wrongs := part(v)
			if stored != nil {
				out[key] = stored
			}
			ps = append(ps, prefixed("/"+key, wrongs)...)
		}
	}
	if ps != nil {
		return nil, ps
	}
	return out, nil
}

func normaliseDegrees(v any, top float64) (any, []problem.Field) {
	x, ok := toFloat(v)
	if !ok {
		return nil, wrongType("number")
	}
	return x, checkRange(&schemas.Field{Minimum: new(-top), Maximum: new(top)}, x)
}

func normaliseSystem(v any) (any, []problem.Field) {
	if v != "wgs84" && v != "gcj02" {
		return nil, refuse("not_a_choice")
	}
	return v, nil
}

func normaliseAddress(v any) (any, []problem.Field) {
	t := textType{length: textLength}
	return t.Normalise(&Field{Def: &schemas.Field{}}, v)
}

func (locationType) Format(_ *Field, stored any, _ string) string {
	at, _ := stored.(map[string]any)
	if address, ok := at["address"].(string); ok && address != "" {
		return address
	}
	lat, _ := toFloat(at["lat"])
	lng, _ := toFloat(at["lng"])
	return strconv.FormatFloat(lat, 'f', -1, 64) + ", " + strconv.FormatFloat(lng, 'f', -1, 64)
}
